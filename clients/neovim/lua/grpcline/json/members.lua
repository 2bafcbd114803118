-- The members of a JSON object and the elements of an array as raw text.
local scan = require("grpcline.json.scan")

local M = {}

--- The members of the object at a place, in text that is known to be JSON.
--- @param text string
--- @param from number
--- @return {name: string, text: string, first: number, at: number}[]|nil members raw values, and where name and
---   value begin; nil if no object is there
function M.at(text, from)
  local kind, _, at = scan.token(text, from)
  if kind ~= "{" then
    return nil
  end
  local list = {}
  while true do
    local name_kind, first, last = scan.token(text, at + 1)
    if name_kind ~= "string" then
      return list
    end
    local name = vim.json.decode(text:sub(first, last))
    local _, _, colon = scan.token(text, last + 1)
    local value, value_end = scan.value(text, colon + 1)
    list[#list + 1] = { name = name, text = text:sub(value, value_end), first = first, at = value }
    _, _, at = scan.token(text, value_end + 1) -- the comma or the brace
  end
end

--- Splits an object in text that is known to be JSON.
--- @param text string
--- @return table<string, string> members raw values by name; empty where text is no object
--- @return string[] names in their order
function M.of(text)
  local members, names = {}, {}
  for _, member in ipairs(M.at(text, 1) or {}) do
    members[member.name] = member.text
    names[#names + 1] = member.name
  end
  return members, names
end

--- Splits an array in text that is known to be JSON.
--- @param text string
--- @return string[] elements raw values; empty where text is no array
function M.elements(text)
  local elements = {}
  local kind, _, at = scan.token(text, 1)
  if kind ~= "[" then
    return elements
  end
  while true do
    local next_kind = scan.token(text, at + 1)
    if not next_kind or next_kind == "]" then
      return elements
    end
    local first, last = scan.value(text, at + 1)
    elements[#elements + 1] = text:sub(first, last)
    _, _, at = scan.token(text, last + 1)
  end
end

return M
