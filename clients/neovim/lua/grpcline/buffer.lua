-- A .grpc buffer as a parsed file.
local environment = require("grpcline.file.environment")
local history = require("grpcline.run.history")
local parse = require("grpcline.file.parse")

local M = {}

--- @param buffer number
--- @return string path absolute; of a buffer without a file, one in the current folder
function M.path(buffer)
  local name = vim.api.nvim_buf_get_name(buffer)
  return name ~= "" and vim.fn.fnamemodify(name, ":p") or vim.fn.getcwd() .. "/unnamed.grpc"
end

local function text(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n")
end

-- text_of returns the text of a file, as it is edited or on the disk.
local function text_of(path)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) and vim.api.nvim_buf_get_name(buffer):gsub("\\", "/") == path then
      return text(buffer)
    end
  end
  return vim.fn.filereadable(path) == 1 and table.concat(vim.fn.readfile(path), "\n") or nil
end

local function folder_of(buffer)
  return (vim.fn.fnamemodify(M.path(buffer), ":h"):gsub("\\", "/"))
end

--- The environments that a buffer's file can have, and the variables of the chosen one.
--- @param buffer number
--- @return grpcline.Environment
function M.environment(buffer)
  local chosen = vim.g.grpcline_environment
  return environment.read(environment.find(folder_of(buffer), text_of), chosen ~= "" and chosen or nil)
end

--- Parses a buffer with the chosen environment, and with the answers there are.
--- @param buffer number
--- @return grpcline.File with `environment`
function M.parse(buffer)
  local path, chosen = M.path(buffer), M.environment(buffer)
  local file = parse.parse(text(buffer), {
    folder = folder_of(buffer),
    env = function(name)
      return vim.env[name]
    end,
    environment = chosen.values,
    answer = function(id)
      return history.answer(path, id)
    end,
  })
  file.environment = chosen
  return file
end

--- Why a request cannot be run now; nil if it can.
--- @param file grpcline.File of M.parse
--- @param request grpcline.Request
--- @return string|nil
function M.obstacle(file, request)
  local broken = file.environment.problems[1]
  if broken then
    return ("%s:%d: %s"):format(vim.fn.fnamemodify(broken.file, ":t"), broken.line, broken.message)
  end
  local stop = parse.blocking(file, request)[1] or request.needs[1]
  if stop then
    return ("line %d: %s"):format(stop.line, stop.message)
  end
end

return M
