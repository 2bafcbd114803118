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
--- @param request grpcline.Request|nil the request at the cursor; directives need none
--- @param context grpcline.Context
--- @param after string the line's text after the cursor
--- @return table[]|nil items
--- @return string|nil problem why there are none
function M.make(request, context, after)
  if not request and context.kind ~= "directive" then
    return {}
  end
  local items, problem = makers[context.kind](request, context, after)
  return items and vim.tbl_filter(function(item)
    return starts_with(item.abbr or item.word, context.prefix)
  end, items),
    problem
end

return M
