-- Puts variables in place of {{name}} and {{$env NAME}}.
local nearest = require("grpcline.nearest")

local M = {}

--- @class grpcline.Variables
--- @field values table<string, string> as they are defined in the file
--- @field env fun(name: string): string|nil

local lookup

-- expand is M.text with the names whose values are being expanded.
local function expand(text, variables, escape, within)
  local problem
  local expanded = text:gsub("{{[ \t]*(%$?[%a_][%w_-]*)[ \t]*([%w_]*)[ \t]*}}", function(name, argument)
    local value, why = lookup(name, argument, variables, within)
    problem = problem or why
    return value and escape(value)
  end)
  if problem then
    return nil, problem
  end
  return expanded
end

local function same(value)
  return value
end

-- lookup returns the value of one reference, or nil and why there is none; both
-- are nil where the braces hold something else.
function lookup(name, argument, variables, within)
  if name == "$env" and argument ~= "" then
    local value = variables.env(argument)
    return value, not value and ("the environment has no %s"):format(argument) or nil
  elseif name:sub(1, 1) == "$" then
    return nil, ("there is no {{%s}}; write {{$env NAME}} for the environment"):format(name)
  elseif argument ~= "" then
    return nil
  end
  local definition = variables.values[name]
  if not definition then
    local names = vim.tbl_keys(variables.values)
    table.sort(names)
    return nil, ('there is no variable "%s"%s'):format(name, nearest.hint(name, names))
  elseif within[name] then
    return nil, ('the variable "%s" refers to itself'):format(name)
  end
  within[name] = true
  local value, problem = expand(definition, variables, same, within)
  within[name] = nil
  return value, problem
end

--- Expands the references in text.
--- @param text string
--- @param variables grpcline.Variables
--- @return string|nil expanded
--- @return string|nil problem
function M.text(text, variables)
  return expand(text, variables, same, {})
end

-- escaped is a value for the inside of a JSON string.
local function escaped(value)
  local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }
  return (value:gsub('[%z\1-\31"\\]', function(c)
    return escapes[c] or ("\\u%04x"):format(c:byte())
  end))
end

-- one_line keeps the lines of a body where they are.
local function one_line(value)
  return (value:gsub("[\r\n]", " "))
end

--- Expands the references in a line of a JSON body: escaped where they stand in a
--- string, as they are elsewhere.
--- @param line string
--- @param variables grpcline.Variables
--- @return string|nil expanded
--- @return string|nil problem
function M.json(line, variables)
  local parts, at, inside = {}, 1, false
  while at <= #line do
    local stop = at
    repeat
      stop = line:find('["\\]', stop) or #line + 1
      local escape = line:sub(stop, stop) == "\\"
      stop = escape and stop + 2 or stop
    until not escape
    local piece, problem = expand(line:sub(at, stop - 1), variables, inside and escaped or one_line, {})
    if not piece then
      return nil, problem
    end
    parts[#parts + 1] = piece .. line:sub(stop, stop)
    at, inside = stop + 1, not inside
  end
  return table.concat(parts)
end

return M
