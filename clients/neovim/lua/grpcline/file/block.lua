-- One block of a .grpc file, the lines between two separators, and the request
-- that stands in it: an address, metadata, a method, a body.
local directives = require("grpcline.file.directives")
local expand = require("grpcline.file.expand")
local lines = require("grpcline.file.lines")
local values = require("grpcline.json.values")

local M = {}

--- @class grpcline.Block
--- @field name string of the separator, or ""
--- @field first number line of the separator, or 1
--- @field last number
--- @field directives {name: string, value: string, line: number}[]
--- @field content {text: string, line: number}[] the lines that are the request, blank ones in its body too

--- @class grpcline.Message
--- @field text string one JSON value
--- @field line number where it begins
--- @field last number where it ends

--- @class grpcline.Request
--- @field name string
--- @field first number of its block's lines
--- @field last number
--- @field addressLine number
--- @field address string
--- @field metadata table<string, string[]>
--- @field methodLine number|nil
--- @field method string|nil full, without a leading slash
--- @field messages grpcline.Message[]
--- @field settings grpcline.Settings

--- @class grpcline.Scope what blocks of one file share
--- @field variables grpcline.Variables
--- @field folder string
--- @field report fun(line: number, message: string)

-- expanded returns text with its variables, or nil after reporting a problem.
local function expanded(scope, text, line)
  local value, problem = expand.text(text, scope.variables)
  if not value then
    scope.report(line, problem)
  end
  return value
end

--- Reads the directives of a block.
--- @param block grpcline.Block
--- @param scope grpcline.Scope
--- @return grpcline.Settings
function M.settings(block, scope)
  local settings = directives.empty()
  for _, directive in ipairs(block.directives) do
    local value = expanded(scope, directive.value, directive.line)
    local problem = value and directives.read(settings, directive.name, value, scope.folder)
    if problem then
      scope.report(directive.line, problem)
    end
  end
  return settings
end

-- read_head reads address, metadata and method; it returns the place in the
-- content where the body begins.
local function read_head(request, block, scope)
  local first = block.content[1]
  request.addressLine = first.line
  request.address = expanded(scope, lines.trim(first.text), first.line)
  for i = 2, #block.content do
    local text, line = block.content[i].text, block.content[i].line
    local name, value = lines.metadata(text)
    if name then
      request.metadata[name] = request.metadata[name] or {}
      table.insert(request.metadata[name], expanded(scope, value, line))
    elseif lines.trim(text) ~= "" then
      request.methodLine = line
      local method = expanded(scope, lines.trim(text), line)
      request.method = method and method:match("^/?([^ \t/]+/[^ \t/]+)$")
      if method and not request.method then
        scope.report(line, method .. " is neither metadata (name: value) nor a method (package.Service/Method)")
      end
      return i + 1
    end
  end
  scope.report(first.line, "the request has no method: write package.Service/Method under its address")
  return #block.content + 1
end

-- read_body reads the messages of the content from `at` on.
local function read_body(request, block, at, scope)
  local body, first, ok = {}, nil, true
  for i = at, #block.content do
    local text, line = block.content[i].text, block.content[i].line
    if not first and lines.metadata(text) then
      return scope.report(line, "metadata goes above the method")
    end
    first = first or (lines.trim(text) ~= "" and line) or nil
    if first then
      local json, problem = expand.json(text, scope.variables)
      if problem then
        ok = false
        scope.report(line, problem)
      end
      -- A line that is no content (a comment) is blank in the body.
      body[line - first + 1] = json or ""
    end
  end
  if not first or not ok then
    return
  end
  for i = 1, block.last - first + 1 do
    body[i] = body[i] or ""
  end
  local messages, problem = values.split((table.concat(body, "\n"):gsub("[ \t\n]+$", "")))
  if problem then
    return scope.report(first + problem.line - 1, problem.message)
  end
  for _, message in ipairs(messages) do
    message.line, message.last = first + message.line - 1, first + message.last - 1
  end
  request.messages = messages
end

--- Reads the request of a block.
--- @param block grpcline.Block
--- @param defaults grpcline.Settings of the file
--- @param scope grpcline.Scope
--- @return grpcline.Request|nil nil where the block has none
function M.request(block, defaults, scope)
  if #block.content == 0 then
    return nil
  end
  local request = { name = block.name, first = block.first, last = block.last, metadata = {}, messages = {} }
  request.settings = directives.merge(defaults, M.settings(block, scope))
  local body = read_head(request, block, scope)
  read_body(request, block, body, scope)
  return request
end

return M
