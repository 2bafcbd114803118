import * as vscode from "vscode";

import { type GrpcFile, parse } from "../file/parse";
import { folderOf } from "../file/paths";

/** The language of .grpc files. */
export const language = "grpc";

/** Reads a document as a .grpc file. */
export function parseDocument(document: vscode.TextDocument): GrpcFile {
  return parse(document.getText(), {
    folder: folderOf(document.uri.fsPath),
    env: (name) => process.env[name],
  });
}
