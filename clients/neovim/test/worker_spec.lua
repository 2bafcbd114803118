-- The worker: found, checked, and started again when it died.
local h = require("test.harness")
local children = require("test.child")
local session = require("grpcline.worker.session")

-- fake writes a program that stands for a worker, and returns its path.
local function fake(script)
  local path = vim.fn.tempname()
  vim.fn.writefile(vim.list_extend({ "#!/bin/sh" }, script), path)
  vim.fn.setfperm(path, "rwx------")
  return path
end

-- failure runs a request with a worker and returns the result.
local function failure(worker)
  local result
  children.with({ GRPCLINE = worker }, function(child)
    child:edit("/tmp/hello.grpc", { "demo:///", "grpcline.demo.Demo/SayHello" })
    child:command("Grpcline run")
    result = child:result_with("FAILED")
  end)
  return result
end

h.test("a missing worker is told", function()
  local result = failure("/nowhere/grpcline")
  h.contains("cannot start the worker /nowhere/grpcline: there is no such program; set `worker`, $GRPCLINE", result)
  h.contains("or :Grpcline install it", result)
end)

h.test("a worker that is too old is refused", function()
  local path = fake({
    "read line",
    [[printf '{"jsonrpc":"2.0","id":1,"result":{"name":"grpcline","version":"0.0.9","protocol":1}}\n']],
    "read line",
  })
  h.contains(path .. " is grpcline 0.0.9, which is too old: this plugin needs 0.1.0 or newer", failure(path))
end)

h.test("a program that is no worker is refused, with its stderr", function()
  local path = fake({ "echo usage: something else >&2", "exit 3" })
  h.contains("the worker " .. path .. " ended with exit code 3: usage: something else", failure(path))
end)

h.test("a program that speaks something else is refused", function()
  local path = fake({ "echo hello", "read line", "read line" })
  h.contains(path .. " does not speak JSON-RPC: it wrote hello", failure(path))
end)

h.test("an answer without an id fails what waits", function()
  local path = fake({
    "read line",
    [[printf '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"line 1 is not UTF-8"}}\n']],
    "read line",
  })
  h.contains("line 1 is not UTF-8", failure(path))
end)

h.test("versions are compared by their numbers", function()
  local function refusal(version, protocol)
    return session.refusal("w", { name = "grpcline", version = version, protocol = protocol or 1 })
  end
  h.equal(nil, refusal("0.1.0"))
  h.equal(nil, refusal("0.10.0"))
  h.equal(nil, refusal("1.0"))
  h.equal(nil, refusal("2.0.0", 2))
  h.contains("too old", refusal("0.0.10"))
  h.contains("protocol 0, which is too old", refusal("0.2.0", 0))
  h.equal("w is not grpcline", session.refusal("w", { name = "other", version = "9" }))
end)

h.test("a worker that dies ends its streams, shows its stderr, and is started again", function()
  local path = fake({
    "echo 'last words' >&2",
    ("exec %s \"$@\""):format(vim.env.GRPCLINE),
  })
  children.with({ GRPCLINE = path }, function(child)
    child:edit("/tmp/chat.grpc", { "# @keep-open", "demo:///", "grpcline.demo.Demo/Chat", '{"text": "hi"}' })
    child:command("2 | Grpcline run")
    child:result_with("You said: hi")
    child:lua([[
      require("grpcline.task").run(function()
        require("grpcline.worker.session").worker().process.handle:kill("sigkill")
      end)
    ]])
    local result = child:result_with("FAILED")
    h.contains("ended by signal 9: last words", result)
    h.contains('← {"from": "demo", "text": "You said: hi"}', result)
    h.contains("The next request starts it again.", child:all_notes())
    child:command("2 | Grpcline run")
    child:result_with("You said: hi")
  end)
end)

h.test("one worker serves a session, and ends with it", function()
  children.with(nil, function(child)
    child:edit("/tmp/two.grpc", {
      "demo:///",
      "grpcline.demo.Demo/SayHello",
      "###",
      "demo:///",
      "grpcline.demo.Demo/Sleep",
    })
    child:lua([[
      require("grpcline.task").run(function() _G.a = require("grpcline.worker.session").worker() end)
      require("grpcline.task").run(function() _G.b = require("grpcline.worker.session").worker() end)
    ]])
    child:command("Grpcline run")
    child:result_with("Hello, world!")
    child:command("4 | Grpcline run")
    child:result_with("Demo/Sleep  demo:///  N ms")
    child:eventually("_G.a and _G.a == _G.b")
    local pid = child:lua("return _G.a.process.handle:get_pid()")
    child:command("Grpcline restart")
    h.eventually(function()
      return vim.loop.kill(pid, 0) ~= 0
    end, function()
      return "the worker's end"
    end)
  end)
end)

h.test("the health check finds the worker", function()
  children.with(nil, function(child)
    child:command("checkhealth grpcline")
    h.contains(vim.env.GRPCLINE .. " is grpcline 0", child:lua([[
      return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
    ]]))
  end)
end)
