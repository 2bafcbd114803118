-- A .grpc buffer as a parsed file.
local parse = require("grpcline.file.parse")

local M = {}

--- @param buffer number
--- @return string path absolute; of a buffer without a file, one in the current folder
function M.path(buffer)
  local name = vim.api.nvim_buf_get_name(buffer)
  return name ~= "" and vim.fn.fnamemodify(name, ":p") or vim.fn.getcwd() .. "/unnamed.grpc"
end

--- @param buffer number
--- @return grpcline.File
function M.parse(buffer)
  return parse.parse(table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n"), {
    folder = vim.fn.fnamemodify(M.path(buffer), ":h"),
    env = function(name)
      return vim.env[name]
    end,
  })
end

return M
