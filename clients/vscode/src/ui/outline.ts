import * as vscode from "vscode";

import { titleOf } from "../file/parse";
import type { Files } from "./files";

/** The requests of a file, and above them its variables, as the editor's outline. */
export class Outline implements vscode.DocumentSymbolProvider {
  constructor(private readonly files: Files) {}

  provideDocumentSymbols(document: vscode.TextDocument): vscode.DocumentSymbol[] {
    const file = this.files.read(document);
    const range = (first: number, last: number) =>
      new vscode.Range(first - 1, 0, last - 1, document.lineAt(last - 1).text.length);
    const symbol = (name: string, detail: string, kind: vscode.SymbolKind, first: number, last: number) =>
      new vscode.DocumentSymbol(name || "request", detail, kind, range(first, last), range(first, first));
    return [
      ...file.definitions.map(({ name, value, line }) => symbol(`@${name}`, value, vscode.SymbolKind.Variable, line, line)),
      ...file.requests.map((request) => {
        const detail = request.name === "" ? "" : (request.method ?? "");
        return symbol(titleOf(file, request), detail, vscode.SymbolKind.Method, request.first, request.last);
      }),
    ];
  }
}
