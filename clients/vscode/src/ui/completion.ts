import * as vscode from "vscode";

import { contextAt } from "../complete/context";
import { type Item, itemsFor } from "../complete/items";
import type { Servers } from "../complete/server";
import { requestAt } from "../file/parse";
import type { Files } from "./files";

const kinds: Record<Item["kind"], vscode.CompletionItemKind> = {
  directive: vscode.CompletionItemKind.Keyword,
  reference: vscode.CompletionItemKind.Variable,
  service: vscode.CompletionItemKind.Interface,
  method: vscode.CompletionItemKind.Method,
  field: vscode.CompletionItemKind.Field,
  value: vscode.CompletionItemKind.EnumMember,
};

/** Makes the editor's item; `start` is where the prefix begins. */
function toCompletion(item: Item, start: vscode.Position, end: vscode.Position, place: number): vscode.CompletionItem {
  const completion = new vscode.CompletionItem(item.label, kinds[item.kind]);
  completion.insertText = item.insert;
  completion.detail = item.detail;
  completion.range = new vscode.Range(start, end.translate(0, item.replacesAfter));
  completion.filterText = item.label;
  completion.sortText = String(place).padStart(4, "0"); // the order of the proto file
  if (item.doc) completion.documentation = item.doc;
  if (item.deprecated) completion.tags = [vscode.CompletionItemTag.Deprecated];
  return completion;
}

/** Completes services, methods, fields and values from the request's server. */
export class Completion implements vscode.CompletionItemProvider {
  /** @param onProblem told why there is nothing to offer */
  constructor(
    private readonly files: Files,
    private readonly servers: Servers,
    private readonly onProblem: (message: string) => void,
  ) {}

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CompletionItem[]> {
    const before = document.getText(new vscode.Range(new vscode.Position(0, 0), position)).split(/\r?\n/);
    const context = contextAt(before);
    if (!context) return [];
    const file = this.files.read(document);
    const request = requestAt(file, position.line + 1);
    const after = document.lineAt(position.line).text.slice(position.character);
    const start = position.translate(0, -context.prefix.length);
    try {
      const items = await itemsFor(this.servers, file.names, request, context, after);
      return items.map((item, place) => toCompletion(item, start, position, place));
    } catch (err) {
      this.onProblem((err as Error).message);
      return [];
    }
  }
}
