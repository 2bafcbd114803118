-- Lua has no pipes in both directions, so this host uses files: all requests are written
-- before, with handles that are known beforehand, and all answers are read after.
local folder = os.tmpname()
os.remove(folder)
local requests, answers = folder .. ".in", folder .. ".out"

local file = assert(io.open(requests, "w"))
file:write([[
{"id":1,"method":"openConnection","params":{"address":"demo:///"}}
{"id":2,"method":"callMethod","params":["c1","grpcline.demo.Demo","SayHello",{"name":"Ann"}]}
{"id":3,"method":"closeConnection","params":["c1"]}
]])
file:close()

local worker = os.getenv("GRPCLINE") or "grpcline"
assert(os.execute(('"%s" --demo --in "%s" --out "%s"'):format(worker, requests, answers)))

for line in io.lines(answers) do
  local greeting = line:match('"greeting":"([^"]*)"')
  if greeting then print(greeting) end
end
os.remove(requests)
os.remove(answers)
