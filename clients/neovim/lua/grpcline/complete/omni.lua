-- The omnifunc of .grpc buffers. The worker is asked without blocking the editor:
-- the items are handed to complete() when they are there, if the cursor still is.
local buffers = require("grpcline.buffer")
local context = require("grpcline.complete.context")
local items = require("grpcline.complete.items")
local parse = require("grpcline.file.parse")
local task = require("grpcline.task")

local M = {}

--- Completes at the cursor.
local function complete()
  local buffer = vim.api.nvim_get_current_buf()
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local lines = vim.api.nvim_buf_get_lines(buffer, 0, row, false)
  local line = lines[row]
  lines[row] = line:sub(1, column)
  local here = context.at(lines)
  if not here then
    return
  end
  task.run(function()
    local file = buffers.parse(buffer)
    local list, problem = items.make(parse.at(file, row), here, line:sub(column + 1), file.names)
    local now = vim.api.nvim_win_get_cursor(0)
    if not list then
      vim.notify("grpcline: " .. problem, vim.log.levels.WARN)
    elseif now[1] == row and now[2] == column and vim.api.nvim_get_mode().mode:find("^i") then
      vim.fn.complete(column - #here.prefix + 1, list)
    end
  end)
end

--- The 'omnifunc': https://neovim.io/doc/user/insert.html#complete-functions
--- @param find_start number
--- @return number|table
function M.func(find_start)
  if find_start == 1 then
    vim.schedule(complete)
    return -2
  end
  return {}
end

return M
