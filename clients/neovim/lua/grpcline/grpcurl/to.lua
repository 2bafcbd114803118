-- Writes a request as a grpcurl command.
local params = require("grpcline.file.params")
local paths = require("grpcline.file.path")
local shell = require("grpcline.grpcurl.shell")

local M = {}

-- no_command ends the conversion with the sentence that says why.
local function no_command(message, ...)
  error({ no_command = message:format(...) }, 0)
end

-- add adds the words that have a value.
local function add(words, flag, value)
  if value ~= nil then
    vim.list_extend(words, { flag, value })
  end
end

-- add_target adds where it calls: grpcurl wants a port, and has no schemes but
-- those of gRPC's resolvers.
local function add_target(words, address, is_tls)
  if address:find("^demo:") then
    no_command("demo:/// is inside the worker, where grpcurl cannot call it")
  end
  local socket = address:match("^unix://(/.+)$") or address:match("^unix:(.+)$")
  if socket then
    return add(words, "-unix", socket)
  end
  local host = address:match("^https?://([^/]*)/?$") or address:match("^grpcs?://([^/]*)/?$") or address
  if not host:find("://", 1, true) and not host:find(":%d+$") then
    host = ("%s:%d"):format(host, is_tls and 443 or 80)
  end
  words[#words + 1] = host
end

local function add_tls(words, tls, is_tls)
  if not is_tls then
    words[#words + 1] = "-plaintext"
    return
  end
  tls = tls or {}
  if tls.clientP12File then
    no_command("grpcurl takes no PKCS#12 file: %s", tls.clientP12File)
  end
  if tls.disableCertVerification then
    words[#words + 1] = "-insecure"
  end
  add(words, "-cacert", tls.certFile)
  add(words, "-cert", tls.clientCertFile)
  add(words, "-key", tls.clientKeyFile)
  add(words, "-servername", tls.serverName)
end

local function add_metadata(words, metadata)
  local names = vim.tbl_keys(metadata)
  table.sort(names)
  for _, name in ipairs(names) do
    for _, value in ipairs(metadata[name]) do
      add(words, "-H", ("%s: %s"):format(name, value))
    end
  end
end

-- proto_of returns the name of a schema, and the folder that has to be an import path
-- for it or nil.
local function proto_of(path, import_paths)
  if path:find("^https?://") then
    no_command("grpcurl takes no URL as a schema: %s", path)
  elseif not path:find("%.proto$") then
    no_command("grpcurl takes no folder as a schema: %s", path)
  end
  local name = paths.import_name(path, import_paths)
  for _, root in ipairs(import_paths) do
    if paths.join(root, name) == path then
      return name, nil
    end
  end
  return name, paths.folder(path)
end

local function add_schemas(words, settings)
  local roots, names = vim.list_extend({}, settings.importPaths), {}
  for _, path in ipairs(settings.proto) do
    local name, folder = proto_of(path, settings.importPaths)
    names[#names + 1] = name
    if folder and not vim.tbl_contains(roots, folder) then
      roots[#roots + 1] = folder
    end
  end
  for _, root in ipairs(roots) do
    add(words, "-import-path", root)
  end
  for _, name in ipairs(names) do
    add(words, "-proto", name)
  end
  add(words, "-protoset", settings.descriptorSet)
  if settings.reflection and (#names > 0 or settings.descriptorSet) then
    words[#words + 1] = "-use-reflection"
  end
end

local function add_options(words, request)
  local json, messages = request.settings.json or {}, {}
  for i, message in ipairs(request.messages) do
    messages[i] = message.text
  end
  add(words, "-max-time", request.settings.timeoutMs and ("%.14g"):format(request.settings.timeoutMs / 1000))
  if json.emitDefaults then
    words[#words + 1] = "-emit-defaults"
  end
  if json.allowUnknownFields then
    words[#words + 1] = "-allow-unknown-fields"
  end
  add(words, "-d", #messages > 0 and table.concat(messages, "\n") or nil)
end

-- lost returns the directives for which grpcurl has nothing, sorted.
local function lost(settings)
  local json, list = settings.json or {}, {}
  local known = {
    { "compression", settings.compression },
    { "json", json.useProtoNames or json.enumsAsNumbers or json.int64AsNumbers },
    { "keep-open", settings.keepOpen },
    { "proxy", settings.proxy },
    { "retry", settings.retry },
  }
  for _, it in ipairs(known) do
    list[#list + 1] = it[2] and it[1] or nil
  end
  return list
end

local function convert(request)
  local settings, words = request.settings, { "grpcurl" }
  local is_tls = settings.tls ~= nil or request.address:find("^https://") or request.address:find("^grpcs://")
  add_tls(words, settings.tls, is_tls)
  add(words, "-authority", settings.authority)
  add_metadata(words, params.metadata(request))
  add_schemas(words, settings)
  add_options(words, request)
  add_target(words, request.address, is_tls)
  words[#words + 1] = request.method
  return table.concat(vim.tbl_map(shell.quote, words), " ")
end

--- Writes a request that can be run as a command of a POSIX shell.
--- @param request grpcline.Request
--- @return string|nil command
--- @return string[] lost the directives for which grpcurl has nothing
--- @return string|nil problem why there is no command
function M.command(request)
  local ok, command = pcall(convert, request)
  if ok then
    return command, lost(request.settings)
  elseif type(command) == "table" then
    return nil, {}, command.no_command
  end
  error(command, 0)
end

return M
