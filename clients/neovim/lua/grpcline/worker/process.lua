-- The worker as a child process: lines in, lines out, and the tail of its stderr.
-- A Process owns its pipes; they are closed when it ends, and on_exit is called
-- once, after the last line.
local M = {}

local Process = {}
Process.__index = Process

-- tail_lines is how much of stderr is kept.
local tail_lines = 10

-- line_reader calls on_line for each whole line of the chunks it is given.
local function line_reader(on_line)
  local rest = {}
  return function(chunk)
    local from = 1
    while true do
      local at = chunk:find("\n", from, true)
      if not at then
        rest[#rest + 1] = chunk:sub(from)
        return
      end
      rest[#rest + 1] = chunk:sub(from, at - 1)
      local line = table.concat(rest)
      rest, from = {}, at + 1
      on_line(line)
    end
  end
end

--- Starts a process.
--- @param command string[] program and arguments
--- @param on_line fun(line: string) called in the main loop
--- @param on_exit fun(code: number, signal: number) called in the main loop
--- @return table|nil process
--- @return string|nil problem why it did not start
function M.start(command, on_line, on_exit)
  local uv = vim.loop
  local self = setmetatable({ tail = {} }, Process)
  self.stdin, self.stdout, self.stderr = uv.new_pipe(false), uv.new_pipe(false), uv.new_pipe(false)
  local open, code, signal = 3, nil, nil -- the exit and the ends of two pipes are awaited
  local function ended()
    open = open - 1
    if open == 0 then
      vim.schedule(function()
        self:close()
        on_exit(code, signal)
      end)
    end
  end
  local handle, why = uv.spawn(command[1], {
    args = vim.list_slice(command, 2),
    stdio = { self.stdin, self.stdout, self.stderr },
    hide = true,
  }, function(exit_code, exit_signal)
    code, signal = exit_code, exit_signal
    ended()
  end)
  if not handle then
    self:close()
    return nil, why
  end
  self.handle = handle
  local function follow(pipe, on_text)
    local read = line_reader(on_text)
    pipe:read_start(function(_, chunk)
      if chunk then
        vim.schedule(function()
          read(chunk)
        end)
      else
        ended()
      end
    end)
  end
  follow(self.stdout, on_line)
  follow(self.stderr, function(line)
    table.insert(self.tail, line)
    if #self.tail > tail_lines then
      table.remove(self.tail, 1)
    end
  end)
  return self
end

--- Writes a line; what a dead process does not take is dropped.
--- @param line string without its end
function Process:write(line)
  if self.stdin and not self.stdin:is_closing() then
    self.stdin:write(line .. "\n")
  end
end

--- Ends the process: it sees the end of its input, and its output is not awaited.
function Process:stop()
  if self.stdin and not self.stdin:is_closing() then
    self.stdin:close()
  end
  if self.handle and not self.handle:is_closing() then
    self.handle:kill("sigterm")
  end
end

function Process:close()
  for _, name in ipairs({ "stdin", "stdout", "stderr", "handle" }) do
    local it = self[name]
    if it and not it:is_closing() then
      it:close()
    end
  end
end

return M
