-- Puts values in place of references: {{name}}, {{$env NAME}} and
-- {{request.response.field}}.
local answers = require("grpcline.file.answers")
local nearest = require("grpcline.nearest")

local M = {}

--- @class grpcline.Variables where the values of references come from
--- @field values table<string, string> as the file defines them, and the environment, which wins
--- @field env fun(name: string): string|nil
--- @field requests table<string, any> the requests that references can name
--- @field answer fun(request: string): grpcline.Answer|nil the last answer that a request got

--- @class grpcline.NoValue why a reference has no value
--- @field message string
--- @field missing boolean|nil true if the file is right and only an answer is missing

--- @class grpcline.Reference
--- @field name string|nil of a variable, or `$env`
--- @field argument string what follows the name
--- @field request string|nil whose answer is meant
--- @field part string of the answer
--- @field steps string within that part

local steps = { "^%.[%w_-]+()", "^%[%d+%]()", "^%['[^'\r\n]*'%]()" }

-- steps_end returns the place after the steps that begin at `at`.
local function steps_end(text, at)
  for _, step in ipairs(steps) do
    local last = text:match(step, at)
    if last then
      return steps_end(text, last)
    end
  end
  return at
end

-- reference reads the reference whose braces open at `at`; nil if they hold
-- something else.
local function reference(text, at)
  local name, argument, last = text:match("^{{[ \t]*(%$?[%a_][%w_-]*)[ \t]*([%w_]*)[ \t]*}}()", at)
  if name then
    return { name = name, argument = argument }, last
  end
  local request, part, from = text:match("^{{[ \t]*([%a_][%w_-]*)%.([%w_]+)()", at)
  if request then
    local to = steps_end(text, from)
    last = text:match("^[ \t]*}}()", to)
    return last and { request = request, part = part, steps = text:sub(from, to - 1) }, last
  end
end

local function problem(message, ...)
  return nil, { message = message:format(...) }
end

local function missing(message, ...)
  return nil, { message = message:format(...), missing = true }
end

local function hint(name, known)
  local names = vim.tbl_keys(known)
  table.sort(names)
  return nearest.hint(name, names)
end

local expand

local function same(value)
  return value
end

-- variable returns the value of a variable, or nil and why there is none; both are
-- nil if the braces hold something else.
local function variable(it, variables, within)
  if it.name == "$env" and it.argument ~= "" then
    local value = variables.env(it.argument)
    if value then
      return value
    end
    return problem("the environment has no %s", it.argument)
  elseif it.name:sub(1, 1) == "$" then
    return problem("there is no {{%s}}; write {{$env NAME}} for the environment", it.name)
  elseif it.argument ~= "" then
    return nil
  end
  local definition = variables.values[it.name]
  if not definition then
    return problem('there is no variable "%s"%s', it.name, hint(it.name, variables.values))
  elseif within[it.name] then
    return problem('the variable "%s" refers to itself', it.name)
  end
  within[it.name] = true
  local value, why = expand(definition, variables, same, within)
  within[it.name] = nil
  return value, why
end

local parts = { response = true, headers = true, trailers = true }

-- is_named tells whether steps name metadata: a name, and an index or none.
local function is_named(text)
  local rest = text:match("^%.[%w_-]+(.*)$") or text:match("^%['[^']*'%](.*)$")
  return rest == "" or (rest and rest:find("^%[%d+%]$"))
end

-- why_none tells why an answer does not have a value.
local function why_none(it, answer)
  if it.part ~= "response" then
    return missing("the answer of %s has no %s%s", it.request, it.part, it.steps)
  elseif not answer.response then
    return missing("%s has no response: it ended with %s", it.request, answer.state)
  end
  local what = it.steps:gsub("^%.", "")
  local reason = "unset fields are left out unless # @json emitDefaults"
  return missing("the response of %s has no %s (%s)", it.request, what, reason)
end

-- answered is variable for a value of an answer.
local function answered(it, variables)
  if not variables.requests[it.request] then
    if not parts[it.part] then
      return nil
    end
    return problem('there is no request named "%s"%s', it.request, hint(it.request, variables.requests))
  elseif not parts[it.part] then
    return problem('an answer has response, headers and trailers, but no "%s"', it.part)
  elseif it.part ~= "response" and not is_named(it.steps) then
    return problem("%s are taken by name: {{%s.%s.NAME}}", it.part, it.request, it.part)
  end
  local answer = variables.answer(it.request)
  if not answer then
    return missing("%s has no answer yet: run it first", it.request)
  end
  local value = answers.value(answer, it.part, it.steps)
  if value then
    return value
  end
  return why_none(it, answer)
end

-- expand is M.text with the names whose values are being expanded.
function expand(text, variables, escape, within)
  local pieces, done, at = {}, 1, text:find("{{", 1, true)
  while at do
    local it, last = reference(text, at)
    local value, why
    if it then
      value, why = (it.name and variable or answered)(it, variables, within)
    end
    if why then
      return nil, why
    elseif value then
      pieces[#pieces + 1] = text:sub(done, at - 1)
      pieces[#pieces + 1] = escape(value)
      done = last
    end
    at = text:find("{{", it and last or at + 1, true)
  end
  pieces[#pieces + 1] = text:sub(done)
  return table.concat(pieces)
end

--- Expands the references in text.
--- @param text string
--- @param variables grpcline.Variables
--- @return string|nil expanded
--- @return grpcline.NoValue|nil problem
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
--- @return grpcline.NoValue|nil problem
function M.json(line, variables)
  local pieces, at, inside = {}, 1, false
  while at <= #line do
    local stop = at
    repeat
      stop = line:find('["\\]', stop) or #line + 1
      local escape = line:sub(stop, stop) == "\\"
      stop = escape and stop + 2 or stop
    until not escape
    local piece, why = expand(line:sub(at, stop - 1), variables, inside and escaped or one_line, {})
    if not piece then
      return nil, why
    end
    pieces[#pieces + 1] = piece .. line:sub(stop, stop)
    at, inside = stop + 1, not inside
  end
  return table.concat(pieces)
end

return M
