if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = true

vim.bo.omnifunc = "v:lua.require'grpcline.complete.omni'.func"
vim.bo.commentstring = "# %s"
vim.bo.comments = ":#,://"

-- A request is a fold; all are open.
vim.opt_local.foldmethod = "expr"
vim.opt_local.foldexpr = [[getline(v:lnum)=~#'^###'?'>1':'=']]
vim.opt_local.foldlevel = 99

local undo = { "setlocal omnifunc< commentstring< comments< foldmethod< foldexpr< foldlevel<" }
for _, action in ipairs({ "run", "send", "completeSend", "cancel", "template", "runAll", "show" }) do
  local name = ("<Plug>(grpcline-%s)"):format(action)
  vim.keymap.set("n", name, function()
    require("grpcline").action(action)
  end, { buffer = true, desc = "grpcline: " .. action })
  undo[#undo + 1] = ("silent! execute 'nunmap <buffer> %s'"):format(name)
end

-- The buffer's problems are shown while it is edited.
local buffer = vim.api.nvim_get_current_buf()
local group = "grpcline.file." .. buffer
local function check()
  require("grpcline.diagnostics").file(buffer, require("grpcline.buffer").parse(buffer))
end
vim.api.nvim_create_autocmd({ "BufEnter", "TextChanged", "InsertLeave" }, {
  group = vim.api.nvim_create_augroup(group, {}),
  buffer = buffer,
  callback = check,
})
check()
undo[#undo + 1] = "silent! autocmd! " .. group

vim.b.undo_ftplugin = table.concat(undo, " | ")
