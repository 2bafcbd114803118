-- The requests of grpc-files/results/demo.grpc, run in a Neovim as a user runs
-- them; what the result buffer then holds is compared.
local h = require("test.harness")
local children = require("test.child")
local parse = require("grpcline.file.parse")

local folder = h.clients .. "/grpc-files/results"

-- sections splits text at lines that begin with ###.
local function sections(text)
  local by_name, name = {}, nil
  for _, line in ipairs(vim.split(text, "\n", { plain = true })) do
    local title = line:match("^### (.*)$")
    if title then
      name, by_name[title] = title, {}
    else
      table.insert(by_name[name], line)
    end
  end
  return vim.tbl_map(function(lines)
    return (table.concat(lines, "\n"):gsub("%s+$", ""))
  end, by_name)
end

h.test("results of all requests of a file", function()
  children.with(nil, function(child)
    child:edit(folder .. "/all.grpc")
    child:command("Grpcline runAll")
    local result = child:result_with("OK, ")
    local names = child:lua([[
      vim.cmd("wincmd p")
      return vim.tbl_map(function(line)
        return vim.fn.synIDattr(vim.fn.synID(line, 1, 1), "name")
      end, { 1, 3, 4 })
    ]])
    h.equal({ "grpclineOk", "grpclineOk", "grpclineFailed" }, names)
    h.equal(h.read(folder .. "/all.txt"):gsub("%s+$", ""), (result:gsub("%d+ ms", "N ms")), child:all_notes())
  end)
end)

local want = sections(h.read(folder .. "/demo.txt"))
local file = parse.parse(h.read(folder .. "/demo.grpc"), { folder = folder, env = function() end })

for _, request in ipairs(file.requests) do
  h.test("result of " .. request.name, function()
    children.with(nil, function(child)
      child:edit(folder .. "/demo.grpc")
      child:command(tostring(request.addressLine))
      child:command("Grpcline run")
      local result = child:result_with(" N ms")
      h.equal(want[request.name], result, child:all_notes())
    end)
  end)
end
