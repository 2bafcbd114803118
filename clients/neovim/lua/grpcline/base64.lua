-- Base64 (RFC 4648, section 4), which Neovim before 0.10 does not have.
local M = {}

local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

--- @param bytes string
--- @return string
function M.encode(bytes)
  local groups = {}
  for at = 1, #bytes, 3 do
    local a, b, c = bytes:byte(at, at + 2)
    local number = a * 65536 + (b or 0) * 256 + (c or 0)
    local group = {}
    for i = 4, 1, -1 do
      local digit = number % 64 + 1
      group[i] = digits:sub(digit, digit)
      number = math.floor(number / 64)
    end
    group[3] = b and group[3] or "="
    group[4] = c and group[4] or "="
    groups[#groups + 1] = table.concat(group)
  end
  return table.concat(groups)
end

return M
