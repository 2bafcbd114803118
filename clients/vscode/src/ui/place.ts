import * as vscode from "vscode";

import type { Request } from "../file/block";
import { blocking, requestAt, titleOf } from "../file/parse";
import type { Runnable } from "../run/run";
import type { ReadFile } from "./files";

/** A place that a command is about. */
export interface Place {
  document: vscode.TextDocument;
  /** From 0. */
  line: number;
}

/** The place of a URI and a line, which a lens gives; without them the cursor. */
export async function placeOf(uri?: vscode.Uri, line?: number): Promise<Place> {
  const editor = vscode.window.activeTextEditor;
  if (!uri && !editor) throw new Error("there is no request here");
  const document = uri ? await vscode.workspace.openTextDocument(uri) : editor!.document;
  return { document, line: line ?? (editor?.document === document ? editor.selection.active.line : 0) };
}

/**
 * The request at a line (from 0), if it can be run.
 * @throws Error that says why it cannot
 */
export function runnableAt(file: ReadFile, line: number): { request: Runnable; title: string } {
  const request = requestAt(file, line + 1);
  if (!request) throw new Error("there is no request here");
  return { request: runnable(file, request), title: titleOf(file, request) };
}

/**
 * A request that can be run.
 * @throws Error that says why it cannot
 */
export function runnable(file: ReadFile, request: Request): Runnable {
  const [broken] = file.environment.problems;
  if (broken) throw new Error(`${broken.file.replace(/^.*[/\\]/, "")}:${broken.line}: ${broken.message}`);
  const [stop] = [...blocking(file, request), ...request.needs];
  if (stop) throw new Error(`line ${stop.line}: ${stop.message}`);
  if (request.address === undefined || request.method === undefined) throw new Error("the request is not complete");
  return request as Runnable;
}
