-- :Grpcline install: unpacks the worker from an archive of a release, once its
-- checksum is right.
local task = require("grpcline.task")

local M = {}

local on_windows = vim.fn.has("win32") == 1

--- Where the worker is installed.
--- @return string
function M.path()
  return vim.fn.stdpath("data") .. "/grpcline/" .. (on_windows and "grpcline.exe" or "grpcline")
end

local function is_url(text)
  return text:match("^https?://") ~= nil
end

-- output runs a program inside a task. It returns what the program wrote, or nil and
-- the sentence that says why it failed.
local function output(command)
  if vim.fn.executable(command[1]) == 0 then
    return nil, ("there is no program %s, which installing needs"):format(command[1])
  end
  local lines = {}
  local function keep(_, data)
    vim.list_extend(lines, data)
  end
  local code = task.wait(function(done)
    vim.fn.jobstart(command, {
      on_stdout = keep,
      on_stderr = keep,
      stdout_buffered = true,
      stderr_buffered = true,
      on_exit = function(_, code)
        done(code)
      end,
    })
  end)
  local text = vim.trim(table.concat(lines, "\n"))
  if code ~= 0 then
    return nil, ("%s failed: %s"):format(command[1], text)
  end
  return text
end

-- fetched returns the path of a file given by its path or URL; one that was
-- downloaded lies in folder.
local function fetched(source, folder)
  if not is_url(source) then
    local path = vim.fn.fnamemodify(vim.fn.expand(source), ":p")
    if vim.fn.filereadable(path) == 0 then
      return nil, "there is no file " .. path
    end
    return path
  end
  local path = folder .. "/" .. vim.fn.fnamemodify(source, ":t")
  local _, problem = output({ "curl", "--fail", "--silent", "--show-error", "--location", "--output", path, source })
  return not problem and path or nil, problem
end

-- listed returns the checksum that the release's list of them gives for an archive.
-- The list lies beside the archive, under the name that release/build gives it.
local function listed(source, folder)
  local name = vim.fn.fnamemodify(source, ":t")
  local version = name:match("^grpcline_([^_]+)_")
  if not version then
    return nil, name .. " is no archive of a release; give its SHA-256 after it"
  end
  local list = ("%s/grpcline_%s_checksums.txt"):format(vim.fn.fnamemodify(source, ":h"), version)
  local path, problem = fetched(list, folder)
  if not path then
    return nil, ("%s; give the archive's SHA-256 after it"):format(problem)
  end
  for _, line in ipairs(vim.fn.readfile(path)) do
    local sum, file = line:match("^(%x+)%s+%*?(.-)%s*$")
    if file == name then
      return sum
    end
  end
  return nil, ("%s has no checksum of %s"):format(list, name)
end

-- checksum returns the SHA-256 of a file.
local function checksum(path)
  local command = on_windows and { "certutil", "-hashfile", path, "SHA256" }
    or vim.fn.executable("sha256sum") == 1 and { "sha256sum", "--", path }
    or { "shasum", "-a", "256", "--", path }
  local text, problem = output(command)
  if not text then
    return nil, problem
  end
  for word in text:gmatch("%x+") do
    if #word == 64 then
      return word:lower()
    end
  end
  return nil, ("%s says no checksum: %s"):format(command[1], text)
end

-- install returns the version that is installed, or nil and the reason.
local function install(source, sum, folder)
  local archive, problem = fetched(source, folder)
  if not archive then
    return nil, problem
  end
  if sum == "" then
    sum, problem = listed(source, folder)
    if not sum then
      return nil, problem
    end
  end
  local is
  is, problem = checksum(archive)
  if not is then
    return nil, problem
  elseif is ~= sum:lower() then
    return nil, ("%s was changed or cut: its SHA-256 is %s, not %s"):format(source, is, sum)
  end
  local program = vim.fn.fnamemodify(M.path(), ":t")
  local _, failure = output({ "tar", "-xf", archive, "-C", folder, program }) -- Windows' tar reads .zip too
  if failure then
    return nil, failure
  end
  local version
  version, problem = output({ folder .. "/" .. program, "--version" })
  if not version then
    return nil, problem
  end
  -- One that runs cannot be written over, but it can be renamed.
  vim.fn.mkdir(vim.fn.fnamemodify(M.path(), ":h"), "p")
  if vim.fn.filereadable(M.path()) == 1 then
    vim.fn.delete(M.path() .. ".old")
    vim.fn.rename(M.path(), M.path() .. ".old")
  end
  local copied, why = vim.loop.fs_copyfile(folder .. "/" .. program, M.path()) -- the data may be on another disk
  if not copied then
    return nil, ("cannot write %s: %s"):format(M.path(), why)
  end
  vim.fn.delete(M.path() .. ".old")
  return version
end

--- Installs the worker, and says so or why not.
--- @param argument string an archive's path or URL, and its SHA-256 where no list lies beside it
function M.run(argument)
  local source, sum = argument:match("^%s*(.-)%s+(%x+)%s*$")
  if not source or #sum ~= 64 then
    source, sum = vim.trim(argument), ""
  end
  if source == "" then
    return vim.notify("grpcline: install takes the path or URL of a release's archive", vim.log.levels.ERROR)
  end
  task.run(function()
    local folder = vim.fn.tempname()
    vim.fn.mkdir(folder, "p")
    local version, problem = install(source, sum, folder)
    vim.fn.delete(folder, "rf")
    if not version then
      return vim.notify("grpcline: nothing was installed: " .. problem, vim.log.levels.ERROR)
    end
    require("grpcline.worker.session").stop() -- the next request starts the new one
    vim.notify(("grpcline: %s is installed as %s"):format(version, M.path()), vim.log.levels.INFO)
  end)
end

return M
