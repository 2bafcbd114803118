-- Turns answers and errors of the worker into what a result shows of them.
local members = require("grpcline.json.members")

local M = {}

-- state names a status: OK, or NOT_FOUND (5).
local function state(status)
  return status.code == 0 and "OK" or ("%s (%d)"):format(status.name, status.code)
end

--- Puts a status and its metadata into a result.
--- @param result grpcline.Result
--- @param parts table<string, string> JSON text: status, headers, trailers
function M.status(result, parts)
  local status = vim.json.decode(parts.status)
  result.state = state(status)
  result.message = status.message
  result.details = members.of(parts.status).details
  result.headers = parts.headers or result.headers
  result.trailers = parts.trailers
end

--- Puts an error into a result: a status where it is one (a positive code).
--- @param result grpcline.Result
--- @param err table of worker/protocol.lua
function M.error(result, err)
  local data = members.of(err.raw or "")
  if data.status then
    M.status(result, data)
    if data.origin == '"client"' then
      result.notes = { "origin: client" }
    end
    return
  end
  result.state = err.code == -32800 and "CANCELLED (1)" or "FAILED"
  result.message = err.code == -32800 and "cancelled" or err.message
  local diagnostics = data.diagnostics and vim.json.decode(data.diagnostics) or {}
  result.notes = vim.tbl_map(function(it)
    return ("  %s:%d:%d: %s"):format(it.file, it.line, it.column, it.message)
  end, diagnostics)
end

return M
