-- The runs of this session, by the result buffer that shows each.
local file_parse = require("grpcline.file.parse")
local history = require("grpcline.run.history")
local run = require("grpcline.run.run")
local session = require("grpcline.worker.session")
local task = require("grpcline.task")
local view = require("grpcline.run.view")

local M = {}

-- by_buffer holds the last run of each result buffer, also after its end.
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

--- The name of a request's result buffer.
--- @param path string of the .grpc file
--- @param title string
--- @return string
function M.buffer_name(path, title)
  return ("grpcline://%s#%s"):format(path, title)
end

-- cancel_when_wiped ends the run of a result whose buffer the user wipes out.
local function cancel_when_wiped(buffer)
  vim.api.nvim_create_autocmd("BufWipeout", {
    buffer = buffer,
    once = true,
    callback = function()
      if by_buffer[buffer] then
        by_buffer[buffer]:cancel()
        by_buffer[buffer] = nil
      end
    end,
  })
end

--- Starts a request; what its result buffer showed before is cancelled.
--- @param file grpcline.File
--- @param request grpcline.Request
--- @param path string of the .grpc file
--- @param options {on_end: fun(run: grpcline.Run), hidden: boolean|nil, completes: boolean|nil} called once; opens no
---   window; completes sending after the body, whatever the request says of it
function M.start(file, request, path, options)
  task.run(function()
    local worker, problem = session.worker()
    local shown = view.open(M.buffer_name(path, M.title(file, request)), options.hidden)
    if by_buffer[shown.buffer] then
      by_buffer[shown.buffer]:detach()
    else
      cancel_when_wiped(shown.buffer)
    end
    local it = run.new(request, shown, options.completes, function(ended)
      history.answered(path, ended)
      options.on_end(ended)
    end)
    by_buffer[shown.buffer] = it
    if not worker then
      return it:fail({ code = -32002, message = problem })
    end
    it:start(worker)
  end)
end

--- The run that a result buffer shows.
--- @param buffer number
--- @return grpcline.Run|nil
function M.of_buffer(buffer)
  return by_buffer[buffer]
end

--- The last run of the request at a line.
--- @param path string of the .grpc file
--- @param file grpcline.File
--- @param line number from 1
--- @return grpcline.Run|nil
function M.of_line(path, file, line)
  local request = file_parse.at(file, line)
  local name = request and M.buffer_name(path, M.title(file, request))
  for buffer, it in pairs(by_buffer) do
    if name and vim.api.nvim_buf_get_name(buffer) == name then
      return it
    end
  end
end

return M
