-- The buffer of a result.
if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = true
vim.b.undo_ftplugin = "silent! nunmap <buffer> <C-c>"

vim.keymap.set("n", "<C-c>", function()
  require("grpcline").action("cancel")
end, { buffer = true, desc = "grpcline: cancel" })
