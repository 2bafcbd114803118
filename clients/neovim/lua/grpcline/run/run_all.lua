-- The requests of a file, run one after the other in their order. A RunAll shows a
-- line for each that has ended; each one's own result stays in its buffer.
local task = require("grpcline.task")

local M = {}

--- @class grpcline.RunAll
--- @field ended boolean|nil
local RunAll = {}
RunAll.__index = RunAll

--- @param name string of the file
--- @param titles string[] of its requests
--- @param view grpcline.View
--- @param begin fun(place: number, on_end: fun(run: grpcline.Run)): grpcline.Run|nil, string|nil runs a request by
---   its place, or returns why it cannot be run
--- @return grpcline.RunAll
function M.new(name, titles, view, begin)
  local self = setmetatable({ name = name, titles = titles, view = view, begin = begin }, RunAll)
  self.heights = {} -- how many lines each request that has ended has
  self.ok = 0
  self.started = vim.loop.hrtime()
  view:set_head(function()
    return { self:head() }
  end)
  return self
end

function RunAll:head()
  local ended, all = #self.heights, #self.titles
  if not self.ended then
    return ("running, %d of %d  %s"):format(ended, all, self.name)
  elseif ended < all then
    return ("cancelled, %d of %d  %s  %d ms"):format(ended, all, self.name, self.ms)
  end
  return ("%d OK, %d not  %s  %d ms"):format(self.ok, all - self.ok, self.name, self.ms)
end

-- add shows a request that has ended: its line, and below it what is wrong.
function RunAll:add(line, wrong)
  local lines = { line }
  for _, text in ipairs(vim.split(wrong or "", "\n", { plain = true })) do
    if text ~= "" then
      lines[#lines + 1] = "  " .. text
    end
  end
  table.insert(self.heights, #lines)
  self.view:append(lines)
end

-- step runs the next request, inside a task.
function RunAll:step()
  local place, obstacle = #self.heights + 1, nil
  local title = self.titles[place]
  local run = task.wait(function(done)
    self.current, obstacle = self.begin(place, done)
    if not self.current then
      done(nil)
    end
  end)
  if not run then
    return self:add("FAILED  " .. title, obstacle)
  end
  local result = run.result
  local is_ok = result.state == "OK"
  self.ok = self.ok + (is_ok and 1 or 0)
  self:add(("%s  %s  %d ms"):format(result.state, title, result.ms), not is_ok and result.message or nil)
end

--- Runs them, inside a task.
function RunAll:start()
  while #self.heights < #self.titles and not self.cancelled do
    self:step()
  end
  self.ended = true
  self.ms = math.floor((vim.loop.hrtime() - self.started) / 1e6)
  self.view:draw()
end

--- Cancels the request that runs and begins no other.
function RunAll:cancel()
  self.cancelled = true
  if self.current then
    self.current:cancel()
  end
end

--- Cancels it and shows no more of it: another run has its view.
function RunAll:detach()
  self:cancel()
  local function nothing() end
  self.view = { append = nothing, draw = nothing }
end

--- The title of the request that a line of the text is about.
--- @param line number from 1
--- @return string|nil
function RunAll:title_at(line)
  local last = 2 -- the head, and the empty line below it
  for place, height in ipairs(self.heights) do
    last = last + height
    if line > 2 and line <= last then
      return self.titles[place]
    end
  end
end

return M
