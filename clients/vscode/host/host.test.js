/** The extension in VS Code itself, driven as a user drives it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Workbench } from "./workbench.js";

const results = new URL("../../grpc-files/results/", import.meta.url);

/** The section of a file that begins with `### title`, without that line. */
function section(name, title) {
  const sections = readFileSync(new URL(name, results), "utf8").split(/^### /m);
  return sections.find((text) => text.startsWith(`${title}\n`)).slice(title.length + 1).trim();
}

/** Runs fn with a file open in VS Code. */
async function withFile(text, fn) {
  const workbench = await Workbench.open("talk.grpc", text);
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
