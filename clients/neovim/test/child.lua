-- A Neovim of its own for a case, with the plugin in it, driven over its RPC as a
-- user would drive it. A Child owns the process; stop ends it.
local harness = require("test.harness")

local M = {}
local Child = {}
Child.__index = Child

local plugin = harness.clients .. "/neovim"

--- Starts a Neovim.
--- @param env table<string, string>|nil
function M.start(env)
  local command = {
    vim.v.progpath, "--embed", "--headless", "--clean",
    "--cmd", "set rtp^=" .. plugin .. " columns=100 lines=24 noswapfile shada= shortmess+=I",
    "--cmd", "filetype plugin on | syntax on",
  }
  local channel = vim.fn.jobstart(command, { rpc = true, env = env })
  local self = setmetatable({ channel = channel }, Child)
  -- Messages are kept where a case can look for them.
  self:lua([[
    _G.notes = {}
    vim.notify = function(message) table.insert(_G.notes, message) end
  ]])
  return self
end

--- Runs Lua in the child and returns what it returns.
function Child:lua(code, ...)
  return vim.rpcrequest(self.channel, "nvim_exec_lua", code, { ... })
end

function Child:command(command)
  return vim.rpcrequest(self.channel, "nvim_command", command)
end

--- Types keys.
function Child:input(keys)
  return vim.rpcrequest(self.channel, "nvim_input", keys)
end

--- Waits until an expression of Lua is true in the child.
function Child:eventually(expression)
  return harness.eventually(function()
    local value = self:lua("return " .. expression)
    return value ~= vim.NIL and value
  end, function()
    return expression .. "\n" .. self:all_notes()
  end)
end

function Child:all_notes()
  return table.concat(self:lua("return _G.notes"), "\n")
end

--- Opens a buffer with these lines as a file of that path.
function Child:edit(path, lines)
  self:command("edit " .. path)
  if lines then
    self:lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, ...)", lines)
    self:command("doautocmd TextChanged")
  end
end

--- The lines of the result on show, the time masked; nil where there is none.
function Child:result()
  local lines = self:lua([[
    for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
      local buffer = vim.api.nvim_win_get_buf(window)
      if vim.bo[buffer].filetype == "grpcline" then
        return vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
      end
    end
  ]])
  if lines == vim.NIL then
    return nil
  end
  lines[1] = lines[1]:gsub("%d+ ms", "N ms")
  return (table.concat(lines, "\n"):gsub("%s+$", ""))
end

--- Waits until the result contains text, and returns it.
function Child:result_with(text)
  local result
  harness.eventually(function()
    result = self:result()
    return result and result:find(text, 1, true)
  end, function()
    return ("%s\n%s\n%s"):format(text, result, self:all_notes())
  end)
  return result
end

--- The screen as text: what a user sees.
function Child:screen()
  local lines = self:lua([[
    vim.cmd("redraw!")
    local lines = {}
    for row = 1, vim.o.lines do
      local cells = {}
      for column = 1, vim.o.columns do
        cells[#cells + 1] = vim.fn.screenstring(row, column)
      end
      lines[row] = table.concat(cells):gsub("%s+$", "")
    end
    return lines
  ]])
  return table.concat(lines, "\n")
end

function Child:stop()
  vim.fn.jobstop(self.channel)
end

--- Runs fn with a Neovim that is ended afterwards.
function M.with(env, fn)
  local child = M.start(env)
  local ok, problem = xpcall(fn, debug.traceback, child)
  child:stop()
  if not ok then
    error(problem, 0)
  end
end

return M
