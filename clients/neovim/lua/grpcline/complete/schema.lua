-- Walks the JSON Schema that the worker gives for a message. It stays text, so
-- that fields keep the order of the proto file.
local members = require("grpcline.json.members")

local M = {}

local function text(raw)
  return raw and vim.json.decode(raw)
end

-- resolve returns the members of a schema, its $ref followed.
local function resolve(raw, definitions)
  local node = members.of(raw)
  if node["$ref"] then
    return members.of(definitions[text(node["$ref"]):match("^#/%$defs/(.*)$")] or "{}")
  end
  return node
end

-- child returns the schema of a member or, for 0, an element.
local function child(node, step)
  if step == 0 then
    return node.items
  end
  return members.of(node.properties or "{}")[step] or node.additionalProperties
end

-- find returns the node at a path, and the definitions.
local function find(schema, path)
  local definitions = members.of(members.of(schema)["$defs"] or "{}")
  local node = resolve(schema, definitions)
  for _, step in ipairs(path) do
    local raw = child(node, step)
    if not raw or raw:sub(1, 1) ~= "{" then
      return {}, definitions
    end
    node = resolve(raw, definitions)
  end
  return node, definitions
end

-- type_name names the type of a schema in a word or two.
local function type_name(raw)
  local node = members.of(raw)
  if node["$ref"] then
    return text(node["$ref"]):match("[^/]*$")
  elseif node.items then
    return "repeated " .. type_name(node.items)
  elseif node.additionalProperties and node.additionalProperties ~= "false" then
    return "map of " .. type_name(node.additionalProperties)
  end
  local kind = text(node.type)
  return type(kind) == "table" and table.concat(kind, " or ") or kind or "any"
end

--- @class grpcline.Field
--- @field name string
--- @field type string
--- @field doc string the comment of the proto file

--- The fields that an object at a path can have.
--- @param schema string JSON text
--- @param path (string|number)[]
--- @return grpcline.Field[]
function M.fields(schema, path)
  local node, definitions = find(schema, path)
  local properties, names = members.of(node.properties or "{}")
  return vim.tbl_map(function(name)
    local raw = properties[name]
    local doc = members.of(raw).description or resolve(raw, definitions).description
    return { name = name, type = type_name(raw), doc = text(doc) or "" }
  end, names)
end

--- The values that are known for a path: of an enum or a boolean, as JSON text.
--- @param schema string JSON text
--- @param path (string|number)[]
--- @return string[]
function M.values(schema, path)
  local node = find(schema, path)
  local values = node.type == '"boolean"' and { "true", "false" } or {}
  local branches = members.elements(node.anyOf or "[]")
  vim.list_extend(values, members.elements(node.enum or "[]"))
  for _, branch in ipairs(branches) do
    vim.list_extend(values, members.elements(members.of(branch).enum or "[]"))
  end
  return values
end

return M
