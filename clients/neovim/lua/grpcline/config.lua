-- The settings, with their defaults; setup changes them.
local M = {}

--- @class grpcline.Config
--- @field worker string|nil path of the worker; else $GRPCLINE, else the installed one, else grpcline on the PATH
--- @field args string[] flags of the worker
--- @field split string command that opens the window of the results
--- @field fold number levels of JSON that are open in results
--- @field window number streamed messages the worker may send ahead of what is shown
--- @field keep number messages of a stream that stay on show
local defaults = {
  worker = nil,
  args = { "--utf8", "--demo" },
  split = "belowright vsplit",
  fold = 3,
  window = 256,
  keep = 10000,
}

M.values = vim.deepcopy(defaults)

--- @param options table|nil
function M.set(options)
  options = options or {}
  for name in pairs(options) do
    if name ~= "worker" and defaults[name] == nil then
      local known = vim.list_extend({ "worker" }, vim.tbl_keys(defaults))
      error(('grpcline: there is no setting "%s"%s'):format(name, require("grpcline.nearest").hint(name, known)), 0)
    end
  end
  M.values = vim.tbl_extend("force", vim.deepcopy(defaults), options)
end

--- The worker to start.
--- @return string
function M.worker()
  local env = vim.env.GRPCLINE
  local installed = require("grpcline.worker.install").path()
  return M.values.worker
    or (env and env ~= "" and env)
    or (vim.fn.executable(installed) == 1 and installed)
    or "grpcline"
end

return M
