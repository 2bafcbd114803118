if vim.g.loaded_grpcline then
  return
end
vim.g.loaded_grpcline = true

if vim.fn.has("nvim-0.7") == 0 then
  return vim.notify("grpcline needs Neovim 0.7 or newer", vim.log.levels.ERROR)
end

vim.api.nvim_create_user_command("Grpcline", function(command)
  local name, argument = command.args:match("^(%S*)%s*(.*)$")
  require("grpcline").action(name == "" and "run" or name, argument)
end, {
  nargs = "*",
  desc = "Run, send to or cancel a gRPC request",
  complete = function(lead, line)
    local names = {}
    if line:match("^%s*%S+%s+%S*$") then
      names = vim.tbl_keys(require("grpcline.actions"))
      table.sort(names)
    elseif line:match("^%s*%S+%s+env%s+%S*$") then
      names = require("grpcline.buffer").environment(0).names
      table.insert(names, "none")
    end
    return vim.tbl_filter(function(name)
      return vim.startswith(name, lead)
    end, names)
  end,
})

local group = vim.api.nvim_create_augroup("grpcline", {})

-- A schema that was edited is asked for anew.
vim.api.nvim_create_autocmd("BufWritePost", {
  group = group,
  pattern = "*.proto",
  callback = function()
    if package.loaded["grpcline.complete.server"] then
      require("grpcline.complete.server").forget()
    end
  end,
})

vim.api.nvim_create_autocmd("BufReadPost", {
  group = group,
  pattern = { "*.proto", "grpcline.env.json", "grpcline.private.env.json" },
  callback = function(event)
    if package.loaded["grpcline.diagnostics"] then
      require("grpcline.diagnostics").show(event.buf)
    end
  end,
})

vim.api.nvim_create_autocmd("VimLeavePre", {
  group = group,
  callback = function()
    if package.loaded["grpcline.worker.session"] then
      require("grpcline.worker.session").stop()
    end
  end,
})
