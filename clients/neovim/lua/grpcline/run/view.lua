-- The buffer and window that show one result. The window is shared by all results
-- of a tab page; a buffer belongs to one request and is wiped by its user.
local config = require("grpcline.config")

local M = {}

-- draw_ms is how long what changes waits for more of it.
local draw_ms = 20

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

--- What the bar of a result's window shows: the state and the counts of its first line
--- before the method.
--- @return string
function M.state()
  local line = vim.fn.getline(1)
  local state, method, _, counts = unpack(vim.split(line, "  ", { plain = true }))
  return counts and table.concat({ state, counts, method }, "  ") or line
end

-- keep_state_in_sight shows the state whatever is scrolled to: above the window, or,
-- before Neovim 0.8, below it.
local function keep_state_in_sight(window)
  local option = vim.fn.exists("+winbar") == 1 and "winbar" or "statusline"
  vim.api.nvim_win_set_option(window, option, "%{v:lua.require'grpcline.run.view'.state()}%<%= %P")
end

--- Shows a result's buffer and leaves the user where they were.
--- @param buffer number
function M.show(buffer)
  local window = result_window()
  if not window then
    local from = vim.api.nvim_get_current_win()
    vim.cmd(config.values.split)
    window = vim.api.nvim_get_current_win()
    vim.api.nvim_set_current_win(from)
  end
  vim.api.nvim_win_set_buf(window, buffer)
  fold_json(window)
  vim.api.nvim_win_set_option(window, "linebreak", true) -- Sentences wrap between words.
  keep_state_in_sight(window)
end

local function create(name)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(buffer, name)
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].undolevels = -1
  vim.bo[buffer].filetype = "grpcline"
  return buffer
end

--- The result buffer of a name.
--- @param name string
--- @return number|nil
function M.find(name)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(buffer) == name then
      return buffer
    end
  end
end

--- Shows an empty result; the buffer of that name is used again.
--- @param name string with a scheme
--- @param hidden boolean|nil shows it in no window
--- @return grpcline.View
function M.open(name, hidden)
  local self = setmetatable({
    buffer = M.find(name) or create(name),
    head = function() -- makes what is at the top
      return {}
    end,
    head_lines = 0, -- how many lines of it are in the buffer
    added = {}, -- the lines of messages that are not in the buffer yet
    heights = {}, -- how many lines each message in the buffer has
  }, View)
  -- The buffer's last line is the empty one between the head and the messages.
  self:replace(0, -1, {})
  if not hidden then
    M.show(self.buffer)
  end
  return self
end

--- Shows lines that change no more.
--- @param name string of the buffer, with a scheme
--- @param lines string[]
function M.show_lines(name, lines)
  local it = M.open(name)
  it:replace(0, -1, lines)
end

function View:replace(first, last, lines)
  vim.bo[self.buffer].modifiable = true
  vim.api.nvim_buf_set_lines(self.buffer, first, last, false, lines)
  vim.bo[self.buffer].modifiable = false
end

--- Puts new lines at the top, in place of the last ones that were.
--- @param head fun(): string[] asked when it is drawn
function View:set_head(head)
  self.head = head
  self:draw_soon()
end

--- Adds a message below.
--- @param lines string[]
function View:append(lines)
  table.insert(self.added, lines)
  if #self.added >= config.values.keep then
    self:draw()
  end
  self:draw_soon()
end

-- draw_soon draws once for all that changes within a moment.
function View:draw_soon()
  if not self.is_due then
    self.is_due = true
    vim.defer_fn(function()
      self:draw()
    end, draw_ms)
  end
end

-- following returns the windows whose cursor is on the last line.
function View:following()
  local last = vim.api.nvim_buf_line_count(self.buffer)
  return vim.tbl_filter(function(window)
    return vim.api.nvim_win_get_cursor(window)[1] == last
  end, vim.fn.win_findbuf(self.buffer))
end

-- keep_newest removes the oldest messages where there are too many.
function View:keep_newest()
  local surplus, height = #self.heights - config.values.keep, 0
  if surplus <= 0 then
    return
  end
  for i = 1, surplus do
    height = height + self.heights[i]
  end
  self.heights = vim.list_slice(self.heights, surplus + 1)
  self:replace(self.head_lines + 1, self.head_lines + 1 + height, {})
end

--- Puts into the buffer what changed. Windows whose cursor is on the last line keep
--- it there.
function View:draw()
  self.is_due = false
  if not vim.api.nvim_buf_is_valid(self.buffer) then
    return
  end
  local following = self:following()
  local head = self.head()
  self:replace(0, self.head_lines, head)
  self.head_lines = #head
  local lines = {}
  for _, message in ipairs(self.added) do
    vim.list_extend(lines, message)
    table.insert(self.heights, #message)
  end
  self.added = {}
  self:replace(-1, -1, lines)
  self:keep_newest()
  if #vim.fn.win_findbuf(self.buffer) > 0 then
    vim.cmd("redrawstatus!")
  end
  for _, window in ipairs(following) do
    vim.api.nvim_win_set_cursor(window, { vim.api.nvim_buf_line_count(self.buffer), 0 })
  end
end

return M
