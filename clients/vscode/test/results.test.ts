/** The requests of grpc-files/results/demo.grpc, run in the editor; what its result then holds is compared. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { parse } from "../src/file/parse";
import { host } from "./fake/vscode";
import { withEditor } from "./support";

const folder = join(__dirname, "../../../grpc-files/results");
const text = readFileSync(join(folder, "demo.grpc"), "utf8");

/** The sections of a file, by the titles of the lines that begin with ###. */
const sections = new Map(
  readFileSync(join(folder, "demo.txt"), "utf8")
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [title = "", ...lines] = section.split("\n");
      return [title, lines.join("\n").trimEnd()];
    }),
);

for (const { name, addressLine } of parse(text, { folder, env: () => undefined }).requests) {
  test(`result of ${name}`, () =>
    withEditor(async (editor) => {
      host.open(join(folder, "demo.grpc"), text, addressLine - 1);
      await editor.run("grpcline.run");
      assert.equal(await editor.resultWith(" N ms"), sections.get(name));
      assert.equal(editor.resultDocument().languageId, "grpc-result");
    }));
}

test("all requests of a file", () =>
  withEditor(async (editor) => {
    host.open(join(folder, "all.grpc"), readFileSync(join(folder, "all.grpc"), "utf8"));
    await editor.run("grpcline.runAll");
    const want = readFileSync(join(folder, "all.txt"), "utf8").trimEnd();
    await editor.resultWith(" not  all.grpc");
    assert.equal(editor.result(), want);
  }));
