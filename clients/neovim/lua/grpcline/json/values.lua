-- Splits text into the JSON values that stand in it one after another, and checks
-- them as strictly as RFC 8259 does: what passes may be written into a request
-- as it is.
local scan = require("grpcline.json.scan")

local M = {}

local literals = { ["true"] = true, ["false"] = true, ["null"] = true }

local function is_number(word)
  local whole, rest = word:match("^%-?(%d+)(.*)$")
  if not whole or (#whole > 1 and whole:sub(1, 1) == "0") then
    return false
  end
  rest = rest:gsub("^%.%d+", "")
  rest = rest:gsub("^[eE][+-]?%d+$", "")
  return rest == ""
end

local function is_string(quoted)
  local inner = quoted:sub(2, -2)
  if inner:find("[%z\1-\31]") then
    return false
  end
  inner = inner:gsub('\\["\\/bfnrt]', " "):gsub("\\u%x%x%x%x", " ")
  return not inner:find("\\", 1, true)
end

-- found describes the token that stands where another was expected.
local function found(text, kind, first, last)
  if not kind then
    return "the end"
  end
  return kind == "unfinished" and '"' or text:sub(first, last)
end

-- A Reader walks over one text; fail ends the walk.
local Reader = {}
Reader.__index = Reader

function Reader:fail(message, at)
  error({ line = scan.line(self.text, math.min(at, #self.text)), message = "this is not JSON: " .. message }, 0)
end

function Reader:expected(what)
  local kind, first, last = scan.token(self.text, self.at)
  if kind == "unfinished" then
    self:fail("the string is not closed on its line", first)
  end
  self:fail(("%s is expected before %s"):format(what, found(self.text, kind, first, last)), first)
end

-- take passes the next token if it is of this kind.
function Reader:take(wanted)
  local kind, first, last = scan.token(self.text, self.at)
  if kind ~= wanted then
    return nil
  end
  if kind == "string" and not is_string(self.text:sub(first, last)) then
    self:fail("the string has a wrong escape or a control character", first)
  end
  self.at = last + 1
  return self.text:sub(first, last)
end

function Reader:members()
  if self:take("}") then
    return
  end
  repeat
    local _ = self:take("string") or self:expected("a name in quotes")
    _ = self:take(":") or self:expected("a colon")
    self:value()
  until not self:take(",")
  local _ = self:take("}") or self:expected("a comma or }")
end

function Reader:elements()
  if self:take("]") then
    return
  end
  repeat
    self:value()
  until not self:take(",")
  local _ = self:take("]") or self:expected("a comma or ]")
end

function Reader:value()
  if self:take("{") then
    return self:members()
  elseif self:take("[") then
    return self:elements()
  elseif self:take("string") then
    return
  end
  local kind, first, last = scan.token(self.text, self.at)
  local word = self.text:sub(first, last)
  if kind ~= "word" or not (literals[word] or is_number(word)) then
    self:expected("a value")
  end
  self.at = last + 1
end

--- Splits `text` into its values.
--- @param text string
--- @return {text: string, line: number, last: number}[]|nil values the lines that each begins and ends on, from 1
--- @return {line: number, message: string}|nil problem why it is not JSON
function M.split(text)
  local reader = setmetatable({ text = text, at = 1 }, Reader)
  local values = {}
  local ok, problem = pcall(function()
    while true do
      local kind, first = scan.token(text, reader.at)
      if not kind then
        return
      end
      reader:value()
      local last = reader.at - 1
      values[#values + 1] =
        { text = text:sub(first, last), line = scan.line(text, first), last = scan.line(text, last) }
    end
  end)
  if ok then
    return values
  end
  if type(problem) ~= "table" then
    error(problem, 0)
  end
  return nil, problem
end

return M
