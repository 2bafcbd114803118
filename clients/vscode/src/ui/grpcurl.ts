import * as vscode from "vscode";

import { fromGrpcurl } from "../grpcurl/from";
import { toGrpcurl } from "../grpcurl/to";
import type { Files } from "./files";
import { type Place, runnableAt } from "./place";

/** Copies the request at a place as a command, and tells what grpcurl has nothing for. */
export async function copyGrpcurl(files: Files, { document, line }: Place): Promise<void> {
  const { request } = runnableAt(files.read(document), line);
  const { command, lost } = toGrpcurl(request);
  await vscode.env.clipboard.writeText(command);
  if (lost.length > 0) {
    const names = lost.map((name) => `# @${name}`).join(", ");
    void vscode.window.showWarningMessage(`Copied, without what grpcurl does not have: ${names}`);
  }
}

/** Where a request that is inserted begins: above the separator after the place, or at the end. */
function below({ document, line }: Place): { at: number; isLast: boolean } {
  for (let at = line + 1; at < document.lineCount; at++) {
    if (document.lineAt(at).text.startsWith("###")) return { at, isLast: false };
  }
  return { at: document.lineCount, isLast: true };
}

/** Inserts the command in the clipboard as a request below that of a place. */
export async function pasteGrpcurl(place: Place): Promise<void> {
  const { text, lost } = fromGrpcurl(await vscode.env.clipboard.readText());
  const { document } = place;
  const { at, isLast } = below(place);
  const position = isLast ? document.lineAt(document.lineCount - 1).range.end : new vscode.Position(at, 0);
  const before = isLast && document.getText() !== "" ? (document.getText().endsWith("\n") ? "\n" : "\n\n") : "";
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, position, `${before}${text}\n${isLast ? "" : "\n"}`);
  await vscode.workspace.applyEdit(edit);
  if (lost.length > 0) {
    const names = lost.map((name) => `-${name}`).join(", ");
    void vscode.window.showWarningMessage(`Pasted, without what a .grpc file does not have: ${names}`);
  }
}
