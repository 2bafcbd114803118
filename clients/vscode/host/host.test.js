/** The extension in VS Code itself, driven as a user drives it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";

import { Workbench } from "./workbench.js";

const results = new URL("../../grpc-files/results/", import.meta.url);

/** The section of a file that begins with `### title`, without that line. */
function section(name, title) {
  const sections = readFileSync(new URL(name, results), "utf8").split(/^### /m);
  return sections.find((text) => text.startsWith(`${title}\n`)).slice(title.length + 1).trim();
}

/** Runs fn with a file open in VS Code, and other files beside it. */
async function withFile(text, fn, beside = {}) {
  const workbench = await Workbench.open("talk.grpc", text, beside);
  try {
    await fn(workbench);
  } catch (err) {
    await workbench.page.screenshot({ path: "failed.png" });
    throw err;
  } finally {
    await workbench.close();
  }
}

test("a lens runs a request, and its result comes beside", () =>
  withFile(`@host = demo:///\n@demo = grpcline.demo.Demo\n\n### A failure\n${section("demo.grpc", "A failure")}\n`, async (it) => {
    await it.clickLens(0, "Run");
    assert.equal(await it.shows(1, "content-type"), section("demo.txt", "A failure"));
  }));

test("a stream is live: it is sent to, and cancelled", () =>
  withFile('# @keep-open\ndemo:///\ngrpcline.demo.Demo/Chat\n\n{"from": "Ada", "text": "hi"}\n', async (it) => {
    await it.clickLens(0, "Run");
    assert.match(await it.shows(1, "You said: hi"), /^open {2}grpcline\.demo\.Demo\/Chat/);
    await it.clickLens(1, "Send…");
    await it.answer('{"text": "typed"}');
    await it.shows(1, "You said: typed");
    await it.clickLens(1, "Cancel");
    await it.shows(1, "CANCELLED (1)");
  }));

test("fields are completed, and problems marked", () =>
  withFile("demo:///\ngrpcline.demo.Demo/SayHello\n", async (it) => {
    await it.editor(0).locator(".codelens-decoration a").first().waitFor(); // the extension runs
    await it.typeAtEnd('{"lang');
    await it.page.locator(".suggest-widget .monaco-list-row", { hasText: "language" }).waitFor();
    await it.page.keyboard.press("Enter");
    await it.page.keyboard.type('"RUSSIAN"');
    assert.match(await it.shows(0, "RUSSIAN"), /\{"language": "RUSSIAN"\}$/);
    await it.typeAtEnd("\n# @prto x");
    await it.editor(0).locator(".squiggly-error").first().waitFor();
  }));

const proto = `syntax = "proto3";
package grpcline.demo;

// A person to greet.
message HelloRequest {
  // The person's name.
  string name = 1;
}

message HelloReply {
  string greeting = 1;
}

service Demo {
  // Greets a person.
  rpc SayHello(HelloRequest) returns (HelloReply);
}
`;

test("an environment is chosen, all requests are run, an earlier result is shown", () =>
  withFile(
    `### first\n{{host}}\ngrpcline.demo.Demo/SayHello\n{"name": "{{name}}"}\n\n### second\n{{host}}\ngrpcline.demo.Demo/SayHello\n{"name": "{{first.response.greeting}}"}\n`,
    async (it) => {
      await it.editor(0).locator(".codelens-decoration a").first().waitFor();
      await it.command("gRPC: Choose environment");
      await it.choose("dev");
      await it.page.locator(".statusbar-item", { hasText: "grpcline: dev" }).waitFor();
      await it.clickLens(0, "Run all");
      assert.equal(await it.shows(1, "2 OK"), "2 OK, 0 not  talk.grpc  N ms\n\nOK  first  N ms\nOK  second  N ms");
      await it.command("gRPC: Show an earlier result");
      await it.choose("second");
      assert.match(await it.shows(1, "greeting"), /Hello, Hello, Ada!!/);
      assert.equal(await it.page.locator(".tab", { hasText: "talk.grpc-result" }).count(), 1);
    },
    { "grpcline.env.json": '{"dev": {"host": "demo:///", "name": "Ada"}, "prod": {}}' },
  ));

test("hover, definition and outline tell of the schema", () =>
  withFile(
    '# @proto ./demo.proto\n### Say hello\ndemo:///\ngrpcline.demo.Demo/SayHello\n{"name": "Ada"}\n',
    async (it) => {
      await it.editor(0).locator(".codelens-decoration a").first().waitFor();
      await it.part(0, "name").hover();
      await it.page.locator(".monaco-hover", { hasText: "The person's name." }).first().waitFor();
      await it.part(0, "SayHello").click();
      await it.page.keyboard.press("F12");
      await it.page.locator(".tab.active", { hasText: "demo.proto" }).waitFor();
      await it.page.locator(".tab", { hasText: "talk.grpc" }).click();
      await it.page.keyboard.press("Control+Shift+O");
      await it.page.locator(".quick-input-widget .monaco-list-row", { hasText: "Say hello" }).waitFor();
    },
    { "demo.proto": proto },
  ));

test("a worker that is missing is told with what to do", () =>
  withFile(
    "demo:///\ngrpcline.demo.Demo/SayHello\n",
    async (it) => {
      await it.clickLens(0, "Run");
      const told = it.page.locator(".notification-toast", { hasText: "there is no such program" });
      await told.getByText("How to install").waitFor();
      await told.getByText("Set path").click();
      const listed = it.page.locator(".quick-input-widget .monaco-list-row");
      await listed.filter({ hasText: "talk.grpc" }).waitFor(); // the dialog is at the workspace
      await it.box.fill(process.env.GRPCLINE);
      await listed.filter({ hasText: basename(process.env.GRPCLINE) }).first().waitFor();
      await it.box.press("Enter");
      await it.page.locator(".statusbar-item:has(.codicon-circle-filled)", { hasText: "grpcline" }).waitFor();
      await it.clickLens(0, "Run");
      await it.shows(1, "Hello, world!");
    },
    { ".vscode/settings.json": '{"grpcline.path": "/nowhere/grpcline"}' },
  ));
