import { setTimeout as wait } from "node:timers/promises";

import type * as vscode from "vscode";

import { activate } from "../src/extension";
import { host, window } from "./fake/vscode";
import type { TextDocument } from "./fake/textdocument";

/** The editor with the extension in it, as a test sees it. */
export interface Editor {
  run(command: string, ...args: unknown[]): Promise<void>;
  /** The result on show, the time masked; undefined where there is none. */
  result(): string | undefined;
  resultDocument(): TextDocument;
  /** Waits until the result contains text, and returns it. */
  resultWith(text: string): Promise<string>;
}

/** Waits until fn returns something other than undefined or false. */
export async function eventually<Result>(fn: () => Result | undefined | false, about: () => string): Promise<Result> {
  for (const end = Date.now() + 20_000; Date.now() < end; await wait(5)) {
    const value = fn();
    if (value !== undefined && value !== false) return value;
  }
  throw new Error(`still not: ${about()}`);
}

const editor: Editor = {
  async run(command, ...args) {
    await host.commands.get(command)!(...args);
  },
  result() {
    return window.visibleTextEditors[0]?.document.text.replace(/\d+ ms/g, "N ms").trimEnd();
  },
  resultDocument() {
    return window.visibleTextEditors[0]!.document;
  },
  resultWith(text) {
    return eventually(
      () => (editor.result()?.includes(text) ? editor.result() : undefined),
      () => `${text} in:\n${editor.result()}\n${host.errors.join("\n")}`,
    );
  },
};

/** Runs fn in an editor with the extension, which is then deactivated. */
export async function withEditor(fn: (editor: Editor) => Promise<void>): Promise<void> {
  Object.assign(host, {
    documents: new Map(), lensProviders: [], completionProviders: [], hoverProviders: [], definitionProviders: [],
    symbolProviders: [], errors: [], warnings: [], log: [], settings: {}, input: undefined, choice: undefined, offered: [],
    clipboard: "", executed: [],
  });
  window.visibleTextEditors = [];
  const subscriptions: { dispose(): void }[] = [];
  const kept = new Map<string, unknown>();
  const workspaceState = {
    get: (key: string) => kept.get(key),
    update: (key: string, value: unknown) => Promise.resolve(void kept.set(key, value)),
  };
  activate({ subscriptions, workspaceState, extensionPath: __dirname } as unknown as vscode.ExtensionContext);
  try {
    await fn(editor);
  } finally {
    for (const it of subscriptions.reverse()) it.dispose();
  }
}
