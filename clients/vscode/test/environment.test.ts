/** Environments and the answers of earlier requests, as a user has them. */
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { host } from "./fake/vscode";
import { withEditor } from "./support";

const hello = '{{host}}\ngrpcline.demo.Demo/SayHello\n{"name": "{{name}}"}';

/** A folder with environment files; returns the path of a .grpc file in it. */
function folderWith(files: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), "grpcline-vscode-"));
  for (const [name, value] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof value === "string" ? value : JSON.stringify(value));
  }
  return join(folder, "hello.grpc");
}

test("the chosen environment gives variables, the private file before the other", () =>
  withEditor(async (editor) => {
    const path = folderWith({
      "grpcline.env.json": { $shared: { host: "demo:///" }, dev: { name: "dev" }, prod: { name: "prod" } },
      "grpcline.private.env.json": { prod: { name: "secret" } },
    });
    const document = host.open(path, hello, 1);
    await editor.run("grpcline.run");
    assert.match(host.errors.at(-1)!, /line 3: there is no variable "name"/);
    for (const [choice, name] of [["dev", "dev"], ["prod", "secret"]] as const) {
      host.choice = choice;
      await editor.run("grpcline.environment");
      assert.deepEqual(host.offered, ["No environment", "dev", "prod"]);
      assert.match(host.status.text, new RegExp(`grpcline: ${choice}$`));
      await editor.run("grpcline.run");
      await editor.resultWith(`Hello, ${name}!`);
    }
    assert.equal(host.diagnostics.get("grpcline")?.get(document.uri.toString())?.length, 0);
    host.choice = "No environment";
    await editor.run("grpcline.environment");
    assert.match(host.status.text, / grpcline$/);
    assert.equal(host.diagnostics.get("grpcline")?.get(document.uri.toString())?.length, 1);
  }));

test("what is wrong with an environment file is shown there, and nothing runs", () =>
  withEditor(async (editor) => {
    const path = folderWith({ "grpcline.env.json": '{\n  "dev": {,}\n}' });
    host.open(path, "demo:///\ngrpcline.demo.Demo/SayHello");
    const file = `file:${path.replace("hello.grpc", "grpcline.env.json")}`;
    host.open("/tmp/other.grpc", "demo:///\na.B/C"); // has no environments
    host.open(path, "demo:///\ngrpcline.demo.Demo/SayHello");
    const shown = host.diagnostics.get("grpcline.environment")?.get(file) ?? [];
    assert.deepEqual(shown.map(({ range, message }) => `${range.start.line + 1}: ${message}`), [
      "2: this is not JSON: a name in quotes is expected before ,",
    ]);
    await editor.run("grpcline.run");
    assert.match(host.errors.at(-1)!, /grpcline\.env\.json:2: this is not JSON/);
  }));

test("a mended environment file has no problems", () =>
  withEditor(async () => {
    const path = folderWith({ "grpcline.env.json": "[]" });
    const document = host.open(path, "demo:///\na.B/C");
    const file = path.replace("hello.grpc", "grpcline.env.json");
    const shown = () => host.diagnostics.get("grpcline.environment")?.get(`file:${file}`)?.length;
    assert.equal(shown(), 1);
    writeFileSync(file, "{}");
    host.edit(document, document.text);
    assert.equal(shown(), 0);
  }));

test("without environment files it is told what to write", () =>
  withEditor(async (editor) => {
    host.open(folderWith({}), hello);
    await editor.run("grpcline.environment");
    assert.match(host.errors[0]!, /put a grpcline\.env\.json beside the file/);
  }));

test("a request has values of what another was answered", () =>
  withEditor(async (editor) => {
    const document = host.open(
      "/tmp/answers.grpc",
      `### first
demo:///
grpcline.demo.Demo/SayHello
{"name": "Ada"}
### second
demo:///
x-trailer: {{first.trailers.demo-trailer}}
grpcline.demo.Demo/SayHello
{"name": "{{first.response.greeting}}"}`,
    );
    assert.equal(host.diagnostics.get("grpcline")?.get(document.uri.toString())?.length, 0);
    await editor.run("grpcline.run", document.uri, 7);
    assert.match(host.errors.at(-1)!, /line 7: first has no answer yet: run it first/);
    await editor.run("grpcline.run", document.uri, 2);
    await editor.run("grpcline.run", document.uri, 7);
    await editor.resultWith("Hello, Hello, Ada!!");
  }));
