-- What is shown how, in files and in results.
local h = require("test.harness")
local children = require("test.child")

-- groups returns the names of the syntax groups at places of the current buffer, each a
-- line and a column.
local function groups(child, places)
  return child:lua(
    [[
    return vim.tbl_map(function(place)
      return vim.fn.synIDattr(vim.fn.synID(place[1], place[2], 1), "name")
    end, ...)
  ]],
    places
  )
end

h.test("a body ends at the next request", function()
  children.with(nil, function(child)
    child:edit("/tmp/syntax.grpc", {
      "### One",
      "demo:///",
      "a.B/C",
      '{"a": "b"}',
      '{"a": "b"}',
      "### Two",
      "demo:///",
      "a.B/C",
      "{",
      '  "a": "b"',
      "}",
    })
    local places = { { 1, 1 }, { 3, 1 }, { 4, 3 }, { 4, 8 }, { 4, 10 }, { 6, 1 }, { 8, 1 }, { 10, 4 }, { 10, 9 } }
    local want = {
      "grpcSeparator", "grpcMethod", "jsonKeyword", "jsonString", "grpcBody", "grpcSeparator", "grpcMethod",
      "jsonKeyword", "jsonString",
    }
    h.equal(want, groups(child, places))
  end)
end)

h.test("what is scrolled to is in its body", function()
  children.with(nil, function(child)
    local lines = { "demo:///", "a.B/C", "{" }
    for i = 1, 300 do
      lines[#lines + 1] = ('  "a%d": "b",'):format(i)
    end
    child:edit("/tmp/long.grpc", lines)
    child:input("G")
    child:eventually([[vim.api.nvim_win_get_cursor(0)[1] == 303]])
    child:command("redraw")
    h.equal({ "jsonKeyword" }, groups(child, { { 303, 5 } }))
  end)
end)

h.test("messages of a result are JSON, on one line and on several", function()
  children.with(nil, function(child)
    child:command("enew | set filetype=grpcline")
    child:lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, ...)", {
      "open  a.B/C  demo:///  1 sent, 2 received",
      "",
      '→ {"a": "b"}',
      "← {",
      '  "a": "b",',
      '  "c": "d"',
      "}",
      "{",
      '  "a": "b",',
      '  "c": "d"',
      "}",
      "! not sent",
    })
    -- An arrow has three bytes.
    local places = {
      { 1, 1 }, { 3, 1 }, { 3, 7 }, { 3, 12 }, { 4, 1 }, { 6, 4 }, { 6, 9 }, { 10, 4 }, { 10, 9 }, { 12, 1 },
    }
    local want = {
      "grpclineOk", "grpclineSent", "jsonKeyword", "jsonString", "grpclineReceived", "jsonKeyword", "jsonString",
      "jsonKeyword", "jsonString", "grpclineProblem",
    }
    h.equal(want, groups(child, places))
  end)
end)
