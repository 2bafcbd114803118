-- What can be completed at a place of a .grpc file.
local json = require("grpcline.complete.json")
local lines = require("grpcline.file.lines")

local M = {}

--- @class grpcline.Context
--- @field kind "directive"|"reference"|"service"|"method"|"field"|"value"
--- @field prefix string what is typed of it
--- @field service string|nil of a method
--- @field path (string|number)[]|nil of a field or value, with `quoted` and `used` of grpcline.Spot

-- content returns the content of the block above the last line.
local function content(all)
  local list = {}
  for i = #all - 1, 1, -1 do
    local line = lines.classify(all[i])
    if line.kind == "separator" then
      break
    elseif line.kind == "content" then
      table.insert(list, 1, line.value)
    end
  end
  return list
end

-- method_at returns where the method stands in the content.
local function method_at(list)
  for i = 2, #list do
    if not lines.metadata(list[i]) then
      return i
    end
  end
end

--- Finds what stands at the end of some lines.
--- @param all string[] the file's lines down to the cursor; the last one ends there
--- @return grpcline.Context|nil
function M.at(all)
  local line = all[#all]
  local directive = line:match("^[ \t]*#[ \t]*@([%w-]*)$") or line:match("^[ \t]*//[ \t]*@([%w-]*)$")
  if directive then
    return { kind = "directive", prefix = directive }
  end
  local kind = lines.classify(line).kind
  local reference = line:match("{{[ \t]*(%$?[%w_-]*)$")
  if reference and kind ~= "comment" then
    return { kind = "reference", prefix = reference }
  end
  if kind ~= "content" and kind ~= "blank" then
    return nil
  end
  local list = content(all)
  local method = method_at(list)
  if method then
    return json.spot(table.concat(vim.list_slice(list, method + 1), "\n") .. "\n" .. line)
  elseif #list == 0 or lines.metadata(line) then
    return nil
  end
  local service, prefix = line:match("^[ \t]*/?([^ \t/]+)/([^ \t/]*)$")
  if service then
    return { kind = "method", service = service, prefix = prefix }
  end
  prefix = line:match("^[ \t]*/?([^ \t/]*)$")
  return prefix and { kind = "service", prefix = prefix }
end

return M
