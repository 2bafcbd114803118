-- One request of a .grpc file while it runs. A Run owns its connection and stream
-- in the worker and gives them back when the call has ended.
local config = require("grpcline.config")
local members = require("grpcline.json.members")
local outcome = require("grpcline.run.outcome")
local params = require("grpcline.file.params")
local render = require("grpcline.run.render")
local task = require("grpcline.task")

local M = {}

--- @class grpcline.Run
--- @field request grpcline.Request
--- @field view grpcline.View
--- @field result grpcline.Result
--- @field detached boolean|nil true if another run has its view
--- @field failure table|nil the error it ended with; `index` where it is about one message of the body
local Run = {}
Run.__index = Run

-- cancelled is the code of a request that was cancelled.
local cancelled = -32800

-- runs numbers the handles, which are this session's own.
local runs = 0

--- @param request grpcline.Request
--- @param view grpcline.View
--- @param completes boolean|nil completes sending after the body, whatever the request says of it
--- @param on_end fun(run: grpcline.Run) called once
--- @return grpcline.Run
function M.new(request, view, completes, on_end)
  runs = runs + 1
  local self = setmetatable({ request = request, view = view, on_end = on_end, handle = "run-" .. runs }, Run)
  self.completes = completes
  self.result = { state = "running", method = request.method, address = request.address }
  self.started = vim.loop.hrtime()
  self:show()
  return self
end

function Run:show()
  self.view:set_head(function()
    return render.head(self.result)
  end)
end

-- finish ends the run once: it frees what the worker holds and shows the result.
function Run:finish()
  if self.ended then
    return
  end
  self.ended = true
  self.result.ms = math.floor((vim.loop.hrtime() - self.started) / 1e6)
  if self.worker then
    self.worker:listen(self.handle, nil)
    -- Closing waits for the requests before it; one for headers may last.
    if self.is_open and self.failure then
      self.worker:request("cancelStream", { streamId = self.handle }, nil, function() end)
    end
    self.worker:request("closeConnection", { connection = self.handle }, nil, function() end)
  end
  self:show()
  self.view:draw()
  self.on_end(self)
end

--- What later requests can refer to; nil if no call was made or it has not ended.
--- @return grpcline.Answer|nil
function Run:answer()
  local result = self.result
  if self.ended and result.state ~= "FAILED" then
    return { state = result.state, response = self.last, headers = result.headers, trailers = result.trailers }
  end
end

function Run:fail(err)
  if not self.ended then
    self.failure = err
    outcome.error(self.result, err)
  end
  self:finish()
end

-- call is worker:call that cancel can end, also when the answer and the
-- cancellation cross.
function Run:call(method, arguments, raw)
  return task.wait(function(done)
    self.waiting = self.worker:request(method, arguments, raw, function(err, result)
      self.waiting = nil
      if self.cancelled and not err then
        err = { code = cancelled, message = "cancelled" }
      end
      done(err, result)
    end)
  end)
end

--- Runs the request, as a task.
--- @param worker grpcline.Client
function Run:start(worker)
  self.worker = worker
  local opening = params.connection(self.request)
  opening.connectionId = self.handle
  local err = self:call("openConnection", opening)
  local result
  if not err then
    err, result = self:call("getMethod", { connection = self.handle, method = self.request.method })
  end
  if err then
    return self:fail(err)
  end
  local kind = vim.json.decode(members.of(result).kind)
  if kind == "unary" then
    self:unary()
  else
    self:stream(kind)
  end
end

-- too_many refuses a body with several messages for a method that takes one.
function Run:too_many()
  local messages = self.request.messages
  if #messages > 1 then
    self:fail({
      code = -32602,
      message = ("%s takes one message, and the body has %d"):format(self.request.method, #messages),
    })
    return true
  end
end

function Run:unary()
  if self:too_many() then
    return
  end
  local message = self.request.messages[1]
  local err, result = self:call("callMethod", {
    connection = self.handle,
    method = self.request.method,
    timeoutMs = self.request.settings.timeoutMs,
  }, { request = message and message.text })
  if err then
    return self:fail(err)
  end
  local parts = members.of(result)
  outcome.status(self.result, parts)
  self.last = parts.message
  self.view:append(render.response(parts.message))
  self:finish()
end

local starters = {
  serverStream = "initServerStream",
  clientStream = "initClientStream",
  bidiStream = "initBidiStream",
}

function Run:stream(kind)
  local sends = kind ~= "serverStream"
  if not sends and self:too_many() then
    return
  end
  self.result.sent, self.result.received = 0, 0
  self.worker:listen(self.handle, function(method, parts)
    self:receive(method, parts)
  end)
  local message = not sends and self.request.messages[1]
  local err = self:call(starters[kind], {
    connection = self.handle,
    method = self.request.method,
    streamId = self.handle,
    deadlineMs = self.request.settings.timeoutMs,
    push = { window = config.values.window },
  }, { request = message and message.text or nil })
  if err then
    return self:fail(err)
  end
  self.is_open, self.sends = true, sends
  self.result.state = "open"
  self.result.sent = message and 1 or 0
  self:show()
  self.worker:request("getHeaders", { streamId = self.handle, timeoutMs = 0 }, nil, function(headers_err, result)
    if not headers_err and not self.ended then
      self.result.headers = members.of(result).headers
      self:show()
    end
  end)
  if sends then
    self:send_body()
  end
end

-- misfit is the code of a message that does not fit its type.
local misfit = -32602

-- send_body sends the messages of the file, then completes sending, unless the
-- stream is to be kept open or there was nothing to send. A message that does not
-- fit ends the run; where the server ended the stream, its status is on the way.
function Run:send_body()
  local keep_open = self.request.settings.keepOpen and not self.completes
  for i, it in ipairs(self.request.messages) do
    local err = self:send(it.text)
    if err then
      err.index = i
      return err.code == misfit and not keep_open and self:fail(err)
    end
  end
  if (#self.request.messages > 0 or self.completes) and not keep_open then
    self:complete_send()
  end
end

-- receive takes what the worker pushes.
function Run:receive(method, parts)
  if method == "streamMessage" then
    self.result.received = self.result.received + 1
    self.last = parts.message
    self.view:append(render.message("←", parts.message))
    self:show()
    self:acknowledge()
  elseif method == "streamEnd" then
    outcome.status(self.result, parts)
    self:finish()
  else
    self:fail({ code = -32002, message = vim.json.decode(parts.message) })
  end
end

-- acknowledge lets the worker send more, half a window at a time.
function Run:acknowledge()
  self.unacknowledged = (self.unacknowledged or 0) + 1
  if self.unacknowledged >= config.values.window / 2 then
    self.worker:request("ackMessages", { streamId = self.handle, count = self.unacknowledged }, nil, function() end)
    self.unacknowledged = 0
  end
end

--- Sends a message, inside a task.
--- @param message string JSON text
--- @return table|nil err why it was not sent
function Run:send(message)
  if self.ended or not self.sends then
    vim.notify("grpcline: there is no open stream to send to", vim.log.levels.WARN)
    return { code = -32006, message = "the stream has ended" }
  end
  self.view:append(render.message("→", message))
  local err = self.worker:call("sendMessage", { streamId = self.handle }, { message = message })
  if err then
    self.view:append(vim.split("! not sent: " .. err.message, "\n", { plain = true }))
    return err
  end
  self.result.sent = self.result.sent + 1
  self:show()
end

--- Tells the server, inside a task, that no more messages come.
function Run:complete_send()
  local err = self.worker:call("completeSend", { streamId = self.handle })
  if not err and not self.ended then
    self.result.state = "half-closed"
    self:show()
  end
end

--- Cancels the call; its end is then shown like any other.
function Run:cancel()
  self.cancelled = true
  if self.ended then
    return
  elseif self.is_open then
    self.worker:request("cancelStream", { streamId = self.handle }, nil, function() end)
  elseif self.waiting then
    self.worker:cancel(self.waiting)
  end
end

--- Cancels the call and shows no more of it: another run has its view.
function Run:detach()
  self:cancel()
  local function nothing() end
  self.view = { set_head = nothing, append = nothing, draw = nothing }
  self.detached = true
end

return M
