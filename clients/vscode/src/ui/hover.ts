import * as vscode from "vscode";

import { fieldAt, type Schema } from "../complete/schema";
import type { Servers } from "../complete/server";
import { symbolAt } from "../complete/symbol";
import { requestAt } from "../file/parse";
import type { Files, ReadFile } from "./files";

/** A declaration as proto source, and what its comment says. */
function declared(declaration: string, more: string[]): vscode.Hover {
  const text = new vscode.MarkdownString();
  text.appendCodeblock(declaration, "proto");
  for (const paragraph of more.filter(Boolean)) text.appendMarkdown(`${paragraph}\n\n`);
  return new vscode.Hover(text);
}

/** Text in which nothing is markup. */
function plain(text: string): string {
  return new vscode.MarkdownString().appendText(text).value;
}

/** Where a reference has its value from. */
function variable(file: ReadFile, name: string, chosen: string | undefined): vscode.Hover | undefined {
  const ofEnvironment = file.environment.values.get(name);
  const ofFile = file.definitions.find((it) => it.name === name);
  const value = ofEnvironment ?? ofFile?.value;
  const request = file.requests.find(({ id }) => id === name);
  if (value === undefined) return request && declared(`### ${request.name}`, ["Its last answer."]);
  const source = ofEnvironment === undefined ? `Line ${ofFile!.line}.` : `The environment ${chosen ?? "$shared"}.`;
  return declared(`@${name} = ${value}`, [source]);
}

/** Tells of methods, fields and variables what they are: the declaration, its type, its comment. */
export class Hovers implements vscode.HoverProvider {
  /** @param onProblem told why there is nothing to tell */
  constructor(
    private readonly files: Files,
    private readonly servers: Servers,
    private readonly onProblem: (message: string) => void,
  ) {}

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const file = this.files.read(document);
    const symbol = symbolAt(file, document.getText().split(/\r?\n/), position.line, position.character);
    if (symbol?.kind === "reference") return variable(file, symbol.name, this.files.chosen);
    const request = requestAt(file, position.line + 1);
    if (!symbol || request?.method === undefined) return undefined;
    try {
      const method = await this.servers.method(request, request.method);
      const old = (it: { deprecated: boolean }) => (it.deprecated ? "**Deprecated.**" : "");
      if (symbol.kind === "service" || symbol.kind === "method") {
        const [takes, gives] = [method.clientStreaming, method.serverStreaming].map((it) => (it ? "stream " : ""));
        const rpc = `rpc ${method.name}(${takes}${method.requestType}) returns (${gives}${method.responseType});`;
        return declared(`// ${method.service}\n${rpc}`, [plain(method.comment), old(method)]);
      }
      const field = fieldAt(method.requestSchema as Schema, symbol.path, symbol.name);
      if (!field) return undefined;
      const of = field.message === "" ? "" : `// ${field.message}\n`;
      return declared(`${of}${field.declaration};`, [plain(field.doc), old(field)]);
    } catch (err) {
      this.onProblem((err as Error).message);
      return undefined;
    }
  }
}
