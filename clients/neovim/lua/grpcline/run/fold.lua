-- Folds of a result: headers, trailers, details, and each bracket of its JSON.
local M = {}

--- The 'foldexpr' of a line.
--- @param number number
--- @return string
function M.level(number)
  local line = vim.fn.getline(number)
  if line == "" then
    return "0"
  elseif line == "headers" or line == "trailers" or line == "details" then
    return ">1"
  elseif line:find("[{%[]$") then
    return "a1"
  elseif line:find("^%s*[}%]],?$") then
    return "s1"
  end
  return "="
end

--- The 'foldtext': `"payload": { … }  4 lines`.
--- @return string
function M.text()
  local first, last = vim.v.foldstart, vim.v.foldend
  local close = vim.trim(vim.fn.getline(last)):match("^[}%]]")
  return ("%s …%s  %d lines "):format(vim.fn.getline(first), close and " " .. close or "", last - first + 1)
end

return M
