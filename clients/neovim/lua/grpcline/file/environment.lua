-- Environment files: variables by environment, beside or above a .grpc file.
local format = require("grpcline.json.format")
local lines = require("grpcline.file.lines")
local members = require("grpcline.json.members")
local nearest = require("grpcline.nearest")
local paths = require("grpcline.file.path")
local scan = require("grpcline.json.scan")
local values = require("grpcline.json.values")

local M = {}

--- @class grpcline.Environment
--- @field files string[] the paths of the files that there are
--- @field names string[] of the environments there are, in their order
--- @field values table<string, string> of the chosen one
--- @field problems {file: string, line: number, message: string}[]

--- The names of the files: the second is for what is not to be shared.
M.file_names = { "grpcline.env.json", "grpcline.private.env.json" }

-- shared is the environment whose variables every other one has too.
local shared = "$shared"

--- Finds the environment files for a folder: those of the nearest folder upwards that has one.
--- @param folder string
--- @param read fun(path: string): string|nil
--- @return {path: string, text: string}[]
function M.find(folder, read)
  local found = {}
  for _, name in ipairs(M.file_names) do
    local path = paths.join(folder, name)
    local text = read(path)
    if text then
      found[#found + 1] = { path = path, text = text }
    end
  end
  if #found > 0 or not folder:find("[/\\]") then
    return found
  end
  return M.find(paths.folder(folder), read)
end

-- half_character returns the place of a \u escape that is one half of a surrogate pair
-- (RFC 8259, section 7): such a string has no UTF-8.
local function half_character(text)
  local rest = text:gsub("\\\\", "  "):gsub("\\u[dD][89abAB]%x%x\\u[dD][c-fC-F]%x%x", (" "):rep(12))
  return rest:find("\\u[dD][89a-fA-F]%x%x")
end

-- environments_in returns the environments of a file as members.at does, or nil after
-- reporting why there are none.
local function environments_in(text, report)
  local list, problem = values.split(text)
  if problem then
    return report(problem.line, problem.message)
  end
  local half = half_character(text)
  if half then
    return report(scan.line(text, half), "the string has half a character: " .. text:sub(half, half + 5))
  end
  if not lines.is_utf8(text) then
    return report(1, "the file is not UTF-8")
  end
  local found = #list == 1 and members.at(text, 1)
  if not found then
    local line = list[1] and list[1].line or 1
    return report(line, 'an environment file is an object: {"dev": {"host": "localhost:50051"}}')
  end
  return found
end

local function values_of(text, variables, report)
  local by_name = {}
  for _, it in ipairs(variables) do
    if not lines.is_identifier(it.name) then
      local rule = "letters, digits, _ and -, beginning with a letter or _"
      report(scan.line(text, it.first), ('"%s" is no name of a variable: %s'):format(it.name, rule))
    else
      by_name[it.name] = it.text:sub(1, 1) == '"' and vim.json.decode(it.text) or format.compact(it.text)
    end
  end
  return by_name
end

-- read_file returns the values of a file's environments by name, and the names in
-- their order.
local function read_file(text, report)
  local by_name, names = {}, {}
  for _, it in ipairs(environments_in(text, report) or {}) do
    local variables = members.at(text, it.at)
    if not variables then
      report(scan.line(text, it.first), ('the environment "%s" is not an object of variables'):format(it.name))
    else
      by_name[it.name] = values_of(text, variables, report)
      names[#names + 1] = it.name
    end
  end
  return by_name, names
end

-- add_names adds the names that are not there yet.
local function add_names(all, names)
  for _, name in ipairs(names) do
    if name ~= shared and not vim.tbl_contains(all, name) then
      all[#all + 1] = name
    end
  end
end

--- Reads environment files.
--- @param files {path: string, text: string}[] the private one last
--- @param chosen string|nil the environment's name; without one only what all share is there
--- @return grpcline.Environment
function M.read(files, chosen)
  local found = { files = {}, names = {}, values = {}, problems = {} }
  local layers = {}
  for _, file in ipairs(files) do
    local text = file.text:gsub("^\239\187\191", "")
    local by_name, names = read_file(text, function(line, message)
      table.insert(found.problems, { file = file.path, line = line, message = message })
    end)
    table.insert(found.files, file.path)
    table.insert(layers, by_name)
    add_names(found.names, names)
  end
  if chosen and files[1] and #found.problems == 0 and not vim.tbl_contains(found.names, chosen) then
    local message = ('there is no environment "%s"%s'):format(chosen, nearest.hint(chosen, found.names))
    table.insert(found.problems, { file = files[1].path, line = 1, message = message })
  end
  for _, name in ipairs({ shared, chosen }) do
    for _, by_name in ipairs(layers) do
      found.values = vim.tbl_extend("force", found.values, by_name[name] or {})
    end
  end
  return found
end

return M
