-- Code that waits for answers, written top to bottom: a task is a coroutine.
local M = {}

--- Runs fn as a task. An error in it is shown, and ends only the task.
--- @param fn fun()
function M.run(fn)
  local thread = coroutine.create(fn)
  local function step(...)
    local ok, err = coroutine.resume(thread, ...)
    if not ok then
      vim.notify("grpcline: " .. debug.traceback(thread, tostring(err)), vim.log.levels.ERROR)
    end
  end
  step()
end

--- Waits, inside a task, until `start` calls back; returns what it passes. The
--- call may come before `start` returns.
--- @param start fun(done: fun(...))
function M.wait(start)
  local thread = assert(coroutine.running(), "task.wait outside of a task")
  local results, waiting
  start(function(...)
    results = { n = select("#", ...), ... }
    if waiting then
      local ok, err = coroutine.resume(thread)
      if not ok then
        vim.notify("grpcline: " .. debug.traceback(thread, tostring(err)), vim.log.levels.ERROR)
      end
    end
  end)
  if not results then
    waiting = true
    coroutine.yield()
  end
  return unpack(results, 1, results.n)
end

return M
