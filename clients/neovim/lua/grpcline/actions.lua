-- What the user can do: the subcommands of :Grpcline.
local buffers = require("grpcline.buffer")
local config = require("grpcline.config")
local diagnostics = require("grpcline.diagnostics")
local here = require("grpcline.here")
local history = require("grpcline.run.history")
local members = require("grpcline.json.members")
local runs = require("grpcline.run.runs")
local session = require("grpcline.worker.session")
local task = require("grpcline.task")
local values = require("grpcline.json.values")
local view = require("grpcline.run.view")

local M = {}

local say = here.say

-- start starts a request and shows its problems at its end.
local function start(buffer, file, request, options)
  local on_end = options.on_end
  options.on_end = function(run)
    if not run.detached and vim.api.nvim_buf_is_valid(buffer) then
      diagnostics.run(buffer, request, run.failure)
    end
    if on_end then
      on_end(run)
    end
  end
  return runs.start(file, request, buffers.path(buffer), options)
end

--- Runs the request under the cursor; in a result, what it shows again.
function M.run()
  local shown = here.shown()
  if shown and not shown.title then
    return M.runAll()
  end
  local it = here.request()
  if it then
    start(it.buffer, it.file, it.request, {})
  end
end

--- Runs all requests of the file; each is read anew, with the answers before it.
function M.runAll()
  local buffer = here.file_buffer()
  local file = buffer and buffers.parse(buffer)
  if not file or #file.requests == 0 then
    return say("the file has no requests")
  end
  local titles = vim.tbl_map(function(request)
    return runs.title(file, request)
  end, file.requests)
  runs.start_all(buffers.path(buffer), titles, function(place, on_end)
    local now = vim.api.nvim_buf_is_valid(buffer) and buffers.parse(buffer)
    local request = now and now.requests[place]
    if not request then
      return nil, "the file has changed"
    end
    local obstacle = buffers.obstacle(now, request)
    if obstacle then
      return nil, obstacle
    end
    return start(buffer, now, request, { hidden = true, completes = true, on_end = on_end })
  end)
end

--- Shows the last result of the request under the cursor, whose window may be closed.
function M.show()
  local buffer = here.file_buffer()
  local title = buffer and here.title(buffers.parse(buffer))
  local result = title and runs.buffer_of(buffers.path(buffer), title)
  if not result then
    return say("there is no result of this yet")
  end
  view.show(result)
end

--- Shows the result of an earlier run, which the user chooses.
function M.history()
  if #history.entries == 0 then
    return say("nothing was run yet")
  end
  vim.ui.select(history.entries, {
    prompt = "Result of:",
    format_item = function(entry)
      return ("%s  %s  %s"):format(os.date("%X", entry.at), entry.run.result.state, entry.title)
    end,
  }, function(entry)
    if entry then
      runs.show_entry(entry)
    end
  end)
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
  local run = here.single_run()
  if not run then
    return
  elseif json ~= "" then
    return send(run, json)
  elseif not here.shown() then
    local message = here.message()
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
  local run = here.single_run()
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
  local run = here.run()
  if run then
    run:cancel()
  end
end

--- Puts a request with every field below the method's line.
function M.template()
  local it = here.request()
  if not it then
    return
  end
  task.run(function()
    local method, problem = require("grpcline.complete.server").method(it.request, it.request.method)
    if not method then
      return say(problem, vim.log.levels.ERROR)
    end
    local lines = require("grpcline.json.format").lines(members.of(method).requestTemplate)
    table.insert(lines, 1, "")
    vim.api.nvim_buf_set_lines(it.buffer, it.request.methodLine, it.request.methodLine, false, lines)
  end)
end

--- Chooses the environment whose variables hold: the one named, else the user is asked.
--- @param name string "none" for none
function M.env(name)
  local buffer = here.file_buffer() or vim.api.nvim_get_current_buf()
  local function choose(chosen)
    vim.g.grpcline_environment = chosen ~= "none" and chosen or nil
    if vim.bo[buffer].filetype == "grpc" then
      local file = buffers.parse(buffer)
      diagnostics.file(buffer, file)
      local problem = file.environment.problems[1]
      if problem then
        say(("%s:%d: %s"):format(problem.file, problem.line, problem.message), vim.log.levels.ERROR)
      end
    end
    vim.cmd("redrawstatus!")
  end
  if name ~= "" then
    return choose(name)
  end
  local names = buffers.environment(buffer).names
  table.insert(names, "none")
  vim.ui.select(names, { prompt = "Environment:" }, function(chosen)
    if chosen then
      choose(chosen)
    end
  end)
end

--- Copies the request under the cursor as a grpcurl command, into the register given,
--- else the unnamed one and the clipboard.
--- @param register string
function M.copyGrpcurl(register)
  require("grpcline.grpcurl.registers").copy(register)
end

--- Puts the grpcurl command of a register, else of the clipboard or the unnamed one,
--- below the request under the cursor, as a request.
--- @param register string
function M.pasteGrpcurl(register)
  require("grpcline.grpcurl.registers").paste(register)
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
