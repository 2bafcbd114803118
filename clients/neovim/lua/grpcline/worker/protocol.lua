-- JSON-RPC 2.0 messages, one a line.
local members = require("grpcline.json.members")

local M = {}

--- Encodes a request, or a notification where id is nil.
--- @param id number|nil
--- @param method string
--- @param params table
--- @param raw table<string, string>|nil members of params that are JSON text already
--- @return string line without its end
function M.encode(id, method, params, raw)
  local parts = {}
  for name, value in pairs(params) do
    parts[#parts + 1] = vim.json.encode(name) .. ":" .. vim.json.encode(value)
  end
  for name, text in pairs(raw or {}) do
    -- A line break in JSON stands between tokens, where a space means the same.
    parts[#parts + 1] = vim.json.encode(name) .. ":" .. text:gsub("[\r\n]", " ")
  end
  table.sort(parts)
  return ('{"jsonrpc":"2.0",%s"method":%s,"params":{%s}}'):format(
    id and ('"id":%d,'):format(id) or "",
    vim.json.encode(method),
    table.concat(parts, ",")
  )
end

--- @class grpcline.Incoming
--- @field id number|nil
--- @field method string|nil
--- @field result string|nil JSON text
--- @field error table|nil `{code, message, data}`, and `raw`, its data as JSON text
--- @field params string|nil JSON text

--- @param line string
--- @return grpcline.Incoming|nil nil where the line is no JSON object
function M.decode(line)
  if not line:find("^{") then
    return nil
  end
  local ok, message = pcall(members.of, line)
  if not ok or not next(message) then
    return nil
  end
  local failure
  if message.error then
    failure = vim.json.decode(message.error)
    failure.raw = members.of(message.error).data
  end
  return {
    id = message.id and tonumber(message.id),
    method = message.method and vim.json.decode(message.method),
    result = message.result,
    error = failure,
    params = message.params,
  }
end

return M
