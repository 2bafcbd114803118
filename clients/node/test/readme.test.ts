import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

const root = join(__dirname, "../..");

test("the README's example prints what it says", async () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, code] = /```js\n(.*?)```/s.exec(readme) ?? [];
  const [, printed] = /```text\n(.*?)```/s.exec(readme) ?? [];
  const path = join(root, "dist", "readme.mjs"); // inside the package, which can import itself by name
  writeFileSync(path, code!);
  const { stdout } = await promisify(execFile)(process.execPath, [path]);
  assert.equal(stdout, printed);
});
