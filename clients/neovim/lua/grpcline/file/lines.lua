-- What each line of a .grpc file is, by its first characters alone: a separator,
-- a directive, a comment, a variable, or content (the request itself).
local M = {}

--- @class grpcline.Line
--- @field kind "separator"|"directive"|"comment"|"variable"|"blank"|"content"|"badVariable"
--- @field name string|nil of the separator, directive or variable
--- @field value string|nil of the directive or variable, or the content as it is

--- Drops the spaces and tabs around text: other blanks are characters like any.
--- @param text string
--- @return string
function M.trim(text)
  return text:match("^[ \t]*(.-)[ \t]*$")
end

--- @param text string a line without its end
--- @return grpcline.Line
function M.classify(text)
  if text:find("^###") then
    return { kind = "separator", name = M.trim(text:gsub("^#+", "")) }
  end
  local line = M.trim(text)
  if line == "" then
    return { kind = "blank" }
  end
  local comment = line:match("^#(.*)$") or line:match("^//(.*)$")
  if comment then
    local word, value = comment:match("^[ \t]*@([%w-]+)[ \t]*(.*)$")
    if word then
      return { kind = "directive", name = word, value = value }
    end
    return { kind = "comment" }
  end
  if line:find("^@") then
    local name, value = line:match("^@([%a_][%w_-]*)[ \t]*=[ \t]*(.*)$")
    if name then
      return { kind = "variable", name = name, value = value }
    end
    return { kind = "badVariable" }
  end
  return { kind = "content", value = text }
end

--- Tells whether text could name a variable or a request.
--- @param text string
--- @return boolean
function M.is_identifier(text)
  return text:find("^[%a_][%w_-]*$") ~= nil
end

-- sequences are the well-formed sequences of several bytes (RFC 3629, section 4).
local sequences = {
  "[\194-\223][\128-\191]",
  "\224[\160-\191][\128-\191]",
  "[\225-\236\238\239][\128-\191][\128-\191]",
  "\237[\128-\159][\128-\191]",
  "\240[\144-\191][\128-\191][\128-\191]",
  "[\241-\243][\128-\191][\128-\191][\128-\191]",
  "\244[\128-\143][\128-\191][\128-\191]",
}

--- Tells whether text is UTF-8, as the worker requires of its input.
--- @param text string
--- @return boolean
function M.is_utf8(text)
  for _, sequence in ipairs(sequences) do
    if not text:find("[\128-\255]") then
      return true
    end
    text = text:gsub(sequence, " ")
  end
  return not text:find("[\128-\255]")
end

--- Splits a metadata line.
--- @param text string
--- @return string|nil name in lower case, nil where the line is no metadata
--- @return string|nil value
function M.metadata(text)
  local name, value = text:match("^[ \t]*([%w_.-]+)[ \t]*:[ \t]*(.-)[ \t]*$")
  return name and name:lower(), value
end

return M
