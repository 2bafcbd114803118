-- What a result looks like: a head that changes while the call runs (state,
-- headers, trailers) and, below it, messages that are only ever added to.
-- clients/grpc-files/results has examples, which the VS Code extension shares.
local format = require("grpcline.json.format")
local members = require("grpcline.json.members")

local M = {}

-- one_line is the longest message, in characters, that a stream shows on one line.
local one_line = 78

--- @class grpcline.Result what is known of a call so far
--- @field state string "running", "open", "half-closed", or how it ended
--- @field method string
--- @field address string
--- @field sent number|nil messages of a stream
--- @field received number|nil
--- @field ms number|nil how long it took
--- @field message string|nil of a status or an error
--- @field notes string[]|nil lines below the message
--- @field details string|nil JSON text of a status' details
--- @field headers string|nil JSON text
--- @field trailers string|nil JSON text

local function counts(result)
  local list = {}
  if result.sent then
    list = { ("%d sent"):format(result.sent), ("%d received"):format(result.received) }
  end
  if result.ms then
    list[#list + 1] = ("%d ms"):format(result.ms)
  end
  return list
end

-- shown_as_details is the trailer that `details` shows decoded.
local shown_as_details = "grpc-status-details-bin"

-- add_metadata adds `{name: [value…]}` under a title, sorted by name.
local function add_metadata(lines, title, text)
  local values, names = members.of(text or "")
  names = vim.tbl_filter(function(name)
    return name ~= shown_as_details
  end, names)
  if #names == 0 then
    return
  end
  lines[#lines + 1] = title
  table.sort(names)
  for _, name in ipairs(names) do
    for _, value in ipairs(vim.json.decode(values[name])) do
      lines[#lines + 1] = ("  %s: %s"):format(name, value)
    end
  end
end

--- The lines above the messages.
--- @param result grpcline.Result
--- @return string[]
function M.head(result)
  local first = { result.state, result.method, result.address }
  local numbers = counts(result)
  if #numbers > 0 then
    first[#first + 1] = table.concat(numbers, ", ")
  end
  local lines = { table.concat(first, "  ") }
  for _, line in ipairs(vim.split(result.message or "", "\n", { plain = true })) do
    if line ~= "" then
      lines[#lines + 1] = line
    end
  end
  vim.list_extend(lines, result.notes or {})
  local details = members.elements(result.details or "")
  if #details > 0 then
    lines[#lines + 1] = "details"
    for _, detail in ipairs(details) do
      for _, line in ipairs(format.lines(detail)) do
        lines[#lines + 1] = "  " .. line
      end
    end
  end
  add_metadata(lines, "headers", result.headers)
  add_metadata(lines, "trailers", result.trailers)
  return lines
end

--- The lines of a unary call's response.
--- @param message string JSON text
--- @return string[]
function M.response(message)
  return format.lines(message)
end

--- The lines of a stream's message: one, where it is short.
--- @param arrow "→"|"←" sent or received
--- @param message string JSON text
--- @return string[]
function M.message(arrow, message)
  local compact = format.compact(message)
  if vim.fn.strchars(compact) <= one_line then
    return { arrow .. " " .. compact }
  end
  local lines = format.lines(message)
  lines[1] = arrow .. " " .. lines[1]
  return lines
end

return M
