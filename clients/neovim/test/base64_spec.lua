-- Base64, by the examples of RFC 4648, section 10, and a byte above 127.
local h = require("test.harness")
local base64 = require("grpcline.base64")

local examples = {
  [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foob = "Zm9vYg==", fooba = "Zm9vYmE=", foobar = "Zm9vYmFy",
  ["\0\255"] = "AP8=",
}
for bytes, want in pairs(examples) do
  h.test("base64 of " .. vim.inspect(bytes), function()
    h.equal(want, base64.encode(bytes))
  end)
end
