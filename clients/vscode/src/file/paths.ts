/** Paths as a .grpc file writes them: relative ones start at the file's folder. */

function isAbsolute(path: string): boolean {
  return /^(?:\/|\\\\|[A-Za-z]:[/\\])/.test(path);
}

/** Drops "." and resolves ".." without asking the disk. */
function normal(path: string): string {
  const root = path.startsWith("/") ? "/" : "";
  const parts: string[] = [];
  for (const part of path.split("/").filter(Boolean)) {
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== "." && !(part === ".." && root)) parts.push(part);
  }
  return root + parts.join("/");
}

/** Joins a folder and a path; absolute if the folder is. */
export function join(folder: string, path: string): string {
  return normal(isAbsolute(path) ? path : `${folder}/${path}`);
}

/**
 * The name under which other schemas import a file, by protoc's rule: its path
 * below the first import path that contains it, else the file's own name.
 */
export function importName(path: string, importPaths: readonly string[]): string {
  for (const root of importPaths) {
    const prefix = `${root.replace(/\/$/, "")}/`;
    if (path.startsWith(prefix)) return path.slice(prefix.length);
  }
  return /[^/\\]+$/.exec(path)?.[0] ?? path;
}

/** The folder of a path. */
export function folderOf(path: string): string {
  return /^(.*)[/\\]/.exec(path)?.[1] ?? ".";
}
