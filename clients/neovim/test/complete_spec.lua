-- Completion as a user gets it: by <C-x><C-o> in insert mode.
local h = require("test.harness")
local children = require("test.child")

-- completed types into a buffer, completes at the end, and returns what is offered.
local function completed(lines, keys)
  local words
  children.with(nil, function(child)
    child:edit("/tmp/complete.grpc", lines)
    child:command("set completeopt=menuone,noselect")
    child:input("GA" .. keys .. "<C-x><C-o>")
    child:eventually("vim.fn.pumvisible() == 1")
    words = child:lua([[
      return vim.tbl_map(function(item) return item.abbr ~= "" and item.abbr or item.word end,
        vim.fn.complete_info({ "items" }).items)
    ]])
  end)
  return words
end

h.test("services", function()
  h.equal({ "grpcline.demo.Demo" }, completed({ "demo:///", "" }, "grpcl"))
end)

h.test("methods", function()
  h.equal({ "SayHello", "Sum", "Sleep" }, completed({ "demo:///", "" }, "grpcline.demo.Demo/s"))
end)

h.test("fields, but not those that are there", function()
  h.equal({ "language" }, completed({ "demo:///", "grpcline.demo.Demo/SayHello", "" }, '{"name": "Ada", '))
end)

h.test("values of an enum", function()
  h.equal({ "ENGLISH", "RUSSIAN" }, completed({ "demo:///", "grpcline.demo.Demo/SayHello", "" }, '{"language": '))
end)

h.test("directives, without a server", function()
  h.equal({ "timeout", "tls" }, completed({ "" }, "# @t"))
end)

h.test("a chosen field is inserted with its quotes and colon", function()
  children.with(nil, function(child)
    child:edit("/tmp/complete.grpc", { "demo:///", "grpcline.demo.Demo/SayHello", "" })
    child:command("set completeopt=menuone,noinsert")
    child:input('GA{"la<C-x><C-o>')
    child:eventually("vim.fn.pumvisible() == 1")
    child:input("<C-y>")
    child:eventually([[vim.api.nvim_get_current_line() == '{"language": ']])
  end)
end)

h.test("a server that does not answer is told, and typing goes on", function()
  children.with(nil, function(child)
    child:edit("/tmp/complete.grpc", { "passthrough:///127.0.0.1:1", "" })
    child:input("GAx<C-x><C-o>y")
    child:eventually([[_G.notes[1] and _G.notes[1]:find("cannot connect")]])
    child:eventually([[vim.api.nvim_get_current_line() == "xy"]])
  end)
end)

h.test("a template has every field", function()
  children.with(nil, function(child)
    child:edit("/tmp/template.grpc", { "### Hello", "demo:///", "grpcline.demo.Demo/SayHello", "###" })
    child:command("3 | Grpcline template")
    child:eventually("vim.api.nvim_buf_line_count(0) > 4")
    h.equal(
      { "", "{", '  "name": "text",', '  "language": "ENGLISH"', "}" },
      child:lua("return vim.api.nvim_buf_get_lines(0, 3, 8, false)")
    )
  end)
end)
