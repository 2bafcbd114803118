import * as vscode from "vscode";

/** The document of a path, where the editor has it open. */
export function openPath(path: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === "file" && uri.fsPath === path);
}
