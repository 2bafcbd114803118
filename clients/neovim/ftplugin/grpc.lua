if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = true
vim.b.undo_ftplugin = "setlocal omnifunc< commentstring< comments< | silent! nunmap <buffer> <Plug>(grpcline-run)"

vim.bo.omnifunc = "v:lua.require'grpcline.complete.omni'.func"
vim.bo.commentstring = "# %s"
vim.bo.comments = ":#,://"

local function map(name, action)
  vim.keymap.set("n", name, function()
    require("grpcline").action(action)
  end, { buffer = true, desc = "grpcline: " .. action })
end
map("<Plug>(grpcline-run)", "run")
map("<Plug>(grpcline-send)", "send")
map("<Plug>(grpcline-cancel)", "cancel")

local buffer = vim.api.nvim_get_current_buf()
local function check()
  if vim.api.nvim_buf_is_valid(buffer) then
    require("grpcline.diagnostics").file(buffer, require("grpcline.buffer").parse(buffer))
  end
end
vim.api.nvim_create_autocmd({ "BufEnter", "TextChanged", "InsertLeave" }, {
  group = vim.api.nvim_create_augroup("grpcline.file." .. buffer, {}),
  buffer = buffer,
  callback = check,
})
check()
