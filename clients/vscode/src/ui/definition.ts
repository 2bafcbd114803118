import { existsSync } from "node:fs";

import * as vscode from "vscode";

import { fieldAt, type Schema } from "../complete/schema";
import type { Servers } from "../complete/server";
import { type Symbol, symbolAt } from "../complete/symbol";
import type { Request } from "../file/block";
import { schemaPath } from "../file/params";
import { requestAt } from "../file/parse";
import { findDeclaration } from "../proto/find";
import type { Files, ReadFile } from "./files";

/** The scheme of the documents that show a server's schema. */
export const protoScheme = "grpcline-proto";

/** Names of declarations to look for, the best one first: what they are in, and their own. */
type Wanted = [scope: string, name: string][];

/** Splits a full name at its last dot. */
function split(name: string): [string, string] {
  const dot = name.lastIndexOf(".");
  return [name.slice(0, Math.max(dot, 0)), name.slice(dot + 1)];
}

/** Goes to the declarations of methods, fields and enum values, and of variables and requests. */
export class Definitions implements vscode.DefinitionProvider, vscode.TextDocumentContentProvider {
  /** Sources as a worker exported them, by document. */
  private readonly sources = new Map<string, string>();

  /** @param onProblem told why there is nothing to go to */
  constructor(
    private readonly files: Files,
    private readonly servers: Servers,
    private readonly onProblem: (message: string) => void,
  ) {}

  async provideDefinition(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Location | undefined> {
    const file = this.files.read(document);
    const symbol = symbolAt(file, document.getText().split(/\r?\n/), position.line, position.character);
    if (symbol?.kind === "reference") return inFile(document, file, symbol.name);
    const request = requestAt(file, position.line + 1);
    if (!symbol || request?.method === undefined) return undefined;
    try {
      return await this.locate(request, request.method, symbol);
    } catch (err) {
      this.onProblem((err as Error).message);
      return undefined;
    }
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.sources.get(uri.toString()) ?? "";
  }

  private async locate(request: Request, method: string, symbol: Symbol): Promise<vscode.Location | undefined> {
    const [service = "", name = ""] = method.split("/");
    const wanted = await this.wanted(request, symbol, service, name);
    const files = await this.servers.proto(request, service);
    for (const [scope, own] of wanted) {
      for (const [path, source] of Object.entries(files)) {
        if (findDeclaration(source, scope, own)) return this.location(request, path, source, scope, own);
      }
    }
    return undefined;
  }

  private async wanted(request: Request, symbol: Symbol, service: string, method: string): Promise<Wanted> {
    if (symbol.kind === "service") return [split(service)];
    if (symbol.kind === "method") return [[service, method]];
    if (symbol.kind === "reference") return [];
    const { requestSchema } = await this.servers.method(request, `${service}/${method}`);
    const field = fieldAt(requestSchema as Schema, symbol.path, symbol.name);
    const [, type = "", name] = /^(?:.*?[ ,])??([\w.]+)>? (\w+) = \d+/.exec(field?.declaration ?? "") ?? [];
    if (!field || name === undefined) return [];
    const own: Wanted = [[field.message, name]];
    return symbol.kind === "value" ? [[type, symbol.value], ...own] : own;
  }

  /** The place in the file that the request names, else in a document of what the worker exported. */
  private async location(request: Request, path: string, source: string, scope: string, name: string): Promise<vscode.Location | undefined> {
    const onDisk = schemaPath(request, path, existsSync);
    if (onDisk !== undefined) {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.file(onDisk));
      const found = findDeclaration(document.getText(), scope, name);
      if (found) return new vscode.Location(document.uri, new vscode.Position(found.line, found.column));
    }
    const address = (request.address ?? "").replace(/[^\w.-]+/g, "_");
    const uri = vscode.Uri.from({ scheme: protoScheme, path: `/${address}/${path}` });
    this.sources.set(uri.toString(), source);
    const { line, column } = findDeclaration(source, scope, name)!;
    return new vscode.Location(uri, new vscode.Position(line, column));
  }
}

/** Where a file defines a variable, or has the request that is meant. */
function inFile(document: vscode.TextDocument, file: ReadFile, name: string): vscode.Location | undefined {
  const line = file.definitions.find((it) => it.name === name)?.line ?? file.requests.find(({ id }) => id === name)?.first;
  return line === undefined ? undefined : new vscode.Location(document.uri, new vscode.Position(line - 1, 0));
}
