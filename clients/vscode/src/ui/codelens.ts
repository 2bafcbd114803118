import * as vscode from "vscode";

import { titleOf } from "../file/parse";
import { Run } from "../run/run";
import type { Files } from "./files";
import type { Results, Shown } from "./results";

/** The lenses of what runs. */
function runningLenses(shown: Shown | undefined, range: vscode.Range, target: unknown[]): vscode.CodeLens[] {
  if (!shown?.isRunning) return [];
  const lens = (title: string, command: string) => new vscode.CodeLens(range, { title, command, arguments: target });
  const canSend = shown instanceof Run && shown.canSend;
  return [
    ...(canSend ? [lens("Send…", "grpcline.send"), lens("Complete sending", "grpcline.completeSend")] : []),
    lens("Cancel", "grpcline.cancel"),
  ];
}

/** "Run" above each request, and what can be done with the one that runs. */
export class RequestLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changes.event;

  constructor(
    private readonly files: Files,
    private readonly results: Results,
  ) {}

  /** Asks the editor for the lenses anew. */
  refresh(): void {
    this.changes.fire();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const file = this.files.read(document);
    return file.requests.flatMap((request, place) => {
      const line = request.addressLine - 1;
      const range = new vscode.Range(line, 0, line, 0);
      const target = [document.uri, line];
      const lens = (title: string, command: string) =>
        new vscode.CodeLens(range, { title, command: `grpcline.${command}`, arguments: target });
      const run = this.results.runOf(document.uri, titleOf(file, request));
      const isHidden = run?.isRunning && this.results.shownAt(this.results.uriOf(document.uri)) !== run;
      return [
        lens("▶ Run", "run"),
        ...(place === 0 && file.requests.length > 1 ? [lens("Run all", "runAll")] : []),
        ...(isHidden ? [lens("Show", "show")] : []),
        ...runningLenses(run, range, target),
      ];
    });
  }

  dispose(): void {
    this.changes.dispose();
  }
}

/** What can be done with a result that is not at its end. */
export class ResultLenses implements vscode.CodeLensProvider {
  readonly onDidChangeCodeLenses: vscode.Event<void>;

  constructor(
    private readonly results: Results,
    requests: RequestLenses,
  ) {
    this.onDidChangeCodeLenses = requests.onDidChangeCodeLenses;
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    return runningLenses(this.results.shownAt(document.uri), new vscode.Range(0, 0, 0, 0), [document.uri]);
  }
}
