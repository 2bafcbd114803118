-- Words of a POSIX shell (POSIX.1-2017, Shell Command Language, 2.2).
local M = {}

--- Writes a word so that a shell reads it as it is.
--- @param word string
--- @return string
function M.quote(word)
  if word:find("^[%w_@%%+=:,./-]+$") then
    return word
  end
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

-- in_double returns what double quotes leave of their inside.
local function in_double(text)
  return (text:gsub("\\\r?\n", ""):gsub('\\(["\\$`])', "%1"))
end

-- double_end returns the place of the quote that closes the one before `at`.
local function double_end(text, at)
  while true do
    local place = text:find('["\\]', at)
    if not place or text:sub(place, place) == '"' then
      return place
    end
    at = place + 2
  end
end

-- part_at reads the part at a place: its text, or nil for space; and the place after
-- it, which is nil if a quote is not closed.
local function part_at(text, at)
  local first = text:sub(at, at)
  if first == "'" then
    local inner, last = text:match("^'([^']*)'()", at)
    return inner, last
  elseif first == '"' then
    local last = double_end(text, at + 1)
    return last and in_double(text:sub(at + 1, last - 1)), last and last + 1
  elseif first == "\\" then
    return text:match("^\\(.)()", at)
  elseif first:find("%s") then
    return nil, (text:match("^%s+()", at))
  end
  return text:match("^([^%s'\"\\]+)()", at)
end

--- Splits a command into its words, as a shell does that expands nothing: quotes,
--- escapes, and lines that go on after a backslash.
--- @param command string
--- @return string[]|nil words
--- @return string|nil problem why the text is not one command
function M.words(command)
  local list, word, at = {}, nil, 1
  while at <= #command do
    local joined = command:match("^\\\r?\n()", at)
    local part, last
    if not joined then
      part, last = part_at(command, at)
      if not last then
        return nil, "a quote is not closed"
      elseif part then
        word = (word or "") .. part
      else
        list[#list + 1], word = word, nil
      end
    end
    at = joined or last
  end
  list[#list + 1] = word
  return list
end

return M
