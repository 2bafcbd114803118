-- A small test runner for headless Neovim: test files register cases, run.lua
-- runs them.
local M = { cases = {} }

--- Registers a case.
--- @param name string
--- @param fn fun()
function M.test(name, fn)
  table.insert(M.cases, { name = name, fn = fn })
end

--- Fails unless both are deeply equal.
function M.equal(want, got, about)
  if not vim.deep_equal(want, got) then
    local function show(value)
      return type(value) == "string" and value or vim.inspect(value)
    end
    error(("%s\n-- want:\n%s\n-- got:\n%s"):format(about or "not equal", show(want), show(got)), 2)
  end
end

--- Fails unless text contains a part.
function M.contains(part, text)
  if not text:find(part, 1, true) then
    error(("%q is not in:\n%s"):format(part, text), 2)
  end
end

--- Waits until fn returns something true, and returns that; about() tells what
--- was waited for.
function M.eventually(fn, about)
  local value
  local ok = vim.wait(20000, function()
    value = fn()
    return value
  end, 10)
  if not ok then
    error("still not: " .. about(), 2)
  end
  return value
end

--- The root of the repository's clients.
M.clients = vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p:h:h:h")

function M.read(path)
  return table.concat(vim.fn.readfile(path, "b"), "\n")
end

--- Runs all cases and returns how many passed and failed.
function M.run()
  local passed, failed = 0, 0
  for _, case in ipairs(M.cases) do
    local ok, problem = xpcall(case.fn, debug.traceback)
    if ok then
      passed = passed + 1
    else
      failed = failed + 1
      io.stdout:write(("FAILED %s\n  %s\n"):format(case.name, tostring(problem):gsub("\n", "\n  ")))
    end
  end
  return passed, failed
end

return M
