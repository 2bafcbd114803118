import { existsSync } from "node:fs";

import { RequestError } from "grpcline-client";
import * as vscode from "vscode";

import { schemaPath } from "../file/params";
import { locate } from "../json/locate";
import type { Run } from "../run/run";
import { type Files, language } from "./files";

function entry(line: number, column: number, message: string): vscode.Diagnostic {
  // To the line's end: the editor cuts the range there.
  const range = new vscode.Range(line - 1, column - 1, line - 1, Number.MAX_SAFE_INTEGER);
  const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
  diagnostic.source = "grpcline";
  return diagnostic;
}

/** Problems of .grpc files, of the environments and schemas they have, and of what the last run refused. */
export class Diagnostics implements vscode.Disposable {
  private readonly files = vscode.languages.createDiagnosticCollection("grpcline");
  private readonly runs = vscode.languages.createDiagnosticCollection("grpcline.run");
  private readonly schemas = vscode.languages.createDiagnosticCollection("grpcline.schema");
  private readonly environments = vscode.languages.createDiagnosticCollection("grpcline.environment");

  constructor(private readonly reader: Files) {}

  /** Shows the problems of a .grpc document, and of the environment files that it has. */
  file(document: vscode.TextDocument): void {
    if (document.languageId !== language) return;
    const { problems, environment } = this.reader.read(document);
    this.files.set(
      document.uri,
      problems.map(({ line, message }) => entry(line, 1, message)),
    );
    for (const path of environment.files) {
      const own = environment.problems.filter(({ file }) => file === path);
      this.environments.set(
        vscode.Uri.file(path),
        own.map(({ line, message }) => entry(line, 1, message)),
      );
    }
  }

  forget(document: vscode.TextDocument): void {
    this.files.delete(document.uri);
    this.runs.delete(document.uri);
  }

  /**
   * Shows what a run's error says about its file and the schemas; a run that went
   * well clears what the last one said.
   */
  run(uri: vscode.Uri, run: Run): void {
    this.schemas.clear();
    this.runs.delete(uri);
    const { err, index } = run.failure ?? { err: undefined, index: 0 };
    if (!(err instanceof RequestError)) return;
    const { diagnostics, path } = err.data;
    const message = run.request.messages[index];
    if (diagnostics) {
      this.showSchemas(run, diagnostics);
    } else if (path !== undefined && message) {
      this.runs.set(uri, [entry(message.line + locate(message.text, path) - 1, 1, err.message)]);
    }
  }

  dispose(): void {
    for (const collection of [this.files, this.runs, this.schemas, this.environments]) collection.dispose();
  }

  private showSchemas(run: Run, diagnostics: NonNullable<RequestError["data"]["diagnostics"]>): void {
    const byPath = new Map<string, vscode.Diagnostic[]>();
    for (const { file, line, column, message } of diagnostics) {
      const path = schemaPath(run.request, file, existsSync);
      if (path !== undefined) byPath.set(path, [...(byPath.get(path) ?? []), entry(line, column, message)]);
    }
    for (const [path, entries] of byPath) this.schemas.set(vscode.Uri.file(path), entries);
  }
}
