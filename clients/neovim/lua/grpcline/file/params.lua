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
  }
  if next(request.metadata) then
    params.metadata = request.metadata
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
    folders[#folders + 1] = path:match("^(.*)[/\\]") or "."
  end
  for _, folder in ipairs(folders) do
    local path = paths.join(folder, name)
    if exists(path) then
      return path
    end
  end
end

return M
