-- What the subcommands of :Grpcline do, in a file and in a result.
local h = require("test.harness")
local children = require("test.child")

-- folder makes a folder with files, by name.
local function folder(files)
  local path = vim.fn.tempname()
  vim.fn.mkdir(path, "p")
  for name, lines in pairs(files) do
    vim.fn.writefile(lines, path .. "/" .. name)
  end
  return path
end

local hello = { "### hello", "demo:///", "grpcline.demo.Demo/SayHello", '{"name": "{{who}}"}' }

local function last_note(child, part)
  child:eventually(("_G.notes[#_G.notes] and _G.notes[#_G.notes]:find(%q, 1, true)"):format(part))
end

h.test("the chosen environment's variables hold, and what is wrong with it is told", function()
  local path = folder({
    ["hello.grpc"] = hello,
    ["grpcline.env.json"] = { '{"dev": {"who": "Ada"}, "prod": {"who": "Bob"}}' },
  })
  children.with(nil, function(child)
    child:edit(path .. "/hello.grpc")
    child:command("2 | Grpcline run")
    last_note(child, 'there is no variable "who"')
    h.equal({ "dev", "prod", "none" }, child:lua([[return vim.fn.getcompletion("Grpcline env ", "cmdline")]]))
    child:command("Grpcline env dev")
    h.equal("dev", child:lua([[return require("grpcline").statusline()]]))
    child:command("Grpcline run")
    child:result_with("Hello, Ada!")
    child:lua([[vim.ui.select = function(items, _, done) done(items[2]) end]])
    child:command("Grpcline env")
    child:command("Grpcline run")
    child:result_with("Hello, Bob!")
    child:command("Grpcline env prd")
    last_note(child, 'grpcline.env.json:1: there is no environment "prd"; did you mean "prod"?')
    child:command("Grpcline env none")
    h.equal("", child:lua([[return require("grpcline").statusline()]]))
  end)
end)

h.test("what is wrong with an environment file is shown in it", function()
  local path = folder({ ["hello.grpc"] = hello, ["grpcline.env.json"] = { "{", '"dev": 1}' } })
  children.with(nil, function(child)
    child:edit(path .. "/hello.grpc")
    local function problems()
      return child:lua("return vim.tbl_map(function(it) return it.lnum .. it.message end, vim.diagnostic.get(0))")
    end
    child:command("set hidden | edit " .. path .. "/grpcline.env.json")
    h.equal({ '1the environment "dev" is not an object of variables' }, problems())
    child:lua([[vim.api.nvim_buf_set_lines(0, 1, 2, false, { '"dev": {}}' })]])
    child:command("buffer hello.grpc | buffer grpcline.env.json")
    h.equal({}, problems())
  end)
end)

h.test("an environment file whose strings have no UTF-8 is told", function()
  local environment = require("grpcline.file.environment")
  local cases = {
    ['{"dev":\n{"a": "\\ud800"}}'] = "2 the string has half a character: \\ud800",
    ['{"\\uDC00": {}}'] = "1 the string has half a character: \\uDC00",
    ['{"dev": {"a": "\255"}}'] = "1 the file is not UTF-8",
    ['{"dev": {"a": "\\ud83d\\ude00 \\\\ud800"}}'] = "",
  }
  for text, want in pairs(cases) do
    local problem = environment.read({ { path = "/grpcline.env.json", text = text } }, nil).problems[1]
    h.equal(want, problem and ("%d %s"):format(problem.line, problem.message) or "")
  end
end)

h.test("an environment file counts as it is edited", function()
  local path = folder({ ["hello.grpc"] = hello, ["grpcline.env.json"] = { "{}" } })
  children.with(nil, function(child)
    child:command("set hidden")
    child:edit(path .. "/grpcline.env.json", { '{"$shared": {"who": "nobody yet"}}' })
    child:edit(path .. "/hello.grpc")
    child:command("Grpcline run")
    child:result_with("Hello, nobody yet!")
  end)
end)

local two = {
  "### login", "demo:///", "grpcline.demo.Demo/SayHello", '{"name": "Ada"}',
  "### Next", "demo:///", "grpcline.demo.Demo/SayHello", '{"name": "{{login.response.greeting}}"}',
}

h.test("a request waits for the answer that it refers to", function()
  children.with(nil, function(child)
    child:edit("/tmp/answers.grpc", two)
    child:command("6 | Grpcline run")
    last_note(child, "line 8: login has no answer yet: run it first")
    child:command("2 | Grpcline run")
    child:result_with("Hello, Ada!")
    child:command("6 | Grpcline run")
    child:result_with("Hello, Hello, Ada!!")
  end)
end)

h.test("run in a result runs its request again, as the file is now", function()
  children.with(nil, function(child)
    child:edit("/tmp/again.grpc", two)
    child:command("2 | Grpcline run")
    child:result_with("Hello, Ada!")
    child:lua([[vim.api.nvim_buf_set_lines(0, 3, 4, false, { '{"name": "Bob"}' })]])
    child:command("wincmd p | Grpcline")
    child:result_with("Hello, Bob!")
    child:lua([[vim.api.nvim_buf_set_lines(vim.fn.bufnr("/tmp/again.grpc"), 0, 1, false, { "### renamed" })]])
    child:command("Grpcline")
    last_note(child, 'the file has no request "login" any more')
  end)
end)

h.test("show brings a closed result back, whose stream goes on", function()
  children.with(nil, function(child)
    child:edit("/tmp/chat.grpc", {
      "### Talk", "# @keep-open", "demo:///", "grpcline.demo.Demo/Chat", '{"text": "hi"}',
    })
    child:command("Grpcline show")
    last_note(child, "there is no result of this yet")
    child:command("Grpcline run")
    child:result_with("You said: hi")
    h.equal("1 running", child:lua([[return require("grpcline").statusline()]]))
    child:command("wincmd p | close")
    h.equal(nil, child:result())
    child:command('Grpcline send {"text": "unseen"}')
    child:command("Grpcline show")
    child:result_with("You said: unseen")
    child:command("Grpcline cancel")
    child:result_with("CANCELLED (1)")
    h.equal("", child:lua([[return require("grpcline").statusline()]]))
  end)
end)

h.test("the results of all requests lead to each, and are run again", function()
  children.with(nil, function(child)
    child:edit("/tmp/all.grpc", two)
    child:command("Grpcline runAll")
    child:result_with("2 OK, 0 not")
    child:command("wincmd p")
    child:lua([[
      local fail = { "grpcline.demo.Demo/Fail" }
      vim.api.nvim_buf_set_lines(vim.fn.bufnr("/tmp/all.grpc"), 2, 3, false, fail)
    ]])
    child:command("Grpcline")
    child:result_with("1 OK, 1 not")
    child:command("3 | Grpcline show")
    child:result_with("grpcline.demo.Demo/Fail")
  end)
end)

h.test("run all is cancelled with the request that runs", function()
  children.with(nil, function(child)
    child:edit("/tmp/slow.grpc", {
      "### slow", "demo:///", "grpcline.demo.Demo/Sleep", '{"time": "60s"}', "### never", "demo:///",
      "grpcline.demo.Demo/SayHello",
    })
    child:command("Grpcline runAll")
    child:result_with("running, 0 of 2  slow.grpc")
    child:eventually([[require("grpcline").statusline() == "1 running"]])
    child:command("wincmd p")
    child:input("<C-c>")
    h.contains("CANCELLED (1)  slow", child:result_with("cancelled, 1 of 2  slow.grpc  N ms"))
  end)
end)

h.test("run all goes on after a request of it that is run again alone", function()
  children.with(nil, function(child)
    child:edit("/tmp/alone.grpc", {
      "### slow", "demo:///", "grpcline.demo.Demo/Sleep", '{"time": "60s"}', "### hello", "demo:///",
      "grpcline.demo.Demo/SayHello",
    })
    child:command("1 | Grpcline runAll")
    child:eventually([[require("grpcline").statusline() == "1 running"]])
    child:lua([[vim.api.nvim_buf_set_lines(0, 3, 4, false, { '{"time": "0.001s"}' })]])
    child:command("Grpcline run")
    child:result_with("OK  grpcline.demo.Demo/Sleep")
    child:command("wincmd p | buffer grpcline:///tmp/alone.grpc")
    h.contains("CANCELLED (1)  slow", child:result_with("1 OK, 1 not"))
  end)
end)

h.test("history shows the result of an earlier run", function()
  children.with(nil, function(child)
    child:edit("/tmp/history.grpc", two)
    child:command("Grpcline history")
    last_note(child, "nothing was run yet")
    child:command("2 | Grpcline run")
    child:result_with("Hello, Ada!")
    child:lua([[vim.api.nvim_buf_set_lines(0, 3, 4, false, { '{"name": "Bob"}' })]])
    child:command("Grpcline run")
    child:result_with("Hello, Bob!")
    child:lua([[
      vim.ui.select = function(items, options, done)
        _G.offered = vim.tbl_map(options.format_item, items)
        done(items[2])
      end
    ]])
    child:command("Grpcline history")
    child:result_with("Hello, Ada!")
    local offered = child:lua("return _G.offered")
    h.equal(2, #offered)
    h.contains("  OK  login", offered[1])
  end)
end)

h.test("a request is copied as a grpcurl command, and told what that loses", function()
  children.with(nil, function(child)
    child:edit("/tmp/copy.grpc", { "# @retry 1", "localhost:50051", "a.B/C", '{"a": 1}' })
    child:command("Grpcline copyGrpcurl")
    h.equal([[grpcurl -plaintext -d '{"a": 1}' localhost:50051 a.B/C]], child:lua([[return vim.fn.getreg('"')]]))
    last_note(child, "without what grpcurl does not have: # @retry")
    child:edit("/tmp/demo.grpc", { "demo:///", "a.B/C" })
    child:command("Grpcline copyGrpcurl")
    last_note(child, "demo:/// is inside the worker")
  end)
end)

h.test("a grpcurl command is pasted below the request under the cursor", function()
  children.with(nil, function(child)
    child:edit("/tmp/paste.grpc", { "### one", "demo:///", "a.B/C", "### two", "demo:///", "a.B/C" })
    child:lua([[vim.fn.setreg("a", "grpcurl -plaintext -user-agent me host:1 a.B/D")]])
    child:command("2 | Grpcline pasteGrpcurl a")
    local function lines()
      return child:lua("return vim.api.nvim_buf_get_lines(0, 0, -1, false)")
    end
    local first = { "### one", "demo:///", "a.B/C", "### D", "host:1", "", "a.B/D", "", "### two", "demo:///", "a.B/C" }
    h.equal(first, lines())
    last_note(child, "without what a .grpc file does not have: -user-agent")
    child:command("$ | Grpcline pasteGrpcurl a")
    h.equal(vim.list_extend(first, { "", "### D", "host:1", "", "a.B/D" }), lines())
    child:lua([[vim.fn.setreg("a", "curl x")]])
    child:command("Grpcline pasteGrpcurl a")
    last_note(child, "this is not a grpcurl command")
  end)
end)

h.test("references are completed", function()
  children.with(nil, function(child)
    child:edit("/tmp/references.grpc", { "@who = Ada", "### login", "demo:///", "a.B/C", "### two", "" })
    child:command("set completeopt=menuone,noselect")
    child:input("GA{{<C-x><C-o>")
    child:eventually("vim.fn.pumvisible() == 1")
    h.equal({ "who", "$env", "login", "two" }, child:lua([[
      return vim.tbl_map(function(item) return item.abbr end, vim.fn.complete_info({ "items" }).items)
    ]]))
  end)
end)

h.test("the state of a followed stream stays in sight", function()
  children.with(nil, function(child)
    child:command("set columns=120")
    child:edit("/tmp/count.grpc", { "demo:///", "grpcline.demo.Demo/Countdown", '{"limit": 100}' })
    child:command("Grpcline run")
    child:result_with("OK  ")
    child:command("wincmd p | normal! G")
    local screen = child:screen()
    assert(not screen:find("headers", 1, true), screen)
    h.contains("OK  1 sent, 101 received, ", screen)
  end)
end)

h.test("each request of a file is a fold, and all are open", function()
  children.with(nil, function(child)
    child:edit("/tmp/folds.grpc", two)
    h.equal({ 1, 1, -1 }, child:lua("return { vim.fn.foldlevel(1), vim.fn.foldlevel(8), vim.fn.foldclosed(5) }"))
    child:command("5 | normal! zc")
    h.equal({ 5, 8 }, child:lua("return { vim.fn.foldclosed(8), vim.fn.foldclosedend(5) }"))
  end)
end)
