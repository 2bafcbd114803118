-- The runs of this session, by the result buffer that shows each.
local file_parse = require("grpcline.file.parse")
local history = require("grpcline.run.history")
local run = require("grpcline.run.run")
local run_all = require("grpcline.run.run_all")
local session = require("grpcline.worker.session")
local task = require("grpcline.task")
local view = require("grpcline.run.view")

local M = {}

--- @class grpcline.Shown what a result buffer shows, also after its end
--- @field path string of the .grpc file
--- @field title string|nil of the request; nil if it shows all
--- @field run grpcline.Run|grpcline.RunAll

--- @type table<number, grpcline.Shown>
local by_buffer = {}

--- What a request is called: its name, else its method; where several are called
--- so, the later ones get a number.
--- @param file grpcline.File
--- @param request grpcline.Request
--- @return string
function M.title(file, request)
  local function base(it)
    return it.name ~= "" and it.name or it.method or ""
  end
  local nth = 0
  for _, other in ipairs(file.requests) do
    nth = nth + (base(other) == base(request) and 1 or 0)
    if other == request then
      break
    end
  end
  return nth > 1 and ("%s (%d)"):format(base(request), nth) or base(request)
end

-- buffer_name returns the name of a result buffer.
local function buffer_name(path, title)
  return ("grpcline://%s%s"):format(path, title and "#" .. title or "")
end

local function lines_of(buffer)
  return vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
end

-- forget_when_wiped ends the run of a result whose buffer the user wipes out.
local function forget_when_wiped(buffer)
  vim.api.nvim_create_autocmd("BufWipeout", {
    buffer = buffer,
    once = true,
    callback = function()
      local shown = by_buffer[buffer]
      by_buffer[buffer] = nil
      if shown then
        history.left(shown.run, lines_of(buffer))
        shown.run:cancel()
      end
    end,
  })
end

-- open opens the view for a run and detaches the one that it showed before.
local function open(path, title, hidden)
  local name = buffer_name(path, title)
  local buffer = view.find(name)
  local before = buffer and by_buffer[buffer]
  if before then
    history.left(before.run, lines_of(buffer))
    before.run:detach()
  end
  local it = view.open(name, hidden)
  if not before then
    forget_when_wiped(it.buffer)
  end
  return it
end

-- begin_in starts a run once there is a worker.
local function begin_in(it)
  task.run(function()
    local worker, problem = session.worker()
    if it.cancelled then
      it:fail({ code = -32800, message = "cancelled" })
    elseif not worker then
      it:fail({ code = -32002, message = problem })
    else
      it:start(worker)
    end
  end)
end

--- Starts a request; what its result buffer showed before is cancelled.
--- @param file grpcline.File
--- @param request grpcline.Request
--- @param path string of the .grpc file
--- @param options {on_end: fun(run: grpcline.Run), hidden: boolean|nil, completes: boolean|nil} called once; opens no
---   window; completes sending after the body, whatever the request says of it
--- @return grpcline.Run
function M.start(file, request, path, options)
  local title = M.title(file, request)
  local shown = open(path, title, options.hidden)
  local it = run.new(request, shown, options.completes, function(ended)
    if not ended.detached then
      history.answered(path, ended)
    end
    options.on_end(ended)
  end)
  by_buffer[shown.buffer] = { path = path, title = title, run = it }
  history.add({ path = path, title = title, at = os.time(), run = it })
  begin_in(it)
  return it
end

--- Starts all requests of a file, one after the other.
--- @param path string of the .grpc file
--- @param titles string[]
--- @param begin fun(place: number, on_end: fun(run: grpcline.Run)): grpcline.Run|nil, string|nil as run_all has it
function M.start_all(path, titles, begin)
  local shown = open(path, nil)
  local it = run_all.new(vim.fn.fnamemodify(path, ":t"), titles, shown, begin)
  by_buffer[shown.buffer] = { path = path, run = it }
  task.run(function()
    it:start()
  end)
end

--- What a buffer shows.
--- @param buffer number
--- @return grpcline.Shown|nil nil if it is no result
function M.of_buffer(buffer)
  return by_buffer[buffer]
end

--- The result buffer of a request.
--- @param path string of the .grpc file
--- @param title string
--- @return number|nil buffer
function M.buffer_of(path, title)
  local buffer = view.find(buffer_name(path, title))
  return buffer and by_buffer[buffer] and buffer
end

--- The last run of the request at a line.
--- @param path string of the .grpc file
--- @param file grpcline.File
--- @param line number from 1
--- @return grpcline.Run|nil
function M.of_line(path, file, line)
  local request = file_parse.at(file, line)
  local buffer = request and M.buffer_of(path, M.title(file, request))
  return buffer and by_buffer[buffer].run
end

--- How many requests run.
--- @return number
function M.running()
  local count = 0
  for _, shown in pairs(by_buffer) do
    count = count + (shown.title and not shown.run.ended and 1 or 0)
  end
  return count
end

--- Shows an earlier run again: its buffer if that still shows it, else its last lines.
--- @param entry grpcline.Entry
function M.show_entry(entry)
  local buffer = M.buffer_of(entry.path, entry.title)
  if not entry.lines and buffer then
    return view.show(buffer)
  end
  view.show_lines(("grpcline://history/%s %s"):format(os.date("%X", entry.at), entry.title), entry.lines or {})
end

return M
