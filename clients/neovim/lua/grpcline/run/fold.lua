-- Folds of a result: headers, trailers, details, and each bracket of its JSON. A
-- line's level follows from the line alone, so a stream folds as fast as it comes.
local M = {}

local titles = { headers = true, trailers = true, details = true }

--- The 'foldexpr' of a line.
--- @param number number
--- @return string
function M.level(number)
  local line = vim.fn.getline(number)
  local level = #line:match("^ *") / 2
  if titles[line] or line:find("[{%[]$") then
    return ">" .. level + 1
  elseif line:find("^%s*[}%]],?$") then
    return tostring(level + 1)
  end
  return tostring(level)
end

--- The 'foldtext': `"payload": { … }  4 lines`.
--- @return string
function M.text()
  local first, last = vim.v.foldstart, vim.v.foldend
  local close = vim.trim(vim.fn.getline(last)):match("^[}%]]")
  return ("%s …%s  %d lines "):format(vim.fn.getline(first), close and " " .. close or "", last - first + 1)
end

return M
