-- The help file has what there is.
local h = require("test.harness")
local children = require("test.child")

local help = h.read(h.clients .. "/neovim/doc/grpcline.txt")

h.test("the help has a tag for every action", function()
  for name in pairs(require("grpcline.actions")) do
    h.contains("*:Grpcline-" .. name .. "*", help)
  end
end)

h.test("the help shows every setting with its default", function()
  local config = require("grpcline.config")
  for name, value in pairs(config.values) do
    local shown = type(value) == "table" and '{ "' .. table.concat(value, '", "') .. '" }' or vim.inspect(value)
    h.contains(("%s = %s,"):format(name, shown), help)
  end
end)

h.test("the help is found by its tags", function()
  children.with(nil, function(child)
    child:command("helptags " .. h.clients .. "/neovim/doc")
    child:command("help :Grpcline-send")
    h.contains("*:Grpcline-send*", child:lua("return vim.api.nvim_get_current_line()"))
  end)
end)

h.test("the install lines work in an empty home, help included", function()
  local home = vim.fn.tempname()
  local lines = h.read(h.clients .. "/neovim/README.md"):match("```sh\n(mkdir.-)```")
  local script = lines:gsub("~/src/grpcline", vim.fn.fnamemodify(h.clients, ":h")):gsub("~", home)
  vim.fn.system({ "sh", "-euc", script })
  h.equal(0, vim.v.shell_error)
  local out = vim.fn.system({
    "env", "-i", "HOME=" .. home, "PATH=" .. vim.env.PATH, vim.v.progpath, "--headless", "-c", "helptags ALL",
    "-c", "help :Grpcline-run", "-c", "echo expand('%:t') exists(':Grpcline')", "-c", "qall!",
  })
  h.contains("grpcline.txt 2", out)
end)

h.test("an unknown action and an unknown setting are told with the nearest", function()
  children.with(nil, function(child)
    child:command("Grpcline cancl")
    h.contains('there is no action "cancl"; did you mean "cancel"?', child:all_notes())
    local ok, problem = unpack(child:lua([[return { pcall(require("grpcline").setup, { wrker = "x" }) }]]))
    h.equal(false, ok)
    h.contains('there is no setting "wrker"; did you mean "worker"?', problem)
  end)
end)

h.test("a .grpc buffer has its filetype, completion and mappings", function()
  children.with(nil, function(child)
    child:edit("/tmp/filetype.grpc", { "demo:///", "grpcline.demo.Demo/SayHello" })
    h.equal("grpc", child:lua("return vim.bo.filetype"))
    h.equal("v:lua.require'grpcline.complete.omni'.func", child:lua("return vim.bo.omnifunc"))
    h.equal({ "restart", "run", "runAll" }, child:lua([[return vim.fn.getcompletion("Grpcline r", "cmdline")]]))
    child:lua([[vim.keymap.set("n", "<CR>", "<Plug>(grpcline-run)", { buffer = true, remap = true })]])
    child:input("<CR>")
    child:result_with("Hello, world!")
    child:command("setfiletype grpc | setlocal filetype=text")
    h.equal("", child:lua("return vim.fn.maparg('<Plug>(grpcline-run)', 'n')"))
  end)
end)
