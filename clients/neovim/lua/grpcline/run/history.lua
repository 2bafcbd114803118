-- What requests were last answered, while Neovim runs: for the references of others.
local M = {}

-- answers by file and name.
local answers = {}

local function key(path, id)
  return path .. "\n" .. id
end

--- Keeps the answer of a run that has ended; one without a call leaves the last.
--- @param path string of the .grpc file
--- @param run grpcline.Run
function M.answered(path, run)
  local answer = run:answer()
  if answer and run.request.id then
    answers[key(path, run.request.id)] = answer
  end
end

--- The last answer of a request of a file.
--- @param path string
--- @param id string
--- @return grpcline.Answer|nil
function M.answer(path, id)
  return answers[key(path, id)]
end

return M
