-- The test files that all implementations of .grpc files share.
local h = require("test.harness")
local locate = require("grpcline.json.locate")
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
    first = request.first,
    last = request.last,
    addressLine = request.addressLine,
    methodLine = request.methodLine,
    method = request.method,
    timeoutMs = request.settings.timeoutMs,
    keepOpen = request.settings.keepOpen,
    connection = next(connection) and connection or vim.empty_dict(),
    messages = request.messages,
  }
end

local files = vim.fn.glob(shared .. "/parse/*.grpc", true, true)
assert(#files > 0, "no test files in " .. shared)
for _, path in ipairs(files) do
  h.test("parse " .. vim.fn.fnamemodify(path, ":t"), function()
    local file = parse.parse(h.read(path), {
      folder = "/project",
      env = function(name)
        return env[name]
      end,
    })
    local got = { requests = vim.tbl_map(described, file.requests), problems = file.problems }
    local want = vim.json.decode(h.read((path:gsub("grpc$", "json"))))
    h.equal(want, vim.json.decode(vim.json.encode(got)))
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
