-- The directives of a .grpc file: `# @name value` lines that say how to call.
local base64 = require("grpcline.base64")
local nearest = require("grpcline.nearest")
local paths = require("grpcline.file.path")

local M = {}

--- @class grpcline.Settings what directives say of a request
--- @field proto string[] absolute paths or URLs
--- @field importPaths string[]
--- @field descriptorSet string|nil
--- @field reflection boolean|nil
--- @field tls table|nil
--- @field json table|nil
--- @field compression string|nil
--- @field authority string|nil
--- @field timeoutMs number|nil
--- @field keepOpen boolean|nil
--- @field auth string|nil the value of `authorization`; "" is none
--- @field retry {times: number, statuses: string[]}|nil attempts that may follow the first, and after which statuses
--- @field proxy string|nil the URL of a CONNECT proxy; "" is none

local tls_paths = { certFile = true, clientCertFile = true, clientKeyFile = true, clientP12File = true }
local tls_names = {
  "certFile", "clientCertFile", "clientKeyFile", "clientP12File", "clientP12Password", "serverName",
  "disableCertVerification",
}
local json_names = { "useProtoNames", "emitDefaults", "enumsAsNumbers", "int64AsNumbers", "allowUnknownFields" }
local units = { ms = 1, s = 1000, m = 60000, h = 3600000 }

-- words splits a value at spaces; "double quotes" keep theirs.
local function words(value)
  local list, word, quoted = {}, nil, false
  for c in value:gmatch(".") do
    if c == '"' then
      quoted, word = not quoted, word or ""
    elseif c:find("[ \t]") and not quoted then
      list[#list + 1], word = word, nil
    else
      word = (word or "") .. c
    end
  end
  list[#list + 1] = word
  return list
end

-- needed refuses an empty value.
local function needed(name, what, read)
  return function(settings, value, folder)
    if value == "" then
      return ("# @%s needs %s"):format(name, what)
    end
    return read(settings, value, folder)
  end
end

local function text(name, what)
  return needed(name, what, function(settings, value)
    settings[name] = value
  end)
end

local function read_tls(settings, value, folder)
  local tls = {}
  for _, word in ipairs(words(value)) do
    local key, setting = word:match("^([^=]*)=?(.*)$")
    if not vim.tbl_contains(tls_names, key) then
      return ('there is no TLS setting "%s"%s'):format(key, nearest.hint(key, tls_names))
    elseif key == "disableCertVerification" then
      tls[key] = true
    elseif setting == "" then
      return ("%s needs a value: %s=…"):format(key, key)
    else
      tls[key] = tls_paths[key] and paths.join(folder, setting) or setting
    end
  end
  if (tls.clientCertFile == nil) ~= (tls.clientKeyFile == nil) then
    return "clientCertFile and clientKeyFile go together"
  end
  settings.tls = tls
end

local function read_json(settings, value)
  local json = {}
  for _, word in ipairs(words(value)) do
    if not vim.tbl_contains(json_names, word) then
      return ('there is no JSON option "%s"%s'):format(word, nearest.hint(word, json_names))
    end
    json[word] = true
  end
  settings.json = json
end

local function read_timeout(settings, value)
  local count, unit = value:match("^(%d+)(%a+)$")
  if not units[unit] then
    return "a timeout is a whole number with ms, s, m or h, such as 5s"
  end
  settings.timeoutMs = tonumber(count) * units[unit]
end

-- status_names are gRPC's statuses from 1 on: https://grpc.io/docs/guides/status-codes/
local status_names = {
  "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE",
  "DATA_LOSS", "UNAUTHENTICATED",
}

local function read_retry(settings, value)
  local statuses = words(value)
  local times = table.remove(statuses, 1) or ""
  if not times:find("^[1-4]$") then
    return "a retry is a number of further attempts, 1 to 4, then names of statuses"
  end
  for _, name in ipairs(statuses) do
    if not vim.tbl_contains(status_names, name) then
      return ('there is no status "%s"%s'):format(name, nearest.hint(name, status_names))
    end
  end
  settings.retry = { times = tonumber(times), statuses = #statuses > 0 and statuses or { "UNAVAILABLE" } }
end

local function read_auth(settings, value)
  local list = words(value)
  if list[1] == "none" and #list == 1 then
    settings.auth = ""
  elseif list[1] == "bearer" and #list == 2 then
    settings.auth = "Bearer " .. list[2]
  elseif list[1] == "basic" and #list == 3 then
    settings.auth = "Basic " .. base64.encode(list[2] .. ":" .. list[3])
  else
    return "# @auth is bearer TOKEN, basic USER PASSWORD, or none"
  end
end

local function read_proxy(settings, value)
  if value ~= "none" and not value:find("^https?://.") then
    return "a proxy is an http:// or https:// URL, or none"
  end
  settings.proxy = value == "none" and "" or value
end

local function read_reflection(settings, value)
  if value ~= "true" and value ~= "false" then
    return "# @reflection is true or false"
  end
  settings.reflection = value == "true"
end

-- readers put a directive's value into the settings, or return a problem.
local readers = {
  proto = needed("proto", "a path", function(settings, value, folder)
    table.insert(settings.proto, value:find("^https?://") and value or paths.join(folder, value))
  end),
  ["import-path"] = needed("import-path", "a path", function(settings, value, folder)
    table.insert(settings.importPaths, paths.join(folder, value))
  end),
  ["descriptor-set"] = needed("descriptor-set", "a path", function(settings, value, folder)
    settings.descriptorSet = paths.join(folder, value)
  end),
  reflection = read_reflection,
  tls = read_tls,
  json = read_json,
  timeout = read_timeout,
  compression = text("compression", "a name, such as gzip"),
  authority = text("authority", "a name"),
  ["keep-open"] = function(settings)
    settings.keepOpen = true
  end,
  auth = read_auth,
  retry = read_retry,
  proxy = read_proxy,
  name = function() end, -- names.lua reads it
}

--- The directives there are, sorted.
M.names = vim.tbl_keys(readers)
table.sort(M.names)

--- @return grpcline.Settings
function M.empty()
  return { proto = {}, importPaths = {} }
end

--- Reads one directive into settings.
--- @param settings grpcline.Settings
--- @param name string
--- @param value string with its variables expanded
--- @param folder string where relative paths start
--- @return string|nil problem
function M.read(settings, name, value, folder)
  local read = readers[name]
  if not read then
    return ('there is no directive "%s"%s'):format(name, nearest.hint(name, M.names))
  end
  return read(settings, value, folder)
end

--- Tells whether a request's own directive adds to the file's and does not replace it.
--- @param name string
--- @return boolean
function M.adds_up(name)
  return name == "proto" or name == "import-path"
end

--- Settings for a request: its own over those of the file; schemas add up.
--- @param file grpcline.Settings
--- @param own grpcline.Settings
--- @return grpcline.Settings
function M.merge(file, own)
  local merged = vim.tbl_extend("force", file, own)
  merged.proto = vim.list_extend(vim.list_extend({}, file.proto), own.proto)
  merged.importPaths = vim.list_extend(vim.list_extend({}, file.importPaths), own.importPaths)
  return merged
end

return M
