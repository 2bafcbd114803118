-- The names by which references mean the answers of requests.
local lines = require("grpcline.file.lines")

local M = {}

-- read_names adds the names that `# @name` gives; it returns which blocks have one.
local function read_names(blocks, named, report)
  local given, has_name = {}, {}
  for _, block in ipairs(blocks) do
    local own = vim.tbl_filter(function(directive)
      return directive.name == "name"
    end, block.directives)
    for _, it in ipairs(own) do
      if #block.content == 0 then
        report(it.line, "# @name belongs to a request")
      elseif not lines.is_identifier(it.value) then
        report(it.line, "# @name needs a name of letters, digits, _ and -, such as login")
      elseif given[it.value] then
        report(it.line, ('the name "%s" is given twice, first on line %d'):format(it.value, given[it.value]))
      else
        named[it.value], given[it.value], has_name[block] = block, it.line, true
      end
    end
  end
  return has_name
end

--- Gives blocks their names: that of `# @name`, else a title that could be one. If
--- several requests have one title, the first is meant.
--- @param blocks grpcline.Block[]
--- @param report fun(line: number, message: string)
--- @return table<string, grpcline.Block>
function M.of(blocks, report)
  local named = {}
  local has_name = read_names(blocks, named, report)
  for _, block in ipairs(blocks) do
    if #block.content > 0 and not has_name[block] and lines.is_identifier(block.name) then
      named[block.name] = named[block.name] or block
    end
  end
  return named
end

return M
