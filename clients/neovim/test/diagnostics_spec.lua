-- Problems at their file and line.
local h = require("test.harness")
local children = require("test.child")

local results = h.clients .. "/grpc-files/results"

-- shown returns the diagnostics of a buffer, as `line: message`.
local function shown(child, path)
  return child:lua([[
    local buffer = vim.fn.bufnr(...)
    return vim.tbl_map(function(it) return ("%d: %s"):format(it.lnum + 1, it.message) end, vim.diagnostic.get(buffer))
  ]], path)
end

h.test("of a .grpc file, while it is edited", function()
  children.with(nil, function(child)
    child:edit("/tmp/problems.grpc", { "# @prto ./x.proto", "{{hst}}", "a.B/C" })
    local want = { '1: there is no directive "prto"; did you mean "proto"?', '2: there is no variable "hst"' }
    h.equal(want, shown(child, "/tmp/problems.grpc"))
    child:input("ggdddd")
    child:eventually([[#vim.diagnostic.get(0) == 1]])
    local problem = "1: the request has no method: write package.Service/Method under its address"
    h.equal({ problem }, shown(child, "/tmp/problems.grpc"))
    child:command("Grpcline run")
    h.contains("line 1: the request has no method", child:all_notes())
  end)
end)

h.test("of a line that is not UTF-8", function()
  local parse = require("grpcline.file.parse")
  local text = "demo:///\na.B/C\n\"\255\"\n\"\195\188 \240\159\153\130\"\n\"\237\160\128\""
  local file = parse.parse(text, { folder = "/", env = function() end })
  local message = "the line is not UTF-8"
  h.equal({ { line = 3, message = message }, { line = 5, message = message } }, file.problems)
end)

h.test("of a schema, in the schema's file and in the quickfix list", function()
  children.with(nil, function(child)
    child:edit(results .. "/demo.grpc")
    child:command("/broken.A")
    child:command("Grpcline run")
    child:result_with("FAILED")
    local proto = results .. "/broken.proto"
    local want = {
      "7: message broken.A: fields first and second both have the same tag 1",
      "12: message broken.B: fields third and fourth both have the same tag 2",
    }
    h.equal(want, shown(child, proto))
    child:command("cfirst")
    h.equal(
      { proto, 7, 18 },
      child:lua("local at = vim.api.nvim_win_get_cursor(0) return { vim.fn.expand('%:p'), at[1], at[2] + 1 }")
    )
    -- The marks are drawn once the schema's buffer is loaded.
    h.equal(true, child:lua([[
      local space = vim.diagnostic.get_namespace(vim.api.nvim_get_namespaces()["grpcline.schema"])
      local marks = space.user_data.virt_text_ns
      return marks ~= nil and #vim.api.nvim_buf_get_extmarks(0, marks, 0, -1, {}) == 2
    ]]))
  end)
end)

h.test("of a message, at the line of its field", function()
  children.with(nil, function(child)
    child:edit(results .. "/demo.grpc")
    child:command("/SayHello\\n\\n{\\n.*\\n.*nmae")
    child:command("Grpcline run")
    child:result_with("FAILED")
    local line = child:lua("return vim.fn.search('nmae', 'n')")
    local message = 'request.nmae: no field "nmae" in grpcline.demo.HelloRequest; did you mean "name"?'
    h.equal({ ("%d: %s"):format(line, message) }, shown(child, results .. "/demo.grpc"))
    child:command("/many")
    child:command("Grpcline run")
    child:result_with("Demo/Sum")
    child:result_with("FAILED")
    line = child:lua("return vim.fn.search('many', 'nw')")
    message = 'message.value: expected a number (int64), got the string "many"'
    h.equal({ ("%d: %s"):format(line, message) }, shown(child, results .. "/demo.grpc"))
  end)
end)
