-- Lays out JSON text for reading; numbers and strings stay as they are written.
local scan = require("grpcline.json.scan")

local M = {}

local opens = { ["{"] = true, ["["] = true }
local closes = { ["}"] = true, ["]"] = true }

-- each calls visit(kind, text, empty) for every token; empty tells an opening
-- bracket that closes at once.
local function each(text, visit)
  local at = 1
  while true do
    local kind, first, last = scan.token(text, at)
    if not kind then
      return
    end
    local empty = opens[kind] and closes[scan.token(text, last + 1)]
    visit(kind, text:sub(first, last), empty)
    at = last + 1
  end
end

--- Lays text out on one line, with a space after each colon and comma.
--- @param text string JSON
--- @return string
function M.compact(text)
  local parts = {}
  each(text, function(kind, token)
    parts[#parts + 1] = (kind == ":" or kind == ",") and token .. " " or token
  end)
  return table.concat(parts)
end

--- Lays text out with a member or element a line, indented by two spaces a level.
--- @param text string JSON
--- @return string[] lines
function M.lines(text)
  local lines, line, depth, closing_empty = {}, "", 0, false
  local function wrap()
    lines[#lines + 1] = line
    line = ("  "):rep(depth)
  end
  each(text, function(kind, token, empty)
    if opens[kind] then
      line = line .. token
      closing_empty = empty
      if not empty then
        depth = depth + 1
        wrap()
      end
    elseif closes[kind] and not closing_empty then
      depth = depth - 1
      wrap()
      line = line .. token
    elseif kind == "," then
      line = line .. token
      wrap()
    else
      line = line .. (kind == ":" and ": " or token)
      closing_empty = false
    end
  end)
  lines[#lines + 1] = line
  return lines
end

return M
