-- :checkhealth grpcline
local config = require("grpcline.config")
local session = require("grpcline.worker.session")

local M = {}

local health = vim.health or require("health")
local ok, report_error = health.ok or health.report_ok, health.error or health.report_error
local start = health.start or health.report_start

--- Tells whether the worker is there and new enough.
function M.check()
  start("grpcline")
  local path = config.worker()
  if vim.fn.executable(path) == 0 then
    return report_error(("there is no program %s"):format(path), { "Set `worker` in setup(), $GRPCLINE or the PATH." })
  end
  local version = vim.trim(vim.fn.system({ path, "--version" }))
  local refusal = session.refusal(path, {
    name = version:match("^%S+"),
    version = version:match("%S+$"),
    protocol = session.protocol,
  })
  if refusal then
    return report_error(refusal)
  end
  ok(("%s is %s"):format(path, version))
end

return M
