-- Completion items for a context, in the form of complete-items.
local directives = require("grpcline.file.directives")
local schema = require("grpcline.complete.schema")
local server = require("grpcline.complete.server")

local M = {}

local function starts_with(text, prefix)
  return text:lower():sub(1, #prefix) == prefix:lower()
end

-- quoted returns the word for a JSON string whose opening quote may be typed and
-- whose closing quote may follow the cursor.
local function quoted(name, context, after, rest)
  if not context.quoted then
    return '"' .. name .. '"' .. rest
  end
  return after:sub(1, 1) == '"' and name or name .. '"' .. rest
end

local makers = {}

function makers.directive()
  return vim.tbl_map(function(name)
    return { word = name, menu = "directive" }
  end, directives.names)
end

local function reference(word, abbr, menu)
  return { word = word, abbr = abbr, menu = menu }
end

function makers.reference(_, _, after, names)
  local items, close = {}, after:find("^[ \t]*}}") and "" or "}}"
  for _, name in ipairs(names.variables) do
    items[#items + 1] = reference(name .. close, name, "variable")
  end
  items[#items + 1] = reference("$env ", "$env", "variable of the process's environment")
  for _, name in ipairs(names.requests) do
    items[#items + 1] = reference(name .. ".", name, "answer of a request")
  end
  return items
end

function makers.service(request)
  local services, problem = server.services(request)
  return services and vim.tbl_map(function(name)
    return { word = name .. "/", abbr = name, menu = "service" }
  end, services), problem
end

function makers.method(request, context)
  local methods, problem = server.methods(request, context.service)
  return methods
    and vim.tbl_map(function(method)
      return { word = method.name, menu = ("%s: %s → %s"):format(method.kind, method.requestType, method.responseType) }
    end, methods),
    problem
end

function makers.field(request, context, after)
  local description, problem = server.request_schema(request)
  local items = {}
  for _, field in ipairs(description and schema.fields(description, context.path) or {}) do
    if not vim.tbl_contains(context.used, field.name) then
      local word = quoted(field.name, context, after, ": ")
      items[#items + 1] = { word = word, abbr = field.name, menu = field.type, info = field.doc }
    end
  end
  return description and items, problem
end

function makers.value(request, context, after)
  local description, problem = server.request_schema(request)
  local items = {}
  for _, json in ipairs(description and schema.values(description, context.path) or {}) do
    local name = json:match('^"(.*)"$')
    if name then
      items[#items + 1] = { word = quoted(name, context, after, ""), abbr = name, menu = "enum" }
    elseif not context.quoted then
      items[#items + 1] = { word = json }
    end
  end
  return description and items, problem
end

--- Makes, inside a task, the items that fit a context.
--- @param request grpcline.Request|nil the request at the cursor; directives and references need none
--- @param context grpcline.Context
--- @param after string the line's text after the cursor
--- @param names {variables: string[], requests: string[]} what references can name
--- @return table[]|nil items
--- @return string|nil problem why there are none
function M.make(request, context, after, names)
  if not request and context.kind ~= "directive" and context.kind ~= "reference" then
    return {}
  end
  local items, problem = makers[context.kind](request, context, after, names)
  return items and vim.tbl_filter(function(item)
    return starts_with(item.abbr or item.word, context.prefix)
  end, items),
    problem
end

return M
