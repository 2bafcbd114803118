-- Runs every *_spec.lua beside it and ends Neovim: nvim --headless -u NONE -c 'luafile test/run.lua'
local here = vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p:h")
vim.opt.runtimepath:prepend(vim.fn.fnamemodify(here, ":h"))
package.path = vim.fn.fnamemodify(here, ":h") .. "/?.lua;" .. package.path

local ok, problem = xpcall(function()
  local only = vim.env.ONLY or ""
  local harness = require("test.harness")
  for _, spec in ipairs(vim.fn.sort(vim.fn.glob(here .. "/*" .. only .. "*_spec.lua", true, true))) do
    dofile(spec)
  end
  local passed, failed = harness.run()
  io.stdout:write(("%d passed, %d failed\n"):format(passed, failed))
  vim.cmd(failed == 0 and passed > 0 and "qall!" or "cquit!")
end, debug.traceback)
if not ok then
  io.stdout:write(problem .. "\n")
  vim.cmd("cquit!")
end
