-- Where the cursor stands in unfinished JSON: on a name or a value, and of what.
local scan = require("grpcline.json.scan")

local M = {}

--- @class grpcline.Spot
--- @field kind "field"|"value"
--- @field path (string|number)[] names, and 0 for the elements of an array
--- @field prefix string what is typed of it
--- @field quoted boolean whether its opening quote is typed
--- @field used string[] names that the object has above the cursor

-- step moves the innermost frame past one token.
local function step(stack, kind, token)
  local top = stack[#stack]
  if kind == "{" or kind == "[" then
    stack[#stack + 1] = { bracket = kind, expects = kind == "{" and "name" or "value", used = {} }
  elseif kind == "}" or kind == "]" then
    if #stack > 1 then
      stack[#stack] = nil
    end
    stack[#stack].expects = "comma"
  elseif kind == "," then
    top.expects = top.bracket == "{" and "name" or "value"
  elseif kind == ":" then
    top.expects = "value"
  elseif kind == "string" and top.expects == "name" then
    local ok, name = pcall(vim.json.decode, token)
    top.name, top.expects = ok and name or token, "colon"
    table.insert(top.used, top.name)
  else
    top.expects = "comma"
  end
end

local function path_of(stack)
  local path = {}
  for i = 2, #stack do
    if stack[i].bracket == "[" then
      path[#path + 1] = 0
    elseif i < #stack or stack[i].expects == "value" then
      path[#path + 1] = stack[i].name
    end
  end
  return path
end

--- Finds the spot at the end of text.
--- @param text string a body up to the cursor
--- @return grpcline.Spot|nil nil where neither a name nor a value can stand
function M.spot(text)
  local stack = { { expects = "value", used = {} } }
  local at, prefix, quoted = 1, "", false
  while true do
    local kind, first, last = scan.token(text, at)
    if not kind then
      break
    elseif last == #text and (kind == "unfinished" or kind == "word") then
      prefix, quoted = text:sub(first + (kind == "word" and 0 or 1)), kind == "unfinished"
      break
    end
    if #stack == 1 and stack[1].expects == "comma" then
      stack[1].expects = "value" -- the next message of the body
    end
    step(stack, kind, text:sub(first, last))
    at = last + 1
  end
  local top = stack[#stack]
  if top.expects ~= "name" and top.expects ~= "value" then
    return nil
  end
  local kind = top.expects == "name" and "field" or "value"
  return { kind = kind, path = path_of(stack), prefix = prefix, quoted = quoted, used = top.used }
end

return M
