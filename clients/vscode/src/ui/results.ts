import * as vscode from "vscode";

import type { Run } from "../run/run";

/** The scheme of the documents that show results. */
export const scheme = "grpcline";

/** How often a document that shows a stream is drawn again, in milliseconds. */
const drawEveryMs = 50;

/** What a document can show: a run, or all of a file's. */
export interface Shown {
  readonly text: string;
  readonly isRunning: boolean;
  cancel(): void;
}

/** The documents that show results, one a file, and the runs of the files' requests. */
export class Results implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly shown = new Map<string, Shown>();
  /** The last run of each request, by document and title. */
  private readonly runs = new Map<string, Map<string, Run>>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changes.event;

  /** The document of a file; its extension gives it its language. */
  uriOf(file: vscode.Uri): vscode.Uri {
    const extension = file.path.endsWith(".grpc") ? "-result" : ".grpc-result";
    return vscode.Uri.from({ scheme, path: file.path + extension });
  }

  /** What a document shows. */
  shownAt(uri: vscode.Uri): Shown | undefined {
    return this.shown.get(uri.toString());
  }

  /** The last run of a request of a file. */
  runOf(file: vscode.Uri, title: string): Run | undefined {
    return this.runs.get(this.uriOf(file).toString())?.get(title);
  }

  /** Keeps the run of a request; one of it that still runs is cancelled. */
  begin(file: vscode.Uri, title: string, run: Run): void {
    const key = this.uriOf(file).toString();
    this.runOf(file, title)?.cancel();
    this.runs.set(key, (this.runs.get(key) ?? new Map<string, Run>()).set(title, run));
  }

  /** Shows something in the document of a file; what was shown there goes on. */
  async show(file: vscode.Uri, shown: Shown): Promise<void> {
    const uri = this.uriOf(file);
    this.shown.set(uri.toString(), shown);
    this.changes.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    this.changes.fire(uri); // what changed while it was opened went unheard
    const beside = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.scheme === scheme);
    const viewColumn = beside?.viewColumn ?? vscode.ViewColumn.Beside;
    await vscode.window.showTextDocument(document, { viewColumn, preserveFocus: true, preview: false });
  }

  /** Draws something soon, if the document of its file still shows it. */
  draw(file: vscode.Uri, shown: Shown): void {
    const uri = this.uriOf(file);
    const key = uri.toString();
    if (this.shown.get(key) !== shown || this.timers.has(key)) return;
    const timer = setTimeout(() => {
      this.timers.delete(key);
      this.changes.fire(uri);
    }, drawEveryMs);
    this.timers.set(key, timer);
  }

  /** Forgets a document that was closed; what runs of its file is cancelled. */
  close(uri: vscode.Uri): void {
    const key = uri.toString();
    this.shown.get(key)?.cancel();
    for (const run of this.runs.get(key)?.values() ?? []) run.cancel();
    this.shown.delete(key);
    this.runs.delete(key);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.shownAt(uri)?.text ?? "";
  }

  dispose(): void {
    for (const runs of this.runs.values()) for (const run of runs.values()) run.cancel();
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.changes.dispose();
  }
}
