-- What requests were answered, for the references of later ones.
local format = require("grpcline.json.format")
local members = require("grpcline.json.members")

local M = {}

--- @class grpcline.Answer what a request was answered; JSON text keeps every digit
--- @field state string how it ended, such as `OK` or `NOT_FOUND (5)`
--- @field response string|nil JSON text of the response or of the last message; nil if none came
--- @field headers string|nil JSON text: {name: [value…]}
--- @field trailers string|nil JSON text

-- step_at reads one step of `.items[0]['a.b']`: a name, or an index as a number.
local function step_at(steps, at)
  local name, last = steps:match("^%.([%w_-]+)()", at)
  if name then
    return name, last
  end
  local index
  index, last = steps:match("^%[(%d+)%]()", at)
  if index then
    return tonumber(index), last
  end
  return steps:match("^%['([^']*)'%]()", at)
end

local function split(steps)
  local path, at = {}, 1
  while at <= #steps do
    path[#path + 1], at = step_at(steps, at)
  end
  return path
end

local function child(text, step)
  if type(step) == "number" then
    return members.elements(text)[step + 1]
  end
  return (members.of(text))[step]
end

--- The text of a value within an answer: a string as it is, anything else as JSON on
--- one line; nil if the answer has none.
--- @param answer grpcline.Answer
--- @param part "response"|"headers"|"trailers"
--- @param steps string such as `.items[0]['a.b']`
--- @return string|nil
function M.value(answer, part, steps)
  local path, text = split(steps), answer[part]
  if part ~= "response" then
    path = { path[1]:lower(), path[2] or 0 }
  end
  for _, step in ipairs(path) do
    text = text and child(text, step)
  end
  if text and text:find('^%s*"') then
    return vim.json.decode(text)
  end
  return text and format.compact(text)
end

return M
