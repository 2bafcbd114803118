-- grpcline: run the gRPC requests of .grpc files from Neovim.
local M = {}

--- Changes settings; see |grpcline-settings|. Calling it is optional.
--- @param options table|nil
function M.setup(options)
  require("grpcline.config").set(options)
end

--- What a statusline can show: the chosen environment and how many requests run, such
--- as `dev, 2 running`; "" if there is neither.
--- @return string
function M.statusline()
  local parts = {}
  local chosen = vim.g.grpcline_environment
  if chosen and chosen ~= "" then
    parts[#parts + 1] = chosen
  end
  local runs = package.loaded["grpcline.run.runs"]
  local running = runs and runs.running() or 0
  if running > 0 then
    parts[#parts + 1] = running .. " running"
  end
  return table.concat(parts, ", ")
end

--- Does one action of |:Grpcline|, such as require("grpcline").action("run").
--- @param name string
--- @param argument string|nil
function M.action(name, argument)
  local actions = require("grpcline.actions")
  if not actions[name] then
    local names = vim.tbl_keys(actions)
    table.sort(names)
    local hint = require("grpcline.nearest").hint(name, names)
    return vim.notify(('grpcline: there is no action "%s"%s'):format(name, hint), vim.log.levels.ERROR)
  end
  actions[name](argument or "")
end

return M
