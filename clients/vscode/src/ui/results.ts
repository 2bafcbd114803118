import * as vscode from "vscode";

import { render } from "../run/render";
import type { Run } from "../run/run";

/** The scheme of the documents that show results. */
export const scheme = "grpcline";

/** How often a document that shows a stream is drawn again, in milliseconds. */
const drawEveryMs = 50;

/** The documents that show results: one a request, beside its file. */
export class Results implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly runs = new Map<string, Run>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changes.event;

  /** The document of a request; its extension gives it its language. */
  uriOf(file: vscode.Uri, title: string): vscode.Uri {
    return vscode.Uri.from({ scheme, path: `${file.path}/${title.replaceAll("/", ".")}.grpc-result` });
  }

  /** The last run of a document. */
  runOf(uri: vscode.Uri): Run | undefined {
    return this.runs.get(uri.toString());
  }

  /** Shows a run in its document; what ran there before is cancelled. */
  async show(uri: vscode.Uri, run: Run): Promise<void> {
    this.runOf(uri)?.cancel();
    this.runs.set(uri.toString(), run);
    this.changes.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    this.changes.fire(uri); // what changed while it was opened went unheard
    const shown = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.scheme === scheme);
    const viewColumn = shown?.viewColumn ?? vscode.ViewColumn.Beside;
    await vscode.window.showTextDocument(document, { viewColumn, preserveFocus: true, preview: false });
  }

  /** Draws a run soon, if its document still shows it. */
  draw(uri: vscode.Uri, run: Run): void {
    const key = uri.toString();
    if (this.runs.get(key) !== run || this.timers.has(key)) return;
    const timer = setTimeout(() => {
      this.timers.delete(key);
      this.changes.fire(uri);
    }, drawEveryMs);
    this.timers.set(key, timer);
  }

  /** Forgets a document that was closed; its run is cancelled. */
  close(uri: vscode.Uri): void {
    this.runOf(uri)?.cancel();
    this.runs.delete(uri.toString());
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const run = this.runOf(uri);
    return run ? render(run.result) : "";
  }

  dispose(): void {
    for (const run of this.runs.values()) run.cancel();
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.changes.dispose();
  }
}
