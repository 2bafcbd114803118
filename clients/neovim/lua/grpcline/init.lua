-- grpcline: run the gRPC requests of .grpc files from Neovim.
local M = {}

--- Changes settings; see |grpcline-settings|. Calling it is optional.
--- @param options table|nil
function M.setup(options)
  require("grpcline.config").set(options)
end

--- Does one action of |:Grpcline|, such as require("grpcline").action("run").
--- @param name string
--- @param argument string|nil
function M.action(name, argument)
  local actions = require("grpcline.actions")
  if not actions[name] then
    local hint = require("grpcline.nearest").hint(name, vim.tbl_keys(actions))
    return vim.notify(('grpcline: there is no action "%s"%s'):format(name, hint), vim.log.levels.ERROR)
  end
  actions[name](argument or "")
end

return M
