import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

const root = join(__dirname, "../..");

const readme = readFileSync(join(root, "README.md"), "utf8");
const examples = [...readme.matchAll(/```js\n(import .*?)```.*?```text\n(.*?)```/gs)];

test("the README has its examples", () => assert.equal(examples.length, 2));

examples.forEach(([, code, printed], i) => {
  test(`example ${i + 1} of the README prints what it says`, async () => {
    const path = join(root, "dist", `readme${i + 1}.mjs`); // inside the package, which can import itself by name
    writeFileSync(path, code!);
    const { stdout } = await promisify(execFile)(process.execPath, [path]);
    assert.equal(stdout, printed);
  });
});
