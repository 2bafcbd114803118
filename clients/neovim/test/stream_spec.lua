-- Streams while they are open: messages arrive, are sent, and end.
local h = require("test.harness")
local children = require("test.child")

local chat = {
  "### Talk",
  "# @keep-open",
  "demo:///",
  "grpcline.demo.Demo/Chat",
  '{"text": "hi"}',
  '{"text": "again"}',
}

local function open_chat(child)
  child:edit("/tmp/chat.grpc", chat)
  child:command("3 | Grpcline run")
  child:result_with("You said: again")
end

h.test("a stream is sent to and completed from its file", function()
  children.with(nil, function(child)
    open_chat(child)
    h.contains("open  grpcline.demo.Demo/Chat  demo:///  2 sent, 2 received", child:result())
    child:command("5 | Grpcline send")
    child:result_with("3 sent, 3 received")
    child:command('Grpcline send {"text": "typed"}')
    child:result_with("You said: typed")
    child:command("Grpcline completeSend")
    h.contains("4 sent, 4 received, N ms", child:result_with("OK  "))
  end)
end)

h.test("a stream is sent to from its result, and cancelled there", function()
  children.with(nil, function(child)
    open_chat(child)
    child:lua([[vim.ui.input = function(_, done) done('{"text": "asked"}') end]])
    child:command("wincmd p | Grpcline send")
    child:result_with("You said: asked")
    child:input("<C-c>")
    h.contains("grpcline.demo.Demo/Chat", child:result_with("CANCELLED (1)"))
  end)
end)

h.test("a stream that a message has ended is not left open in the worker", function()
  children.with(nil, function(child)
    child:edit("/tmp/sum.grpc", { "demo:///", "grpcline.demo.Demo/Sum", '{"value": "many"}' })
    child:command("Grpcline run")
    child:result_with("FAILED  ")
    child:lua([[
      local task = require("grpcline.task")
      task.run(function()
        local worker = require("grpcline.worker.session").worker()
        local _, state
        repeat
          _, state = worker:call("getState", {})
        until state:find('"connections":[]', 1, true)
        _G.state = state
      end)
    ]])
    child:eventually("_G.state")
  end)
end)

h.test("a message that does not fit leaves an open stream open", function()
  children.with(nil, function(child)
    open_chat(child)
    child:command('Grpcline send {"txt": "typed"}')
    child:result_with('! not sent: message.txt: no field "txt"')
    child:command('Grpcline send {"text": "right"}')
    child:result_with("You said: right")
    child:command('Grpcline send {"text": ')
    child:eventually([[_G.notes[#_G.notes] and _G.notes[#_G.notes]:find("is not JSON")]])
  end)
end)

h.test("messages arrive while the server goes on", function()
  children.with(nil, function(child)
    child:edit("/tmp/count.grpc", { "demo:///", "grpcline.demo.Demo/Countdown", '{"limit": 1000, "pause": "0.02s"}' })
    child:command("Grpcline run")
    local result = child:result_with('← {"value": "998"}')
    h.contains("open  grpcline.demo.Demo/Countdown", result)
    child:command("Grpcline cancel")
    h.contains("headers\n  content-type: application/grpc", child:result_with("CANCELLED (1)"))
  end)
end)

h.test("a fast stream is shown whole, and the oldest messages give way", function()
  children.with(nil, function(child)
    child:lua([[require("grpcline").setup({ keep = 3, window = 4 })]])
    child:edit("/tmp/count.grpc", { "demo:///", "grpcline.demo.Demo/Countdown", '{"limit": 5000}' })
    child:command("Grpcline run")
    h.equal(
      table.concat({
        "OK  grpcline.demo.Demo/Countdown  demo:///  1 sent, 5001 received, N ms",
        "headers",
        "  content-type: application/grpc",
        "",
        '← {"value": "2"}',
        '← {"value": "1"}',
        "← {}",
      }, "\n"),
      child:result_with("OK  ")
    )
  end)
end)

h.test("a call is cancelled while it waits", function()
  children.with(nil, function(child)
    child:edit("/tmp/sleep.grpc", { "demo:///", "grpcline.demo.Demo/Sleep", '{"time": "60s"}' })
    child:command("Grpcline run")
    child:result_with("running")
    child:command("Grpcline cancel")
    child:result_with("CANCELLED (1)")
  end)
end)

h.test("running again cancels what ran, and shows the new call alone", function()
  children.with(nil, function(child)
    open_chat(child)
    child:command("3 | Grpcline run")
    h.contains("2 sent, 2 received", child:result_with("2 sent, 2 received"))
    h.equal(1, child:lua([[
      local count = 0
      for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
        count = count + (vim.bo[buffer].filetype == "grpcline" and 1 or 0)
      end
      return count
    ]]))
    child:command("Grpcline completeSend")
    child:result_with("OK  ")
  end)
end)

h.test("wiping out a result ends its stream", function()
  children.with(nil, function(child)
    open_chat(child)
    child:command("wincmd p | bwipeout")
    child:lua([[
      require("grpcline.task").run(function()
        local worker = require("grpcline.worker.session").worker()
        _G.streams = function()
          worker:request("getState", {}, nil, function(_, result) _G.state = vim.json.decode(result) end)
          return _G.state and #_G.state.streams == 0 and #_G.state.connections == 0
        end
      end)
    ]])
    child:eventually("_G.streams()")
  end)
end)
