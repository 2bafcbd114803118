-- Finds a path of the worker's errors (`request.items[2].name`) in JSON text.
local scan = require("grpcline.json.scan")

local M = {}

-- steps splits a path into names and indexes (numbers, from 0), without the
-- parameter that it begins with: `request`, `message` or `messages[2]`.
local function steps(path)
  local list, at = {}, path:match("^messages%[%d+%]()") or path:match("^%w+()") or 1
  while at <= #path do
    local quoted_end = path:sub(at, at + 1) == '["' and path:find('"]', at, true)
    local index, index_end = path:match("^%[(%d+)%]()", at)
    local name, name_end = path:match("^%.?([^.%[]+)()", at)
    if quoted_end then
      local key = path:sub(at + 2, quoted_end - 1)
      list[#list + 1], at = key, quoted_end + 2
    elseif index then
      list[#list + 1], at = tonumber(index), index_end
    elseif name then
      list[#list + 1], at = name, name_end
    else
      return list
    end
  end
  return list
end

-- member finds the value of a member in the object at `at`.
local function member(text, at, name)
  local _, _, before = scan.token(text, at)
  local found, found_name
  while true do
    local kind, first, last = scan.token(text, before + 1)
    if kind ~= "string" then
      return found, found_name
    end
    local _, _, colon = scan.token(text, last + 1)
    local from, to = scan.value(text, colon + 1)
    if vim.json.decode(text:sub(first, last)) == name then
      found, found_name = from, first
    end
    _, _, before = scan.token(text, to + 1)
  end
end

-- element finds the element at an index in the array at `at`.
local function element(text, at, index)
  local _, _, before = scan.token(text, at)
  for i = 0, index do
    local kind = scan.token(text, before + 1)
    if not kind or kind == "]" then
      return nil
    end
    local first, last = scan.value(text, before + 1)
    if i == index then
      return first, first
    end
    _, _, before = scan.token(text, last + 1)
  end
end

--- Finds the line of a path in a message.
--- @param text string JSON
--- @param path string such as `request.payload.body`
--- @return number line from 1: of the deepest step that is there
function M.line(text, path)
  local place, shown = 1, 1
  for _, step in ipairs(steps(path)) do
    local kind = scan.token(text, place)
    local found, name
    if type(step) == "number" and kind == "[" then
      found, name = element(text, place, step)
    elseif type(step) == "string" and kind == "{" then
      found, name = member(text, place, step)
    end
    if not found then
      break
    end
    place, shown = found, name
  end
  return scan.line(text, shown)
end

return M
