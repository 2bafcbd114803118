-- The one worker of this editor session: started when first needed, checked by
-- getVersion, and started again for the request after it died.
local client = require("grpcline.worker.client")
local config = require("grpcline.config")
local task = require("grpcline.task")

local M = {}

--- The oldest worker that will do, and the protocol it must speak.
M.oldest = "0.1.0"
M.protocol = 1

-- handshake_ms bounds the wait for getVersion.
local handshake_ms = 10000

-- current is the live worker, starting the callbacks that wait for it.
local current, starting = nil, nil

local function older(version, than)
  local a, b = {}, {}
  for n in version:gmatch("%d+") do
    a[#a + 1] = tonumber(n)
  end
  for n in than:gmatch("%d+") do
    b[#b + 1] = tonumber(n)
  end
  for i = 1, 3 do
    if (a[i] or 0) ~= (b[i] or 0) then
      return (a[i] or 0) < (b[i] or 0)
    end
  end
  return false
end

--- Checks the answer of getVersion.
--- @param path string of the worker
--- @param answer {name: string, version: string, protocol: number}
--- @return string|nil problem
function M.refusal(path, answer)
  if answer.name ~= "grpcline" or type(answer.version) ~= "string" then
    return ("%s is not grpcline"):format(path)
  elseif older(answer.version, M.oldest) then
    return ("%s is grpcline %s, which is too old: this plugin needs %s or newer"):format(path, answer.version, M.oldest)
  elseif answer.protocol ~= M.protocol and (tonumber(answer.protocol) or 0) < M.protocol then
    return ("%s speaks protocol %s, which is too old: this plugin needs %d"):format(
      path,
      tostring(answer.protocol),
      M.protocol
    )
  end
end

local function not_started(path, why)
  local hint = why:find("^ENOENT")
      and "there is no such program; set `worker`, $GRPCLINE or the PATH, or :Grpcline install it"
    or why
  return ("cannot start the worker %s: %s"):format(path, hint)
end

-- handshake returns why a worker will not do, or nil.
local function handshake(worker)
  local timer = vim.loop.new_timer()
  local err, result = task.wait(function(done)
    local answered = false
    local function once(...)
      if not answered then
        answered = true
        timer:stop()
        timer:close()
        done(...)
      end
    end
    timer:start(handshake_ms, 0, vim.schedule_wrap(function()
      once({ message = ("%s did not answer getVersion; is it grpcline?"):format(worker.path) })
    end))
    worker:request("getVersion", {}, nil, once)
  end)
  if err then
    return err.message
  end
  return M.refusal(worker.path, vim.json.decode(result))
end

local function on_end(worker, sentence)
  if current == worker then
    current = nil
    vim.notify(("grpcline: %s\nThe next request starts it again."):format(sentence), vim.log.levels.ERROR)
  end
end

local function start()
  local path = config.worker()
  local worker, why
  worker, why = client.start(vim.list_extend({ path }, config.values.args), function(sentence)
    on_end(worker, sentence)
  end)
  if not worker then
    return nil, not_started(path, why)
  end
  local refusal = handshake(worker)
  if refusal then
    worker:stop()
    return nil, refusal
  end
  return worker
end

--- Returns, inside a task, the live worker.
--- @return grpcline.Client|nil worker
--- @return string|nil problem a sentence
function M.worker()
  if current and not current.ended then
    return current
  elseif starting then
    return task.wait(function(done)
      table.insert(starting, done)
    end)
  end
  starting = {}
  local worker, problem = start()
  current = worker
  local waiting = starting
  starting = nil
  for _, done in ipairs(waiting) do
    done(worker, problem)
  end
  return worker, problem
end

--- Ends the worker, if there is one; the next request starts another.
function M.stop()
  if current then
    local worker = current
    current = nil
    worker:stop()
  end
end

return M
