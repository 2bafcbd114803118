-- What the server of a request offers, asked of the worker and kept for a while,
-- so that typing does not ask anew at each key.
local members = require("grpcline.json.members")
local params = require("grpcline.file.params")
local session = require("grpcline.worker.session")

local M = {}

-- keep_ms is how long an answer is used again.
local keep_ms = 10000

-- answers by what was asked: {at, result}.
local answers = {}

-- ask returns, inside a task, the result of an introspection method.
local function ask(request, method, arguments)
  arguments.connection = params.connection(request)
  local key = method .. vim.fn.json_encode(arguments)
  local known = answers[key]
  if known and vim.loop.now() - known.at < keep_ms then
    return known.result
  end
  local worker, problem = session.worker()
  if not worker then
    return nil, problem
  end
  local err, result = worker:call(method, arguments)
  if err then
    return nil, err.message
  end
  answers[key] = { at = vim.loop.now(), result = result }
  return result
end

--- @param request grpcline.Request
--- @return string[]|nil services
--- @return string|nil problem
function M.services(request)
  local result, problem = ask(request, "getServiceList", {})
  return result and vim.json.decode(result).services, problem
end

--- @param request grpcline.Request
--- @param service string
--- @return {name: string, kind: string, requestType: string, responseType: string}[]|nil
--- @return string|nil problem
function M.methods(request, service)
  local result, problem = ask(request, "getMethodList", { service = service })
  return result and vim.json.decode(result).methods, problem
end

--- @param request grpcline.Request
--- @param method string full
--- @return string|nil description JSON text: the result of getMethod
--- @return string|nil problem
function M.method(request, method)
  return ask(request, "getMethod", { method = method })
end

--- The schema of a request's messages.
--- @param request grpcline.Request
--- @return string|nil schema JSON text
--- @return string|nil problem
function M.request_schema(request)
  if not request.method then
    return nil, "the request has no method"
  end
  local result, problem = M.method(request, request.method)
  return result and members.of(result).requestSchema, problem
end

--- Forgets what was asked.
function M.forget()
  answers = {}
end

return M
