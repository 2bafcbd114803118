-- Reads .grpc files; clients/grpc-files.md has the grammar.
local blocks = require("grpcline.file.block")
local directives = require("grpcline.file.directives")
local lines = require("grpcline.file.lines")
local names = require("grpcline.file.names")

local M = {}

--- @class grpcline.File
--- @field requests grpcline.Request[]
--- @field problems {line: number, message: string}[] by line
--- @field names {variables: string[], requests: string[]} what references can name, sorted

local function split(text)
  return vim.split(text:gsub("^\239\187\191", ""):gsub("\r\n", "\n"), "\n", { plain = true })
end

-- collect sorts the lines into blocks and variables.
local function collect(text, report)
  local list, values, defined = {}, {}, {}
  local block = { name = "", first = 1, directives = {}, content = {} }
  local all = split(text)
  for number, line in ipairs(all) do
    local it = lines.classify(line)
    if not lines.is_utf8(line) then
      report(number, "the line is not UTF-8")
    end
    if it.kind == "separator" then
      block.last = number - 1
      list[#list + 1] = block
      block = { name = it.name, first = number, directives = {}, content = {} }
    elseif it.kind == "directive" then
      table.insert(block.directives, { name = it.name, value = it.value, line = number })
    elseif it.kind == "badVariable" then
      report(number, "a variable is written @name = value")
    elseif it.kind == "variable" then
      if defined[it.name] then
        report(number, ('the variable "%s" is defined twice, first on line %d'):format(it.name, defined[it.name]))
      end
      values[it.name], defined[it.name] = it.value, defined[it.name] or number
    elseif it.kind == "content" then
      table.insert(block.content, { text = it.value, line = number })
    end
  end
  block.last = #all
  list[#list + 1] = block
  return list, values
end

--- @class grpcline.ParseOptions
--- @field folder string where relative paths start
--- @field env fun(name: string): string|nil the environment of the process
--- @field environment table<string, string>|nil the variables of the chosen environment, which win over the file's
--- @field answer nil|fun(request: string): grpcline.Answer|nil the last answer that a request got, by its name

local function sorted_keys(of)
  local keys = vim.tbl_keys(of)
  table.sort(keys)
  return keys
end

--- Reads a file.
--- @param text string
--- @param options grpcline.ParseOptions
--- @return grpcline.File
function M.parse(text, options)
  local file = { requests = {}, problems = {} }
  -- report keeps the problems sorted by line, those of one line in their order.
  local function report(line, message)
    local at = #file.problems + 1
    while at > 1 and file.problems[at - 1].line > line do
      at = at - 1
    end
    table.insert(file.problems, at, { line = line, message = message })
  end
  local list, values = collect(text, report)
  local named = names.of(list, report)
  local variables = {
    values = vim.tbl_extend("force", values, options.environment or {}),
    env = options.env,
    requests = named,
    answer = options.answer or function() end,
  }
  file.names = { variables = sorted_keys(variables.values), requests = sorted_keys(named) }
  local scope = { variables = variables, folder = options.folder, report = report }
  local defaults = { settings = directives.empty(), needs = {} }
  if #list[1].content == 0 then
    defaults = blocks.settings(list[1], scope)
  end
  local ids = {}
  for id, block in pairs(named) do
    ids[block] = id
  end
  for _, block in ipairs(list) do
    local request = blocks.request(block, defaults, scope)
    if request then
      request.id = ids[block]
      table.insert(file.requests, request)
    end
  end
  return file
end

--- The request whose block contains a line.
--- @param file grpcline.File
--- @param line number from 1
--- @return grpcline.Request|nil
function M.at(file, line)
  for _, request in ipairs(file.requests) do
    if request.first <= line and line <= request.last then
      return request
    end
  end
end

--- The problems that keep a request from being run: those of its lines, and those
--- outside of every request.
--- @param file grpcline.File
--- @param request grpcline.Request
--- @return {line: number, message: string}[]
function M.blocking(file, request)
  return vim.tbl_filter(function(problem)
    local owner = M.at(file, problem.line)
    return owner == nil or owner == request
  end, file.problems)
end

return M
