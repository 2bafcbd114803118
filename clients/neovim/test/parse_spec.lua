-- The test files that all implementations of .grpc files share.
local h = require("test.harness")
local locate = require("grpcline.json.locate")
local environment = require("grpcline.file.environment")
local from_grpcurl = require("grpcline.grpcurl.from")
local to_grpcurl = require("grpcline.grpcurl.to")
local context = require("grpcline.complete.context")
local members = require("grpcline.json.members")
local params = require("grpcline.file.params")
local parse = require("grpcline.file.parse")
local schema = require("grpcline.complete.schema")

local shared = h.clients .. "/grpc-files"
local env = { TOKEN = "s3cr3t", MULTI = "two\nlines" }

local function described(request)
  local connection = params.connection(request)
  return {
    name = request.name,
    id = request.id,
    first = request.first,
    last = request.last,
    addressLine = request.addressLine,
    methodLine = request.methodLine,
    method = request.method,
    timeoutMs = request.settings.timeoutMs,
    keepOpen = request.settings.keepOpen,
    connection = next(connection) and connection or vim.empty_dict(),
    messages = request.messages,
    needs = #request.needs > 0 and vim.tbl_map(function(need)
      return { line = need.line, message = need.message }
    end, request.needs) or nil,
  }
end

-- answer keeps what an answer holds as JSON text, as the worker's is kept.
local function answer(text)
  local parts = members.of(text)
  parts.state = vim.json.decode(parts.state)
  return parts
end

local files = vim.fn.glob(shared .. "/parse/*.grpc", true, true)
assert(#files > 0, "no test files in " .. shared)
for _, path in ipairs(files) do
  h.test("parse " .. vim.fn.fnamemodify(path, ":t"), function()
    local text = h.read((path:gsub("grpc$", "json")))
    local want = vim.json.decode(text)
    local given = want.given or {}
    local raw = members.of(members.of(members.of(text).given or "{}").answers or "{}")
    want.given = nil
    local file = parse.parse(h.read(path), {
      folder = "/project",
      environment = given.environment,
      answer = function(request)
        return raw[request] and answer(raw[request])
      end,
      env = function(name)
        return env[name]
      end,
    })
    local got = { requests = vim.tbl_map(described, file.requests), problems = file.problems }
    h.equal(want, vim.json.decode(vim.json.encode(got)))
  end)
end

local environments = vim.json.decode(h.read(shared .. "/environments.json"))
for _, case in ipairs(environments.cases) do
  h.test("environment: " .. case.name, function()
    local found = environment.find(case.folder, function(path)
      return case.files[path] and table.concat(case.files[path], "\n")
    end)
    local chosen = case.chosen ~= vim.NIL and case.chosen or nil
    h.equal(case.want, environment.read(found, chosen))
  end)
end

-- converted is what a conversion gives, or why there is nothing.
local function converted(kind, text, lost, problem)
  return text and { [kind] = vim.split(text, "\n", { plain = true }), lost = lost } or { error = problem }
end

local conversions = vim.json.decode(h.read(shared .. "/grpcurl.json"))
for _, case in ipairs(conversions.to) do
  h.test("to grpcurl: " .. case.name, function()
    local file = parse.parse(table.concat(case.request, "\n"), {
      folder = "/project",
      env = function(name)
        return env[name]
      end,
    })
    h.equal({}, file.problems)
    h.equal(case.want, converted("command", to_grpcurl.command(file.requests[1])))
  end)
end

for _, case in ipairs(conversions.from) do
  h.test("from grpcurl: " .. case.name, function()
    h.equal(case.want, converted("text", from_grpcurl.request(table.concat(case.command, "\n"))))
  end)
end

local completion = h.read(shared .. "/complete.json")
for _, case in ipairs(vim.json.decode(completion).cases) do
  h.test("complete " .. case.name, function()
    local before = case.text:match("^(.*)|$")
    local got = context.at(vim.split(before, "\n", { plain = true }))
    h.equal(case.want, got or vim.NIL)
  end)
end

for _, case in ipairs(vim.json.decode(completion).lookups) do
  h.test("schema at " .. vim.inspect(case.path), function()
    local text = members.of(completion).schema
    local fields = vim.tbl_map(function(field)
      return ("%s: %s: %s"):format(field.name, field.type, field.doc)
    end, schema.fields(text, case.path))
    h.equal(case.fields, fields)
    h.equal(case.values, schema.values(text, case.path))
  end)
end

local places = vim.json.decode(h.read(shared .. "/locate.json"))
for path, line in pairs(places.lines) do
  h.test("locate " .. path, function()
    h.equal(line, locate.line(table.concat(places.message, "\n"), path))
  end)
end
