-- The buffer of a result.
if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = true
vim.b.undo_ftplugin = "silent! nunmap <buffer> <C-c>"
  .. " | silent! execute 'nunmap <buffer> <Plug>(grpcline-run)'"
  .. " | silent! execute 'nunmap <buffer> <Plug>(grpcline-show)'"

for _, action in ipairs({ "run", "show" }) do
  vim.keymap.set("n", ("<Plug>(grpcline-%s)"):format(action), function()
    require("grpcline").action(action)
  end, { buffer = true, desc = "grpcline: " .. action })
end
vim.keymap.set("n", "<C-c>", function()
  require("grpcline").action("cancel")
end, { buffer = true, desc = "grpcline: cancel" })
