import * as vscode from "vscode";

import { titleOf } from "../file/parse";
import type { Run } from "../run/run";
import { parseDocument } from "./documents";
import type { Results } from "./results";

/** The lenses of what runs. */
function runningLenses(run: Run | undefined, range: vscode.Range, target: unknown[]): vscode.CodeLens[] {
  if (!run?.isRunning) return [];
  const lens = (title: string, command: string) => new vscode.CodeLens(range, { title, command, arguments: target });
  return [
    ...(run.canSend ? [lens("Send…", "grpcline.send"), lens("Complete sending", "grpcline.completeSend")] : []),
    lens("Cancel", "grpcline.cancel"),
  ];
}

/** "Run" above each request, and what can be done with the one that runs. */
export class RequestLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changes.event;

  constructor(private readonly results: Results) {}

  /** Asks the editor for the lenses anew. */
  refresh(): void {
    this.changes.fire();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const file = parseDocument(document);
    return file.requests.flatMap((request) => {
      const line = request.addressLine - 1;
      const range = new vscode.Range(line, 0, line, 0);
      const target = [document.uri, line];
      const run = this.results.runOf(this.results.uriOf(document.uri, titleOf(file, request)));
      return [
        new vscode.CodeLens(range, { title: "▶ Run", command: "grpcline.run", arguments: target }),
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
    return runningLenses(this.results.runOf(document.uri), new vscode.Range(0, 0, 0, 0), [document.uri]);
  }
}
