-- The tokens of JSON text (RFC 8259), by their place and without their values, so
-- that numbers past 2^53 and the order of members stay as they are written.
local M = {}

-- string_end returns the place of the quote that closes the string which opens
-- at `at`, or nil where the line ends first.
local function string_end(text, at)
  local from = at + 1
  while true do
    local place = text:find('["\\\n]', from)
    if not place or text:sub(place, place) == "\n" then
      return nil
    end
    if text:sub(place, place) == '"' then
      return place
    end
    from = place + 2
  end
end

--- Finds the token at or after `at`.
--- @param text string
--- @param at number
--- @return string|nil kind one of `{ } [ ] : ,`, "string", "unfinished" (a string
---   without its closing quote) or "word" (a number, a literal or junk); nil at the end
--- @return number first
--- @return number last
function M.token(text, at)
  local first = text:find("[^ \t\r\n]", at)
  if not first then
    return nil, #text + 1, #text
  end
  local byte = text:sub(first, first)
  if byte == '"' then
    local last = string_end(text, first)
    if last then
      return "string", first, last
    end
    return "unfinished", first, (text:find("\n", first, true) or #text + 1) - 1
  end
  if byte:find("[{}%[%]:,]") then
    return byte, first, first
  end
  local _, last = text:find('^[^ \t\r\n{}%[%]:,"]+', first)
  return "word", first, last
end

--- Finds the end of the value that begins with the token at `at`, in text that is
--- known to be JSON.
--- @param text string
--- @param at number
--- @return number first, number last
function M.value(text, at)
  local kind, first, last = M.token(text, at)
  if kind ~= "{" and kind ~= "[" then
    return first, last
  end
  local depth, from = 1, first + 1
  while depth > 0 do
    local place = text:find('["{}%[%]]', from)
    local byte = text:sub(place, place)
    if byte == '"' then
      place = string_end(text, place)
    elseif byte == "{" or byte == "[" then
      depth = depth + 1
    else
      depth = depth - 1
    end
    from, last = place + 1, place
  end
  return first, last
end

--- The line of a place in text, from 1.
--- @param text string
--- @param at number
--- @return number
function M.line(text, at)
  local _, breaks = text:sub(1, at - 1):gsub("\n", "")
  return breaks + 1
end

return M
