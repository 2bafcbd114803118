-- The known name that a wrong one was probably meant to be.
local M = {}

-- distance is the number of single-byte insertions, deletions and replacements
-- that turn a into b.
local function distance(a, b)
  local last = {}
  for j = 0, #b do
    last[j] = j
  end
  for i = 1, #a do
    local row = { [0] = i }
    for j = 1, #b do
      local replace = last[j - 1] + (a:byte(i) == b:byte(j) and 0 or 1)
      row[j] = math.min(replace, last[j] + 1, row[j - 1] + 1)
    end
    last = row
  end
  return last[#b]
end

--- Returns `; did you mean "b"?` for the known name that is most like `name`,
--- or "" where none is.
--- @param name string
--- @param known string[]
--- @return string
function M.hint(name, known)
  local best, fewest = nil, math.max(2, math.floor(#name / 3)) + 1
  for _, candidate in ipairs(known) do
    local edits = distance(name:lower(), candidate:lower())
    if edits < fewest then
      best, fewest = candidate, edits
    end
  end
  return best and ('; did you mean "%s"?'):format(best) or ""
end

return M
