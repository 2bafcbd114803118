/** VS Code's server with the extension in it, and its workbench in a headless browser. */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const server = join(here, "node_modules/code-server/lib/vscode/out/server-main.js");
const browserPath = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);

/** How long the workbench may take to show something, in milliseconds. */
const patience = 60_000;

/** Puts what a package of the extension has into a folder of extensions. */
function installExtension(extensions) {
  const extension = join(here, "..");
  const { publisher, name, version } = JSON.parse(readFileSync(join(extension, "package.json"), "utf8"));
  const target = join(extensions, `${publisher}.${name}-${version}`);
  mkdirSync(join(target, "dist"), { recursive: true });
  for (const part of ["package.json", "language-configuration.json", "syntaxes", "images", "dist/extension.js"]) {
    cpSync(join(extension, part), join(target, part), { recursive: true });
  }
}

/** Starts the server; resolves with its process and port. */
async function startServer(folder) {
  const flags = [
    "--host", "127.0.0.1", "--port", "0", "--without-connection-token", "--accept-server-license-terms",
    "--server-data-dir", join(folder, "data"), "--extensions-dir", join(folder, "extensions"),
    "--telemetry-level", "off",
  ];
  const child = spawn(process.execPath, [server, ...flags], { stdio: ["ignore", "pipe", "ignore"] });
  child.stdout.setEncoding("utf8");
  let said = "";
  for await (const text of child.stdout.iterator({ destroyOnReturn: false })) {
    said += text;
    const port = /listening on (\d+)/.exec(said)?.[1];
    if (port) {
      child.stdout.resume();
      return { child, port };
    }
  }
  throw new Error(`VS Code's server ended: ${said}`);
}

export class Workbench {
  /**
   * Opens a file in a workbench of its own.
   * @param {string} name of the file
   * @param {string} text
   * @param {Record<string, string>} beside other files of the workspace, by path
   */
  static async open(name, text, beside = {}) {
    const folder = mkdtempSync(join(tmpdir(), "grpcline-host-"));
    installExtension(join(folder, "extensions"));
    mkdirSync(join(folder, "workspace"));
    for (const [path, content] of Object.entries({ ...beside, [name]: text })) {
      mkdirSync(dirname(join(folder, "workspace", path)), { recursive: true });
      writeFileSync(join(folder, "workspace", path), content);
    }
    const { child, port } = await startServer(folder);
    const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
    const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
    page.setDefaultTimeout(patience);
    const workbench = Object.assign(new Workbench(), { folder, child, browser, page });
    await page.goto(`http://127.0.0.1:${port}/?folder=${join(folder, "workspace")}`);
    await page.getByText("Yes, I trust the authors").click();
    await page.getByText(name).first().dblclick();
    return workbench;
  }

  async close() {
    await this.browser.close();
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill();
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** An editor by its place from the left: 0 is the file, 1 its result. */
  editor(place) {
    return this.page.locator(".editor-group-container").nth(place);
  }

  /** Clicks the nth lens of a title. */
  async clickLens(place, title, nth = 0) {
    await this.editor(place).locator(".codelens-decoration a", { hasText: title }).nth(nth).click();
  }

  /** The box that asks for something. */
  get box() {
    return this.page.locator(".quick-input-widget input.input:visible");
  }

  /** Answers the box that asks for something. */
  async answer(text) {
    await this.box.fill(text);
    await this.box.press("Enter");
  }

  /** Waits until an editor shows text, and returns all that it shows; times are N ms. */
  async shows(place, text) {
    const editor = this.editor(place);
    await editor.locator(".view-line", { hasText: text }).first().waitFor();
    const lines = await editor.locator(".view-line").evaluateAll((all) =>
      all
        .map((line) => ({ top: parseFloat(line.style.top), text: line.textContent.replaceAll("\u00a0", " ") }))
        .sort((a, b) => a.top - b.top)
        .map((line) => line.text),
    );
    return lines.join("\n").replace(/\d+ ms/g, "N ms").trimEnd();
  }

  /** Runs a command by its title, as from the command palette. */
  async command(title) {
    await this.page.keyboard.press("F1");
    await this.answer(`>${title}`);
  }

  /** Chooses a line of the list that is open. */
  async choose(text) {
    await this.page.locator(".quick-input-widget .monaco-list-row", { hasText: text }).first().click();
  }

  /** The place of a part of an editor's text. */
  part(place, text) {
    return this.editor(place).locator(".view-line span", { hasText: text }).last();
  }

  /** Puts the cursor at the end of the file and types. */
  async typeAtEnd(text) {
    await this.editor(0).locator(".view-line").first().click();
    await this.page.keyboard.press("Control+End");
    await this.page.keyboard.type(text);
  }
}
