-- The buffer and window that show one result. The window is shared by all results
-- of a tab page; a buffer belongs to one request and is wiped by its user.
local config = require("grpcline.config")

local M = {}

--- @class grpcline.View
--- @field buffer number
local View = {}
View.__index = View

-- result_window returns the window of this tab page that shows a result.
local function result_window()
  for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if vim.bo[vim.api.nvim_win_get_buf(window)].filetype == "grpcline" then
      return window
    end
  end
end

-- fold_json folds what a window shows by the brackets of its JSON.
local function fold_json(window)
  local options = {
    foldmethod = "expr",
    foldexpr = "v:lua.require'grpcline.run.fold'.level(v:lnum)",
    foldtext = "v:lua.require'grpcline.run.fold'.text()",
    foldlevel = config.values.fold,
  }
  for name, value in pairs(options) do
    vim.api.nvim_win_set_option(window, name, value)
  end
end

-- open_window shows the buffer and leaves the user where they were.
local function open_window(buffer)
  local window = result_window()
  if not window then
    local from = vim.api.nvim_get_current_win()
    vim.cmd(config.values.split)
    window = vim.api.nvim_get_current_win()
    vim.api.nvim_set_current_win(from)
  end
  vim.api.nvim_win_set_buf(window, buffer)
  fold_json(window)
end

local function create(name)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(buffer, name)
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].undolevels = -1
  vim.bo[buffer].filetype = "grpcline"
  return buffer
end

-- find returns the buffer of a name.
local function find(name)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(buffer) == name then
      return buffer
    end
  end
end

--- Shows an empty result; the buffer of that name is used again.
--- @param name string with a scheme
--- @return grpcline.View
function M.open(name)
  local buffer = find(name) or create(name)
  -- The buffer's last line is the empty one between the head and the messages.
  local self = setmetatable({ buffer = buffer, head_lines = 0, message_lines = {} }, View)
  self:replace(0, -1, {})
  open_window(buffer)
  return self
end

--- Tells whether the buffer is still there.
--- @return boolean
function View:is_valid()
  return vim.api.nvim_buf_is_valid(self.buffer)
end

function View:replace(first, last, lines)
  if not self:is_valid() then
    return
  end
  vim.bo[self.buffer].modifiable = true
  vim.api.nvim_buf_set_lines(self.buffer, first, last, false, lines)
  vim.bo[self.buffer].modifiable = false
end

--- Puts new lines at the top, in place of the last ones that were.
--- @param lines string[]
function View:set_head(lines)
  self:replace(0, self.head_lines, lines)
  self.head_lines = #lines
end

-- drop_oldest removes the first message.
function View:drop_oldest()
  local first = self.head_lines + 1
  self:replace(first, first + table.remove(self.message_lines, 1), {})
end

--- Adds a message below, and drops the oldest where there are too many. Windows
--- whose cursor is on the last line keep it there.
--- @param lines string[]
function View:append(lines)
  if not self:is_valid() then
    return
  end
  local last = vim.api.nvim_buf_line_count(self.buffer)
  local following = vim.tbl_filter(function(window)
    return vim.api.nvim_win_get_cursor(window)[1] == last
  end, vim.fn.win_findbuf(self.buffer))
  self:replace(last, last, lines)
  table.insert(self.message_lines, #lines)
  if #self.message_lines > config.values.keep then
    self:drop_oldest()
  end
  for _, window in ipairs(following) do
    vim.api.nvim_win_set_cursor(window, { vim.api.nvim_buf_line_count(self.buffer), 0 })
  end
end

return M
