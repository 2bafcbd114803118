-- What the user can do: the subcommands of :Grpcline.
local buffers = require("grpcline.buffer")
local config = require("grpcline.config")
local diagnostics = require("grpcline.diagnostics")
local members = require("grpcline.json.members")
local parse = require("grpcline.file.parse")
local runs = require("grpcline.run.runs")
local session = require("grpcline.worker.session")
local task = require("grpcline.task")
local values = require("grpcline.json.values")

local M = {}

local function say(message, level)
  vim.notify("grpcline: " .. message, level or vim.log.levels.WARN)
end

local function cursor_line()
  return vim.api.nvim_win_get_cursor(0)[1]
end

-- request_here returns the request under the cursor that can be run, or nil after
-- saying why there is none.
local function request_here()
  local buffer = vim.api.nvim_get_current_buf()
  local file = buffers.parse(buffer)
  diagnostics.file(buffer, file)
  local request = parse.at(file, cursor_line())
  if not request then
    return say("there is no request here")
  end
  local obstacle = buffers.obstacle(file, request)
  if obstacle then
    return say(obstacle, vim.log.levels.ERROR)
  end
  return file, request
end

-- run_here returns the run that the current buffer shows or whose request is
-- under the cursor.
local function run_here()
  local buffer = vim.api.nvim_get_current_buf()
  local run = runs.of_buffer(buffer) or runs.of_line(buffers.path(buffer), buffers.parse(buffer), cursor_line())
  if not run or run.ended then
    return say("nothing runs here")
  end
  return run
end

--- Runs the request under the cursor.
function M.run()
  local buffer = vim.api.nvim_get_current_buf()
  local file, request = request_here()
  if request then
    runs.start(file, request, buffers.path(buffer), {
      on_end = function(run)
        diagnostics.run(buffer, request, run.failure)
      end,
    })
  end
end

-- message_here returns the message of the body under the cursor.
local function message_here()
  local file = buffers.parse(0)
  local request = parse.at(file, cursor_line())
  for _, message in ipairs(request and request.messages or {}) do
    if message.line <= cursor_line() and cursor_line() <= message.last then
      return message.text
    end
  end
end

local function send(run, text)
  local messages, problem = values.split(text)
  if not messages then
    return say(problem.message, vim.log.levels.ERROR)
  end
  task.run(function()
    for _, message in ipairs(messages) do
      run:send(message.text)
    end
  end)
end

--- Sends to the open stream: the JSON given, else the message under the cursor,
--- else, in a result, what the user is asked for.
--- @param json string
function M.send(json)
  local run = run_here()
  if not run then
    return
  elseif json ~= "" then
    return send(run, json)
  elseif vim.bo.filetype ~= "grpcline" then
    local message = message_here()
    return message and send(run, message) or say("there is no message under the cursor")
  end
  vim.ui.input({ prompt = "Message: " }, function(text)
    if text and text ~= "" then
      send(run, text)
    end
  end)
end

--- Completes sending on the open stream; the server may still answer.
function M.completeSend()
  local run = run_here()
  if run and run.is_open then
    task.run(function()
      run:complete_send()
    end)
  end
end

--- Installs the worker from an archive of a release.
--- @param argument string the archive's path or URL, and its SHA-256 if no list of them lies beside it
function M.install(argument)
  require("grpcline.worker.install").run(argument)
end

--- Cancels what runs here.
function M.cancel()
  local run = run_here()
  if run then
    run:cancel()
  end
end

--- Puts a request with every field below the method's line.
function M.template()
  local buffer = vim.api.nvim_get_current_buf()
  local _, request = request_here()
  if not request then
    return
  end
  task.run(function()
    local method, problem = require("grpcline.complete.server").method(request, request.method)
    if not method then
      return say(problem, vim.log.levels.ERROR)
    end
    local lines = require("grpcline.json.format").lines(members.of(method).requestTemplate)
    table.insert(lines, 1, "")
    vim.api.nvim_buf_set_lines(buffer, request.methodLine, request.methodLine, false, lines)
  end)
end

--- Ends the worker and everything that runs in it; the next request starts another.
function M.restart()
  session.stop()
end

--- Tells which worker serves this session.
function M.info()
  task.run(function()
    local worker, problem = session.worker()
    if not worker then
      return say(problem, vim.log.levels.ERROR)
    end
    local _, version = worker:call("getVersion", {})
    say(("%s: %s"):format(config.worker(), version), vim.log.levels.INFO)
  end)
end

return M
