-- Problems at their lines: of .grpc files, of their environment files, of the
-- schemas they name, and of the message that the last run refused.
local file_params = require("grpcline.file.params")
local locate = require("grpcline.json.locate")
local members = require("grpcline.json.members")

local M = {}

local file_space = vim.api.nvim_create_namespace("grpcline.file")
local run_space = vim.api.nvim_create_namespace("grpcline.run")
local environment_space = vim.api.nvim_create_namespace("grpcline.environment")
local schema_space = vim.api.nvim_create_namespace("grpcline.schema")

local function entry(line, column, message)
  return {
    lnum = line - 1,
    col = column - 1,
    message = message,
    severity = vim.diagnostic.severity.ERROR,
    source = "grpcline",
  }
end

-- show_environment shows the problems of environment files, which need not be loaded.
local function show_environment(environment)
  for _, path in ipairs(environment.files) do
    local entries = {}
    for _, problem in ipairs(environment.problems) do
      if problem.file == path then
        entries[#entries + 1] = entry(problem.line, 1, problem.message)
      end
    end
    if #entries > 0 or vim.fn.bufexists(path) == 1 then
      vim.diagnostic.set(environment_space, vim.fn.bufadd(path), entries)
    end
  end
end

--- Shows the problems of a .grpc buffer and of the environment files that it has.
--- @param buffer number
--- @param file grpcline.File of buffer.lua
function M.file(buffer, file)
  vim.diagnostic.set(
    file_space,
    buffer,
    vim.tbl_map(function(problem)
      return entry(problem.line, 1, problem.message)
    end, file.problems)
  )
  show_environment(file.environment)
end

local function exists(path)
  return vim.loop.fs_stat(path) ~= nil
end

-- show_schemas shows diagnostics of schemas in their files, which need not be
-- loaded, and lists them for :copen.
local function show_schemas(request, diagnostics)
  local by_path = {}
  for _, it in ipairs(diagnostics) do
    local path = file_params.schema_path(request, it.file, exists)
    if path then
      by_path[path] = by_path[path] or {}
      table.insert(by_path[path], entry(it.line, it.column, it.message))
    end
  end
  for path, entries in pairs(by_path) do
    vim.diagnostic.set(schema_space, vim.fn.bufadd(path), entries)
  end
  vim.diagnostic.setqflist({ namespace = schema_space, open = false, title = "grpcline: schemas" })
end

-- message_line finds the line of the .grpc file that an error's path means.
local function message_line(request, index, path)
  local message = request.messages[index or 1]
  if message then
    return message.line + locate.line(message.text, path) - 1
  end
end

--- Shows what a run's error says about the buffer and the schemas; a run that
--- went well clears what the last one said.
--- @param buffer number of the .grpc file
--- @param request grpcline.Request
--- @param failure table|nil of worker/protocol.lua
function M.run(buffer, request, failure)
  vim.diagnostic.reset(schema_space)
  vim.diagnostic.reset(run_space, buffer)
  local data = members.of(failure and failure.raw or "")
  if data.diagnostics then
    show_schemas(request, vim.json.decode(data.diagnostics))
  elseif data.path then
    local line = message_line(request, failure.index, vim.json.decode(data.path))
    if line then
      vim.diagnostic.set(run_space, buffer, { entry(line, 1, failure.message) })
    end
  end
end

--- Shows the diagnostics of a file whose buffer was loaded after they came.
--- @param buffer number
function M.show(buffer)
  for _, space in ipairs({ schema_space, environment_space }) do
    if #vim.diagnostic.get(buffer, { namespace = space }) > 0 then
      vim.diagnostic.show(space, buffer)
    end
  end
end

return M
