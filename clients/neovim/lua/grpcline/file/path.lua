-- Paths as a .grpc file writes them: relative ones start at the file's folder.
local M = {}

local function is_absolute(path)
  return path:find("^/") or path:find("^%a:[/\\]") or path:find("^\\\\")
end

--- Drops "." and resolves ".." without asking the disk.
--- @param path string
--- @return string
function M.normal(path)
  local root = path:match("^/") or ""
  local parts = {}
  for part in path:gmatch("[^/]+") do
    if part == ".." and #parts > 0 and parts[#parts] ~= ".." then
      parts[#parts] = nil
    elseif part ~= "." and not (part == ".." and root == "/") then
      parts[#parts + 1] = part
    end
  end
  return root .. table.concat(parts, "/")
end

--- @param folder string
--- @param path string
--- @return string path absolute, if folder is
function M.join(folder, path)
  return M.normal(is_absolute(path) and path or folder .. "/" .. path)
end

--- The name under which other schemas import a file, by protoc's rule: its path
--- below the first import path that contains it, else the file's own name.
--- @param path string absolute
--- @param import_paths string[] absolute
--- @return string
function M.import_name(path, import_paths)
  for _, root in ipairs(import_paths) do
    local prefix = root:gsub("/$", "") .. "/"
    if path:sub(1, #prefix) == prefix then
      return path:sub(#prefix + 1)
    end
  end
  return path:match("[^/\\]+$") or path
end

--- The folder of a path.
--- @param path string
--- @return string
function M.folder(path)
  return path:match("^(.*)[/\\]") or "."
end

return M
