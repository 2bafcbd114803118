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
--- @field id string|nil by which references mean its answer
--- @field first number of its block's lines
--- @field last number
--- @field addressLine number
--- @field address string|nil nil if a problem or a need says why
--- @field metadata table<string, string[]>
--- @field methodLine number|nil
--- @field method string|nil full, without a leading slash
--- @field messages grpcline.Message[]
--- @field settings grpcline.Settings
--- @field needs grpcline.Need[] what has to be answered before it can run

--- @class grpcline.Need what a line waits for, the answer of a request
--- @field line number
--- @field message string
--- @field directive string|nil the directive it is in

--- @class grpcline.BlockSettings what directives say, and what those wait for that say nothing yet
--- @field settings grpcline.Settings
--- @field needs grpcline.Need[]

--- @class grpcline.Scope what blocks of one file share
--- @field variables grpcline.Variables
--- @field folder string
--- @field report fun(line: number, message: string)

-- explain reports why a line has no value, or adds it to the needs.
local function explain(scope, needs, line, why, directive)
  if why.missing then
    table.insert(needs, { line = line, message = why.message, directive = directive })
  else
    scope.report(line, why.message)
  end
end

-- expanded returns text with its references expanded, or nil after telling why not.
local function expanded(scope, needs, text, line, directive)
  local value, why = expand.text(text, scope.variables)
  if not value then
    explain(scope, needs, line, why, directive)
  end
  return value
end

--- Reads the directives of a block.
--- @param block grpcline.Block
--- @param scope grpcline.Scope
--- @return grpcline.BlockSettings
function M.settings(block, scope)
  local settings, needs = directives.empty(), {}
  for _, directive in ipairs(block.directives) do
    local value = expanded(scope, needs, directive.value, directive.line, directive.name)
    local problem = value and directives.read(settings, directive.name, value, scope.folder)
    if problem then
      scope.report(directive.line, problem)
    end
  end
  return { settings = settings, needs = needs }
end

-- needs_of returns the needs of a request: a directive of its own replaces what the
-- file's waits for.
local function needs_of(file, own, block)
  local replaced = {}
  for _, directive in ipairs(block.directives) do
    replaced[directive.name] = not directives.adds_up(directive.name)
  end
  local needs = vim.tbl_filter(function(need)
    return not replaced[need.directive]
  end, file)
  return vim.list_extend(needs, own)
end

-- read_head reads address, metadata and method; it returns the place in the
-- content where the body begins.
local function read_head(request, block, scope)
  local first = block.content[1]
  request.addressLine = first.line
  request.address = expanded(scope, request.needs, lines.trim(first.text), first.line)
  for i = 2, #block.content do
    local text, line = block.content[i].text, block.content[i].line
    local name, value = lines.metadata(text)
    if name then
      request.metadata[name] = request.metadata[name] or {}
      local list = request.metadata[name]
      list[#list + 1] = expanded(scope, request.needs, value, line)
    elseif lines.trim(text) ~= "" then
      request.methodLine = line
      local method = expanded(scope, request.needs, lines.trim(text), line)
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
      local json, why = expand.json(text, scope.variables)
      if why then
        ok = false
        explain(scope, request.needs, line, why)
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
--- @param defaults grpcline.BlockSettings of the file
--- @param scope grpcline.Scope
--- @return grpcline.Request|nil nil where the block has none
function M.request(block, defaults, scope)
  if #block.content == 0 then
    return nil
  end
  local request = { name = block.name, first = block.first, last = block.last, metadata = {}, messages = {} }
  local own = M.settings(block, scope)
  request.settings = directives.merge(defaults.settings, own.settings)
  request.needs = needs_of(defaults.needs, own.needs, block)
  local body = read_head(request, block, scope)
  read_body(request, block, body, scope)
  return request
end

return M
