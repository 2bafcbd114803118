-- What is under the cursor: a request of a .grpc buffer, or, in a result, what that
-- shows.
local buffers = require("grpcline.buffer")
local diagnostics = require("grpcline.diagnostics")
local parse = require("grpcline.file.parse")
local runs = require("grpcline.run.runs")

local M = {}

--- Tells the user something.
--- @param message string
--- @param level number|nil
function M.say(message, level)
  vim.notify("grpcline: " .. message, level or vim.log.levels.WARN)
end

local function cursor_line()
  return vim.api.nvim_win_get_cursor(0)[1]
end

-- buffer_of returns the buffer of a .grpc file, loaded.
local function buffer_of(path)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) and vim.bo[buffer].filetype == "grpc" and buffers.path(buffer) == path then
      return buffer
    end
  end
  local buffer = vim.fn.bufadd(path)
  vim.fn.bufload(buffer)
  return buffer
end

--- What the current result shows; nil in a .grpc buffer.
--- @return grpcline.Shown|nil
function M.shown()
  return runs.of_buffer(vim.api.nvim_get_current_buf())
end

--- The .grpc file that the current buffer is, or is a result of.
--- @return number|nil buffer
function M.file_buffer()
  local shown = M.shown()
  if shown then
    return buffer_of(shown.path)
  elseif vim.bo.filetype == "grpcline" then
    return nil
  end
  return vim.api.nvim_get_current_buf()
end

-- titled finds the request of a title.
local function titled(file, title)
  for _, request in ipairs(file.requests) do
    if runs.title(file, request) == title then
      return request
    end
  end
end

--- The title of the request that the cursor is at, in a file or a result.
--- @param file grpcline.File
--- @return string|nil
function M.title(file)
  local shown = M.shown()
  if shown then
    return shown.title or shown.run:title_at(cursor_line())
  end
  local request = parse.at(file, cursor_line())
  return request and runs.title(file, request)
end

--- The request under the cursor, or whose result it is, if it can be run; else the
--- user is told why it cannot.
--- @return {buffer: number, file: grpcline.File, request: grpcline.Request}|nil
function M.request()
  local buffer = M.file_buffer()
  if not buffer then
    return M.say("there is no request here")
  end
  local file = buffers.parse(buffer)
  diagnostics.file(buffer, file)
  local title = M.title(file)
  local request = M.shown() and title and titled(file, title) or not M.shown() and parse.at(file, cursor_line())
  if not request then
    return M.say(title and ('the file has no request "%s" any more'):format(title) or "there is no request here")
  end
  local obstacle = buffers.obstacle(file, request)
  if obstacle then
    return M.say(obstacle, vim.log.levels.ERROR)
  end
  return { buffer = buffer, file = file, request = request }
end

--- The run that the current buffer shows or whose request is under the cursor, if it
--- has not ended; else the user is told.
--- @return grpcline.Run|grpcline.RunAll|nil
function M.run()
  local buffer, shown = vim.api.nvim_get_current_buf(), M.shown()
  local run = shown and shown.run
  if not run and vim.bo.filetype == "grpc" then
    run = runs.of_line(buffers.path(buffer), buffers.parse(buffer), cursor_line())
  end
  if not run or run.ended then
    return M.say("nothing runs here")
  end
  return run
end

--- M.run for a single request.
--- @return grpcline.Run|nil
function M.single_run()
  local run = M.run()
  if run and not run.request then
    return M.say("this is for a single request")
  end
  return run
end

--- The message of the body under the cursor.
--- @return string|nil
function M.message()
  local request = parse.at(buffers.parse(0), cursor_line())
  for _, message in ipairs(request and request.messages or {}) do
    if message.line <= cursor_line() and cursor_line() <= message.last then
      return message.text
    end
  end
end

return M
