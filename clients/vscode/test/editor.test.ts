/** Lenses, completion, diagnostics and the worker, as the editor asks for them. */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { type Diagnostic, host, Position } from "./fake/vscode";
import type { TextDocument } from "./fake/textdocument";
import { eventually, withEditor } from "./support";

const results = join(__dirname, "../../../grpc-files/results");

/** The diagnostics of a collection for a document, as `line: message`. */
function shown(collection: string, uri: { toString(): string }): string[] {
  const list = host.diagnostics.get(collection)?.get(uri.toString()) ?? [];
  return list.map(({ range, message }: Diagnostic) => `${range.start.line + 1}: ${message}`);
}

/** The titles of a document's lenses. */
function lenses(document: TextDocument): string[] {
  return host.lensProviders
    .filter(({ selector }) => selector.language === document.languageId || selector.scheme === document.uri.scheme)
    .flatMap(({ provider }) => provider.provideCodeLenses(document))
    .map((lens: { command: { title: string }; range: { start: Position } }) => `${lens.range.start.line}: ${lens.command.title}`);
}

/** What is offered at the bar of a text, or its end: `label → inserted`. */
async function completed(text: string): Promise<string[]> {
  const document = host.open("/tmp/complete.grpc", text.replace("|", ""));
  const lines = text.replace(/\|.*$/s, "").split("\n");
  const position = new Position(lines.length - 1, lines.at(-1)!.length);
  const items = await host.completionProviders[0].provideCompletionItems(document, position);
  return items.map(({ label, insertText }: { label: string; insertText: string }) => `${label} → ${insertText}`);
}

test("lenses run requests, and offer what a stream can do", () =>
  withEditor(async (editor) => {
    const text = "### Talk\n# @keep-open\ndemo:///\ngrpcline.demo.Demo/Chat\n\n### Hello\ndemo:///\ngrpcline.demo.Demo/SayHello";
    const document = host.open("/tmp/lenses.grpc", text);
    assert.deepEqual(lenses(document), ["2: ▶ Run", "2: Run all", "6: ▶ Run"]);
    const ended = editor.run("grpcline.run", document.uri, 2);
    await editor.resultWith("open");
    assert.deepEqual(lenses(document), ["2: ▶ Run", "2: Run all", "2: Send…", "2: Complete sending", "2: Cancel", "6: ▶ Run"]);
    assert.deepEqual(lenses(editor.resultDocument()), ["0: Send…", "0: Complete sending", "0: Cancel"]);
    await editor.run("grpcline.completeSend", document.uri, 2);
    await ended;
    assert.deepEqual(lenses(document), ["2: ▶ Run", "2: Run all", "6: ▶ Run"]);
    assert.deepEqual(lenses(editor.resultDocument()), []);
  }));

test("completion offers services, methods, fields and values", () =>
  withEditor(async () => {
    const services = await completed("demo:///\n");
    assert(services.includes("grpcline.demo.Demo → grpcline.demo.Demo/"), String(services));
    const methods = await completed("demo:///\ngrpcline.demo.Demo/");
    assert.deepEqual(methods.slice(0, 2), ["SayHello → SayHello", "Countdown → Countdown"]);
    const head = "demo:///\ngrpcline.demo.Demo/SayHello\n";
    assert.deepEqual(await completed(`${head}{`), ['name → "name": ', 'language → "language": ']);
    assert.deepEqual(await completed(`${head}{"name": "Ada", "la`), ['language → language": ']);
    assert.equal((await completed(`${head}{"la|"}`))[1], 'language → language": ');
    assert.equal((await completed(`${head}{"la|": 1}`))[1], "language → language");
    assert.deepEqual(await completed(`${head}{"language": "`), ['ENGLISH → ENGLISH"', 'RUSSIAN → RUSSIAN"']);
    assert((await completed("# @t")).includes("timeout → timeout"));
    assert.deepEqual(await completed("loc"), []);
  }));

test("completion tells in the log why there is nothing", () =>
  withEditor(async () => {
    assert.deepEqual(await completed("passthrough:///127.0.0.1:1\n"), []);
    assert.match(host.log[0]!, /cannot connect/);
  }));

test("a template has every field", () =>
  withEditor(async (editor) => {
    const document = host.open("/tmp/template.grpc", "demo:///\ngrpcline.demo.Demo/SayHello\n");
    await editor.run("grpcline.template");
    const body = '{\n  "name": "text",\n  "language": "ENGLISH"\n}';
    assert.equal(document.text, `demo:///\ngrpcline.demo.Demo/SayHello\n\n${body}\n`);
  }));

test("problems of a file are shown while it is edited, and keep it from running", () =>
  withEditor(async (editor) => {
    const document = host.open("/tmp/problems.grpc", "# @prto ./x.proto\n{{hst}}\na.B/C");
    const first = '1: there is no directive "prto"; did you mean "proto"?';
    assert.deepEqual(shown("grpcline", document.uri), [first, '2: there is no variable "hst"']);
    await editor.run("grpcline.run");
    assert.match(host.errors[0]!, /line 1: there is no directive/);
    host.edit(document, "demo:///\na.B/C");
    assert.deepEqual(shown("grpcline", document.uri), []);
    host.close(document);
  }));

test("errors of a schema are shown in its file", () =>
  withEditor(async (editor) => {
    const text = readFileSync(join(results, "demo.grpc"), "utf8");
    const line = text.split("\n").findIndex((line) => line.startsWith("broken.A"));
    host.open(join(results, "demo.grpc"), text, line);
    await editor.run("grpcline.run");
    assert.deepEqual(shown("grpcline.schema", { toString: () => `file:${encodeURI(join(results, "broken.proto"))}` }), [
      "7: message broken.A: fields first and second both have the same tag 1",
      "12: message broken.B: fields third and fourth both have the same tag 2",
    ]);
  }));

test("a message that does not fit is shown at the line of its field", () =>
  withEditor(async (editor) => {
    const text = readFileSync(join(results, "demo.grpc"), "utf8");
    const lineOf = (part: string) => text.split("\n").findIndex((line) => line.includes(part));
    const document = host.open(join(results, "demo.grpc"), text, lineOf("nmae"));
    await editor.run("grpcline.run");
    assert.match(shown("grpcline.run", document.uri)[0]!, new RegExp(`^${lineOf("nmae") + 1}: .*did you mean "name"`));
    await editor.run("grpcline.run", document.uri, lineOf("many"));
    assert.match(shown("grpcline.run", document.uri)[0]!, new RegExp(`^${lineOf("many") + 1}: message.value`));
  }));

test("a worker that is missing is told, with what to do about it", () =>
  withEditor(async (editor) => {
    host.settings["grpcline.path"] = "/nowhere/grpcline";
    host.open("/tmp/hello.grpc", "demo:///\ngrpcline.demo.Demo/SayHello");
    host.choice = "How to install";
    await editor.run("grpcline.run");
    await editor.resultWith("cannot start the worker /nowhere/grpcline: there is no such program");
    await editor.resultWith("The setting grpcline.path says where it is.");
    assert.match(host.errors[0]!, /\/nowhere\/grpcline.*The setting grpcline\.path/);
    assert.deepEqual(host.offered, ["Set path", "How to install"]);
    await eventually(() => host.executed.some((it) => /^https:.*#install$/.test(it)), () => String(host.executed));
    host.choice = "Set path";
    host.input = process.env.GRPCLINE!;
    await editor.run("grpcline.run");
    await eventually(() => host.status.text === "$(circle-filled) grpcline", () => host.status.text);
    assert.equal(host.settings["grpcline.path"], host.input);
    await editor.run("grpcline.run");
    await editor.resultWith("Hello, world!");
  }));

test("the status bar has the worker's state", () =>
  withEditor(async (editor) => {
    host.open("/tmp/hello.grpc", "demo:///\ngrpcline.demo.Demo/SayHello");
    assert.equal(host.status.text, "$(circle-outline) grpcline");
    await editor.run("grpcline.run");
    assert.equal(host.status.text, "$(circle-filled) grpcline");
    assert.match(host.status.tooltip, /The worker runs\. Its process is \d+\./);
    await editor.run("grpcline.restart");
    assert.equal(host.status.text, "$(circle-outline) grpcline");
  }));

test("a worker that dies is told with its stderr, and started again", () =>
  withEditor(async (editor) => {
    const path = join(mkdtempSync(join(tmpdir(), "grpcline-vscode-")), "grpcline");
    // exec keeps the shell's process id, so that the test can end the worker.
    writeFileSync(path, `#!/bin/sh\necho $$ >'${path}.pid'; echo 'last words' >&2\nexec "$GRPCLINE" "$@"\n`);
    chmodSync(path, 0o700);
    host.settings["grpcline.path"] = path;
    host.open("/tmp/chat.grpc", '# @keep-open\ndemo:///\ngrpcline.demo.Demo/Chat\n{"text": "hi"}', 1);
    const ended = editor.run("grpcline.run");
    await editor.resultWith("You said: hi");
    await editor.run("grpcline.restart");
    await ended;
    await editor.resultWith("FAILED  grpcline.demo.Demo/Chat");
    assert.match(editor.result()!, /the worker was stopped/);

    const again = editor.run("grpcline.run");
    await editor.resultWith("open  grpcline.demo.Demo/Chat");
    process.kill(Number(readFileSync(`${path}.pid`, "utf8")), "SIGKILL");
    await again;
    await editor.resultWith("ended by SIGKILL: last words");
    await eventually(() => host.errors.find((text) => /The next request starts it again/.test(text)), () => String(host.errors));
  }));
