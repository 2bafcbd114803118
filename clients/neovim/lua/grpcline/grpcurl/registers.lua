-- grpcurl's commands by way of registers: a request is copied as a command, and a
-- command is pasted as a request.
local from = require("grpcline.grpcurl.from")
local here = require("grpcline.here")
local to = require("grpcline.grpcurl.to")

local M = {}

local has_clipboard = vim.fn.has("clipboard") == 1

-- tell_lost tells what a conversion has nothing for.
local function tell_lost(what, mark, lost)
  if #lost > 0 then
    here.say(("%s: %s%s"):format(what, mark, table.concat(lost, ", " .. mark)))
  end
end

--- Copies the request under the cursor.
--- @param register string "" for the unnamed one and the clipboard
function M.copy(register)
  local it = here.request()
  if not it then
    return
  end
  local command, lost, problem = to.command(it.request)
  if not command then
    return here.say(problem, vim.log.levels.ERROR)
  end
  vim.fn.setreg(register ~= "" and register or '"', command)
  if register == "" and has_clipboard then
    vim.fn.setreg("+", command)
  end
  tell_lost("copied, without what grpcurl does not have", "# @", lost)
end

-- insert puts the lines of a request below that under the cursor.
local function insert(lines)
  local separator = vim.fn.search("^###", "nW")
  if separator > 0 then
    table.insert(lines, "")
  elseif vim.fn.getline("$") ~= "" then
    table.insert(lines, 1, "")
  end
  local at = separator > 0 and separator - 1 or vim.api.nvim_buf_line_count(0)
  vim.api.nvim_buf_set_lines(0, at, at, false, lines)
end

--- Pastes a command below the request under the cursor.
--- @param register string "" for the clipboard, or, without one, the unnamed one
function M.paste(register)
  if vim.bo.filetype ~= "grpc" then
    return here.say("a request is put into a .grpc file")
  end
  local default = has_clipboard and "+" or '"'
  local text, lost, problem = from.request(vim.fn.getreg(register ~= "" and register or default))
  if not text then
    return here.say(problem, vim.log.levels.ERROR)
  end
  insert(vim.split(text, "\n", { plain = true }))
  tell_lost("pasted, without what a .grpc file does not have", "-", lost)
end

return M
