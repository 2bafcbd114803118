-- A JSON-RPC client of one worker process. Each request's callback is called once:
-- with its answer, or with an error when the worker ends first.
local members = require("grpcline.json.members")
local process = require("grpcline.worker.process")
local protocol = require("grpcline.worker.protocol")
local task = require("grpcline.task")

local M = {}

--- @class grpcline.Client
--- @field path string the program
local Client = {}
Client.__index = Client

-- ended_sentence tells how a worker ended, with the tail of its stderr.
local function ended_sentence(path, code, signal, tail)
  local how = signal ~= 0 and ("by signal %d"):format(signal) or ("with exit code %d"):format(code)
  local said = #tail > 0 and ": " .. table.concat(tail, "\n") or ""
  return ("the worker %s ended %s%s"):format(path, how, said)
end

--- Starts a worker.
--- @param command string[] program and arguments
--- @param on_end fun(sentence: string) called once when it ends
--- @return grpcline.Client|nil client
--- @return string|nil problem
function M.start(command, on_end)
  local self = setmetatable({ path = command[1], pending = {}, streams = {}, last_id = 0 }, Client)
  local child, why = process.start(command, function(line)
    self:receive(line)
  end, function(code, signal)
    self:fail_all(ended_sentence(self.path, code, signal, self.process.tail))
    on_end(self.ended)
  end)
  self.process = child
  return child and self, why
end

--- Sends a request.
--- @param method string
--- @param params table
--- @param raw table<string, string>|nil members of params that are JSON text already
--- @param callback fun(err: table|nil, result: string|nil) the result is JSON text
--- @return number id
function Client:request(method, params, raw, callback)
  self.last_id = self.last_id + 1
  local id = self.last_id
  if self.ended then
    callback({ code = -32002, message = self.ended })
    return id
  end
  self.pending[id] = callback
  self.process:write(protocol.encode(id, method, params, raw))
  return id
end

--- Sends a request and waits, inside a task, for its answer.
--- @return table|nil err
--- @return string|nil result JSON text
function Client:call(method, params, raw)
  return task.wait(function(done)
    self:request(method, params, raw, done)
  end)
end

--- Asks the worker to end a request; it then answers -32800.
--- @param id number
function Client:cancel(id)
  self.process:write(protocol.encode(nil, "$/cancelRequest", { id = id }))
end

--- Subscribes to a pushed stream.
--- @param stream_id string
--- @param listener fun(method: "streamMessage"|"streamEnd", params: string)|nil JSON text; nil unsubscribes
function Client:listen(stream_id, listener)
  self.streams[stream_id] = listener
end

--- Ends the worker; what it had not answered fails.
function Client:stop()
  self.ended = self.ended or "the worker was stopped"
  self.process:stop()
end

function Client:receive(line)
  local message = protocol.decode(line)
  if not message then
    self:fail_all(("%s does not speak JSON-RPC: it wrote %s"):format(self.path, line:sub(1, 80)))
    self:stop()
  elseif message.id and self.pending[message.id] then
    local callback = self.pending[message.id]
    self.pending[message.id] = nil
    callback(message.error, message.result)
  elseif message.method then
    local params = members.of(message.params or "")
    local listener = params.streamId and self.streams[vim.json.decode(params.streamId)]
    if listener then
      listener(message.method, params)
    end
  elseif message.error then
    -- It could not read a request well enough to tell which one it was.
    self:fail_pending(message.error)
  end
end

function Client:fail_pending(err)
  local pending = self.pending
  self.pending = {}
  for _, callback in pairs(pending) do
    callback(err)
  end
end

-- fail_all ends every request and stream with a sentence; the first one stays.
function Client:fail_all(sentence)
  self.ended = self.ended or sentence
  self:fail_pending({ code = -32002, message = self.ended })
  local streams = self.streams
  self.streams = {}
  for _, listener in pairs(streams) do
    listener("workerEnded", { message = vim.json.encode(self.ended) })
  end
end

return M
