-- What a user sees: the whole screen, compared with test/screens.
local h = require("test.harness")
local children = require("test.child")

-- matches compares the screen with a file, and says how to accept a new one.
local function matches(child, name)
  local path = h.clients .. "/neovim/test/screens/" .. name .. ".txt"
  -- A time is masked, and so is the room that its digits leave in a statusline.
  local screen = child:screen():gsub("%d+ ms", "N ms"):gsub("( ms[^\n]-) +All\n", "%1  All\n")
  if vim.env.ACCEPT then
    vim.fn.writefile(vim.split(screen, "\n"), path, "b")
  end
  h.equal(h.read(path), screen, "not the screen of " .. path .. " (ACCEPT=1 accepts it)")
end

h.test("screen of a call", function()
  children.with(nil, function(child)
    child:edit("/tmp/library.grpc", {
      "@host = demo:///",
      "",
      "### Say hello",
      "{{host}}",
      "x-tenant: north",
      "grpcline.demo.Demo/SayHello",
      "",
      "{",
      '  "name": "Ada",',
      '  "language": "RUSSIAN"',
      "}",
    })
    child:command("normal! gg")
    child:command("set laststatus=2 | 4 | Grpcline run")
    child:result_with("Привет")
    matches(child, "call")
  end)
end)

h.test("screen of a failure, its details folded", function()
  children.with(nil, function(child)
    child:lua([[require("grpcline").setup({ split = "belowright split", fold = 1 })]])
    child:edit("/tmp/library.grpc", {
      "demo:///",
      "grpcline.demo.Demo/Fail",
      "",
      '{"code": 5, "message": "no such book"}',
    })
    child:command("Grpcline run")
    child:result_with("NOT_FOUND")
    matches(child, "failure")
  end)
end)

h.test("screen of a stream that is open", function()
  children.with(nil, function(child)
    child:edit("/tmp/chat.grpc", {
      "### Talk",
      "# @keep-open",
      "demo:///",
      "grpcline.demo.Demo/Chat",
      "",
      '{"from": "Ada", "text": "hi"}',
    })
    child:command("set columns=120 | 6 | Grpcline run")
    child:result_with("content-type")
    child:result_with("1 received")
    child:command('Grpcline send {"from": "Ada", "text": "again"}')
    child:result_with("2 sent, 2 received")
    matches(child, "stream")
  end)
end)

h.test("screen of all requests of a file", function()
  children.with(nil, function(child)
    child:edit("/tmp/library.grpc", {
      "### hello",
      "demo:///",
      "grpcline.demo.Demo/SayHello",
      "",
      '{"name": "Ada"}',
      "",
      "### Its answer in the next",
      "demo:///",
      "grpcline.demo.Demo/Fail",
      "",
      '{"code": 5, "message": "{{hello.response.greeting}}"}',
    })
    child:command("set columns=120 | 1 | Grpcline runAll")
    child:result_with("1 OK, 1 not")
    matches(child, "all")
  end)
end)
