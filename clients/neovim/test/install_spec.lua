-- :Grpcline install, from archives like those of a release.
local h = require("test.harness")
local children = require("test.child")

local system = vim.fn.has("mac") == 1 and "darwin" or "linux"

-- release makes a folder with an archive that holds the worker, and its checksum;
-- it returns the path of the archive.
local function release()
  local folder = vim.fn.tempname()
  vim.fn.mkdir(folder, "p")
  vim.fn.mkdir(folder .. "/in")
  vim.fn.system({ "cp", vim.env.GRPCLINE, folder .. "/in/grpcline" })
  local archive = folder .. "/grpcline_1.2.3_" .. system .. "_amd64.tar.gz"
  vim.fn.system({ "tar", "-czf", archive, "-C", folder .. "/in", "grpcline" })
  local name = vim.fn.fnamemodify(archive, ":t")
  local sum = vim.fn.executable("sha256sum") == 1 and "sha256sum" or "shasum -a 256"
  vim.fn.system(("cd '%s' && %s %s > grpcline_1.2.3_checksums.txt"):format(folder, sum, name))
  return archive
end

-- with runs fn in a Neovim whose data folder is empty, with a worker nowhere.
local function with(fn)
  local data = vim.fn.tempname()
  children.with({ GRPCLINE = "", XDG_DATA_HOME = data, PATH = "/usr/bin:/bin" }, function(child)
    fn(child, child:lua([[return require("grpcline.worker.install").path()]]))
  end)
end

-- said waits for a note that has both parts.
local function said(child, part)
  child:eventually(("table.concat(_G.notes, '\\n'):find(%q, 1, true)"):format(part))
end

h.test("a worker is installed from an archive and used", function()
  local archive = release()
  with(function(child, path)
    child:command("Grpcline install " .. archive)
    said(child, "is installed as " .. path)
    h.equal(1, vim.fn.executable(path))
    child:edit("/tmp/hello.grpc", { "demo:///", "grpcline.demo.Demo/SayHello" })
    child:command("Grpcline run")
    child:result_with("OK")
    child:command("Grpcline install " .. archive) -- over the one that runs
    child:eventually("#_G.notes >= 2")
    said(child, "is installed as " .. path)
  end)
end)

h.test("a worker is installed by a URL", function()
  if vim.fn.executable("python3") == 0 and vim.env.CI ~= "true" then
    return -- its server of files is wanting
  end
  local archive = release()
  local folder = vim.fn.fnamemodify(archive, ":h")
  local port
  local server = vim.fn.jobstart({ "python3", "-u", "-m", "http.server", "--bind", "127.0.0.1", "0" }, {
    cwd = folder,
    on_stdout = function(_, lines)
      port = port or table.concat(lines, "\n"):match("port (%d+)")
    end,
  })
  h.eventually(function()
    return port
  end, function()
    return "a server of files"
  end)
  with(function(child, path)
    child:command(("Grpcline install http://127.0.0.1:%s/%s"):format(port, vim.fn.fnamemodify(archive, ":t")))
    said(child, "is installed as " .. path)
    child:command(("Grpcline install http://127.0.0.1:%s/grpcline_9.9.9_linux_amd64.tar.gz"):format(port))
    said(child, "nothing was installed: curl failed")
  end)
  vim.fn.jobstop(server)
end)

h.test("an archive that was changed is refused", function()
  local archive = release()
  vim.fn.system({ "sh", "-c", "echo x >> '" .. archive .. "'" })
  with(function(child, path)
    child:command("Grpcline install " .. archive)
    said(child, "was changed or cut: its SHA-256 is")
    h.equal(0, vim.fn.filereadable(path))
  end)
end)

h.test("the checksum may be given, and must be had", function()
  local archive = release()
  local folder = vim.fn.fnamemodify(archive, ":h")
  local sum = vim.fn.readfile(folder .. "/grpcline_1.2.3_checksums.txt")[1]:match("%x+")
  vim.fn.delete(folder .. "/grpcline_1.2.3_checksums.txt")
  with(function(child, path)
    child:command("Grpcline install " .. archive)
    said(child, "give the archive's SHA-256 after it")
    child:command("Grpcline install " .. archive .. " " .. ("0"):rep(64))
    said(child, "not " .. ("0"):rep(64))
    h.equal(0, vim.fn.filereadable(path))
    child:command("Grpcline install " .. archive .. " " .. sum:upper())
    said(child, "is installed as " .. path)
  end)
end)

h.test("install says what it takes", function()
  with(function(child)
    child:command("Grpcline install")
    said(child, "install takes the path or URL")
    child:command("Grpcline install /nowhere/grpcline_1.2.3_linux_amd64.tar.gz")
    said(child, "there is no file /nowhere/grpcline_1.2.3_linux_amd64.tar.gz")
  end)
end)
