-- Reads a grpcurl command as a request.
local format = require("grpcline.json.format")
local shell = require("grpcline.grpcurl.shell")
local values = require("grpcline.json.values")

local M = {}

local function set(text)
  local names = {}
  for name in text:gmatch("%S+") do
    names[name] = true
  end
  return names
end

-- Flags that stand alone, and flags with a value: github.com/fullstorydev/grpcurl, cmd/grpcurl.
local switches = set([[
  plaintext insecure emit-defaults allow-unknown-fields use-reflection expand-headers unix v vv msg-template
  format-error alts
]])
local valued = set([[
  cacert cert key servername authority H rpc-header reflect-header import-path proto protoset max-time d format
  connect-timeout keepalive-time max-msg-sz user-agent alts-handshaker-service alts-target-service-account
  protoset-out proto-out-dir
]])

-- taken are the flags that a request has something for, or that change nothing of it.
local taken = set([[
  cacert cert key servername insecure plaintext authority H rpc-header reflect-header expand-headers import-path
  proto protoset max-time d format emit-defaults allow-unknown-fields use-reflection unix
  v vv msg-template format-error protoset-out proto-out-dir
]])

-- no_request ends the conversion with the sentence that says why.
local function no_request(message, ...)
  error({ no_request = message:format(...) }, 0)
end

-- read_flag takes the flag at a place and returns the place after it.
local function read_flag(flags, list, i, name, given)
  if switches[name] then
    if given ~= "false" then
      flags[name] = { "true" }
    end
    return i + 1
  elseif not valued[name] then
    no_request("grpcurl has no flag -%s", name)
  end
  local value = given or list[i + 1]
  if not value then
    no_request("-%s has no value", name)
  end
  flags[name] = flags[name] or {}
  table.insert(flags[name], value)
  return given and i + 1 or i + 2
end

-- read_arguments returns the values of the flags by name, and what is no flag.
local function read_arguments(list)
  local flags, rest, i = {}, {}, 2
  while i <= #list do
    local name = list[i]:match("^%-%-?(%a[%w_-]*)$")
    local given
    if not name then
      name, given = list[i]:match("^%-%-?(%a[%w_-]*)=(.*)$")
    end
    if not name or #rest > 0 then
      rest[#rest + 1] = list[i]
      i = i + 1
    else
      i = read_flag(flags, list, i, name, given)
    end
  end
  return flags, rest
end

-- last returns the last value of a flag, which is the one that counts.
local function last(flags, name)
  return flags[name] and flags[name][#flags[name]]
end

-- tls_line returns the directive for TLS of one's own, or nil.
local function tls_line(flags)
  local list = {}
  local function setting(name, flag)
    local value = last(flags, flag)
    if value then
      list[#list + 1] = (value:find("[ \t]") and '%s="%s"' or "%s=%s"):format(name, value)
    end
  end
  setting("certFile", "cacert")
  setting("clientCertFile", "cert")
  setting("clientKeyFile", "key")
  setting("serverName", "servername")
  if flags.insecure then
    list[#list + 1] = "disableCertVerification"
  end
  return #list > 0 and "# @tls " .. table.concat(list, " ") or nil
end

local function timeout(flags)
  local ms = math.floor((tonumber(last(flags, "max-time")) or 0) * 1000 + 0.5)
  if ms <= 0 then
    return nil
  end
  return ms % 1000 == 0 and ("%ds"):format(ms / 1000) or ("%dms"):format(ms)
end

local function add_directives(lines, flags)
  local function add(name, value)
    if value and value ~= "" then
      lines[#lines + 1] = ("# @%s %s"):format(name, value)
    end
  end
  local function each(name, flag)
    for _, value in ipairs(flags[flag] or {}) do
      add(name, value)
    end
  end
  local json = {}
  json[#json + 1] = flags["emit-defaults"] and "emitDefaults"
  json[#json + 1] = flags["allow-unknown-fields"] and "allowUnknownFields"
  each("import-path", "import-path")
  each("proto", "proto")
  each("descriptor-set", "protoset")
  add("reflection", flags["use-reflection"] and "true")
  add("authority", last(flags, "authority"))
  add("timeout", timeout(flags))
  add("json", table.concat(json, " "))
end

local function add_metadata(lines, flags)
  local seen = {}
  for _, flag in ipairs({ "H", "rpc-header", "reflect-header" }) do
    for _, header in ipairs(flags[flag] or {}) do
      local name, value = header:match("^([^:]*):?[ \t]*(.*)$")
      if flags["expand-headers"] then
        value = value:gsub("%${([%w_]+)}", "{{$env %1}}")
      end
      if not seen[header] then
        lines[#lines + 1] = ("%s: %s"):format(vim.trim(name), value)
      end
      seen[header] = true
    end
  end
end

-- add_address adds the address, and above it the directive that it needs for TLS if
-- nothing else asks for it.
local function add_address(lines, target, flags, has_tls_line)
  local needs_tls = not flags.plaintext and not has_tls_line
  if flags.unix then
    target = ("unix:%s%s"):format(target:sub(1, 1) == "/" and "//" or "", target)
  elseif needs_tls and not target:find("://", 1, true) then
    lines[#lines + 1] = "https://" .. target
    return
  end
  if needs_tls then
    lines[#lines + 1] = "# @tls"
  end
  lines[#lines + 1] = target
end

local function add_body(lines, data)
  if not data or data == "@" then
    return
  end
  local messages, problem = values.split(data)
  if problem then
    no_request("-d: %s", problem.message)
  end
  if #messages > 0 then
    lines[#lines + 1] = ""
  end
  for _, message in ipairs(messages) do
    vim.list_extend(lines, format.lines(message.text))
  end
end

-- words_of returns the words of the command, the first grpcurl itself.
local function words_of(command)
  local list, problem = shell.words(vim.trim(command))
  if problem then
    no_request("%s", problem)
  end
  if list[1] == "$" then
    table.remove(list, 1)
  end
  local program = (list[1] or ""):gsub("^.*[/\\]", "")
  if program ~= "grpcurl" and program ~= "grpcurl.exe" then
    no_request("this is not a grpcurl command")
  end
  return list
end

local function lost(flags)
  local list = vim.tbl_filter(function(name)
    return not taken[name] or (name == "d" and last(flags, "d") == "@")
  end, vim.tbl_keys(flags))
  table.sort(list)
  return list
end

local function convert(command)
  local flags, rest = read_arguments(words_of(command))
  local target, symbol = rest[1], rest[2]
  if #rest ~= 2 or symbol == "list" or symbol == "describe" then
    no_request("a call is grpcurl FLAGS ADDRESS package.Service/Method")
  elseif last(flags, "format") == "text" then
    no_request("-format text: a body is JSON")
  end
  local method = symbol:find("/", 1, true) and symbol or symbol:gsub("%.([^.]*)$", "/%1")
  local lines = { "### " .. method:gsub("^.*/", "") }
  add_directives(lines, flags)
  local tls = tls_line(flags)
  lines[#lines + 1] = tls
  add_address(lines, target, flags, tls ~= nil)
  add_metadata(lines, flags)
  vim.list_extend(lines, { "", method })
  add_body(lines, last(flags, "d"))
  return { text = table.concat(lines, "\n"), lost = lost(flags) }
end

--- Reads a grpcurl command, as a POSIX shell does.
--- @param command string
--- @return string|nil text of a .grpc file
--- @return string[] lost the flags that a request has nothing for
--- @return string|nil problem why the command is no request
function M.request(command)
  local ok, converted = pcall(convert, command)
  if ok then
    return converted.text, converted.lost
  elseif type(converted) == "table" then
    return nil, {}, converted.no_request
  end
  error(converted, 0)
end

return M
