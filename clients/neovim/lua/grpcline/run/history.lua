-- The runs of this session: what the last ones gave, to be shown again, and what
-- requests were last answered, for the references of others. In memory alone.
local M = {}

-- keep is how many runs are kept.
local keep = 50

--- @class grpcline.Entry a run that was begun
--- @field path string of the .grpc file
--- @field title string
--- @field at number seconds since 1970
--- @field run grpcline.Run
--- @field lines string[]|nil what its result was at last; nil if its buffer still shows it

--- Newest first.
--- @type grpcline.Entry[]
M.entries = {}

-- answers by file and name.
local answers = {}

local function key(path, id)
  return path .. "\n" .. id
end

--- @param entry grpcline.Entry
function M.add(entry)
  table.insert(M.entries, 1, entry)
  M.entries[keep + 1] = nil
end

--- Keeps the lines of a run whose buffer is about to show another or none.
--- @param run grpcline.Run
--- @param lines string[]
function M.left(run, lines)
  for _, entry in ipairs(M.entries) do
    if entry.run == run then
      entry.lines = lines
    end
  end
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
