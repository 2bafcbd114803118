-- What the worker is asked for a request of a .grpc file.
local paths = require("grpcline.file.path")

local M = {}

-- A schema is named as other schemas import it, so that an import of a file that
-- is given too means that file.
local function proto(settings)
  local named = {}
  for _, path in ipairs(settings.proto) do
    if path:find("^https?://") then
      named[path:match("[^/]+$") or path] = { url = path }
    else
      named[paths.import_name(path, settings.importPaths)] = { file = path }
    end
  end
  return named
end

-- service_config is a gRPC service config with the retry policy of a request:
-- https://github.com/grpc/proposal/blob/master/A6-client-retries.md
local function service_config(retry)
  local policy = {
    maxAttempts = retry.times + 1,
    initialBackoff = "0.2s",
    maxBackoff = "2s",
    backoffMultiplier = 2,
    retryableStatusCodes = retry.statuses,
  }
  return { methodConfig = { { name = { vim.empty_dict() }, retryPolicy = policy } } }
end

--- The metadata of a request: a line of its own wins over `# @auth`.
--- @param request grpcline.Request
--- @return table<string, string[]>
function M.metadata(request)
  local auth = request.settings.auth
  if auth and auth ~= "" and not request.metadata.authorization then
    return vim.tbl_extend("keep", { authorization = { auth } }, request.metadata)
  end
  return request.metadata
end

--- Connection params of a request.
--- @param request grpcline.Request
--- @return table
function M.connection(request)
  local settings = request.settings
  local params = {
    address = request.address,
    reflection = settings.reflection,
    tls = settings.tls and (next(settings.tls) and settings.tls or vim.empty_dict()),
    json = settings.json and next(settings.json) and settings.json,
    compression = settings.compression,
    authority = settings.authority,
    proxy = settings.proxy,
    serviceConfig = settings.retry and service_config(settings.retry),
  }
  local metadata = M.metadata(request)
  if next(metadata) then
    params.metadata = metadata
  end
  if #settings.proto > 0 then
    params.proto = proto(settings)
  end
  if #settings.importPaths > 0 then
    params.importPaths = settings.importPaths
  end
  if settings.descriptorSet then
    params.descriptorSet = { file = settings.descriptorSet }
  end
  return params
end

--- Where a schema that the worker names is on disk.
--- @param request grpcline.Request
--- @param name string the file in a diagnostic
--- @param exists fun(path: string): boolean
--- @return string|nil path
function M.schema_path(request, name, exists)
  local given = proto(request.settings)[name]
  if given then
    return given.file
  end
  local folders = vim.list_extend({}, request.settings.importPaths)
  for _, path in ipairs(request.settings.proto) do
    folders[#folders + 1] = paths.folder(path)
  end
  for _, folder in ipairs(folders) do
    local path = paths.join(folder, name)
    if exists(path) then
      return path
    end
  end
end

return M
