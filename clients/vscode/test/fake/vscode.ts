/**
 * Stands for the editor: the part of the vscode API that the extension uses, kept
 * in memory. `host` is what a test sees of it.
 */
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

import { EventEmitter } from "./events";
import { Position, Range, Uri } from "./places";
import { TextDocument } from "./textdocument";

export { EventEmitter } from "./events";
export { Position, Range, Uri } from "./places";

interface ContentProvider {
  provideTextDocumentContent(uri: Uri): string;
  onDidChange?: (listener: (uri: Uri) => void) => Disposable;
}

interface Disposable {
  dispose(): void;
}

interface Editor {
  document: TextDocument;
  viewColumn: number;
  selection: { active: Position };
}

const nothing: Disposable = { dispose: () => {} };
const opened = new EventEmitter<TextDocument>();
const changed = new EventEmitter<{ document: TextDocument }>();
const closed = new EventEmitter<TextDocument>();

/** What happened in the editor, and what the user answers. */
export const host = {
  documents: new Map<string, TextDocument>(),
  commands: new Map<string, (...args: unknown[]) => unknown>(),
  /** What the user chooses of a list, or of a message's buttons: the part of its text. */
  choice: undefined as string | undefined,
  /** The labels of the last list. */
  offered: [] as string[],
  warnings: [] as string[],
  clipboard: "",
  /** Commands of the editor that were run, and addresses that were opened. */
  executed: [] as string[],
  status: { text: "", tooltip: "" },
  hoverProviders: [] as any[],
  definitionProviders: [] as any[],
  symbolProviders: [] as any[],
  contentProviders: new Map<string, ContentProvider>(),
  lensProviders: [] as { selector: { language?: string; scheme?: string }; provider: any }[],
  completionProviders: [] as any[],
  diagnostics: new Map<string, Map<string, Diagnostic[]>>(),
  errors: [] as string[],
  log: [] as string[],
  settings: {} as Record<string, unknown>,
  input: undefined as string | undefined,

  /** Opens a file with this text, as a user does, and puts the cursor on a line (from 0). */
  open(path: string, text: string, line = 0): TextDocument {
    const document = new TextDocument(Uri.file(path), text, "grpc");
    this.documents.set(document.uri.toString(), document);
    opened.fire(document);
    window.activeTextEditor = { document, viewColumn: 1, selection: { active: new Position(line, 0) } };
    return document;
  },

  /** Changes the text of a document. */
  edit(document: TextDocument, text: string): void {
    document.text = text;
    changed.fire({ document });
  },

  /** Closes a document. */
  close(document: TextDocument): void {
    this.documents.delete(document.uri.toString());
    closed.fire(document);
  },
};

export enum DiagnosticSeverity { Error, Warning, Information, Hint }
export enum CompletionItemKind { Method = 1, Field = 4, Variable = 5, Interface = 7, Keyword = 13, EnumMember = 19 }
export enum CompletionItemTag { Deprecated = 1 }
export enum ViewColumn { Active = -1, Beside = -2 }

export class Diagnostic {
  source = "";
  constructor(readonly range: Range, readonly message: string, readonly severity: DiagnosticSeverity) {}
}

export class CompletionItem {
  constructor(readonly label: string, readonly kind: CompletionItemKind) {}
}

export enum SymbolKind { Method = 5, Variable = 12 }
export enum ConfigurationTarget { Global = 1, Workspace = 2 }
export enum StatusBarAlignment { Left = 1, Right = 2 }

export class MarkdownString {
  value = "";
  appendCodeblock(code: string, language: string): this {
    return this.appendMarkdown(`\`\`\`${language}\n${code}\n\`\`\`\n`);
  }
  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }
  appendText(text: string): this {
    return this.appendMarkdown(text.replace(/[\\*_`<>[\]]/g, "\\$&"));
  }
}

export class Hover {
  constructor(readonly contents: MarkdownString) {}
}

export class Location {
  constructor(readonly uri: Uri, readonly position: Position) {}
}

export class DocumentSymbol {
  constructor(
    readonly name: string, readonly detail: string, readonly kind: SymbolKind, readonly range: Range, readonly selectionRange: Range,
  ) {}
}

export class CodeLens {
  constructor(readonly range: Range, readonly command: { title: string; command: string; arguments: unknown[] }) {}
}

export class WorkspaceEdit {
  readonly edits: { uri: Uri; position: Position; text: string }[] = [];
  insert(uri: Uri, position: Position, text: string): void {
    this.edits.push({ uri, position, text });
  }
}

export const commands = {
  registerCommand(name: string, fn: (...args: unknown[]) => unknown): Disposable {
    host.commands.set(name, fn);
    return { dispose: () => host.commands.delete(name) };
  },
  executeCommand: (...call: string[]) => void host.executed.push(call.join(" ")),
};

export const env = {
  clipboard: {
    readText: () => Promise.resolve(host.clipboard),
    writeText: (text: string) => Promise.resolve(void (host.clipboard = text)),
  },
  openExternal: (uri: Uri) => void host.executed.push(String(uri)),
};

/** What the user chooses of several things, if it is among them. */
function chosen<T>(list: T[], label: (it: T) => string): Promise<T | undefined> {
  host.offered = list.map(label);
  return Promise.resolve(list.find((it) => host.choice !== undefined && label(it).includes(host.choice)));
}

export const window = {
  activeTextEditor: undefined as Editor | undefined,
  visibleTextEditors: [] as Editor[],
  createOutputChannel: () => ({ appendLine: (line: string) => void host.log.push(line), dispose: () => {} }),
  showErrorMessage(message: string, ...buttons: string[]): Promise<string | undefined> {
    host.errors.push(message);
    return chosen(buttons, String);
  },
  showOpenDialog: () => Promise.resolve(host.input === undefined ? undefined : [Uri.file(host.input)]),
  showWarningMessage: (message: string) => void host.warnings.push(message),
  showQuickPick: <T extends { label: string }>(items: T[]) => chosen(items, ({ label }) => label),
  createStatusBarItem: () => Object.assign(host.status, { show: () => {}, dispose: () => {} }),
  showInputBox: () => Promise.resolve(host.input),
  showTextDocument(document: TextDocument, { viewColumn }: { viewColumn: number }): Promise<void> {
    const editor = { document, viewColumn: viewColumn === -2 ? 2 : viewColumn, selection: { active: new Position(0, 0) } };
    window.visibleTextEditors = [editor];
    return Promise.resolve();
  },
};

export const workspace = {
  get textDocuments(): TextDocument[] {
    return [...host.documents.values()];
  },
  getConfiguration: (section: string) => ({
    get: (name: string, fallback: unknown) => host.settings[`${section}.${name}`] ?? fallback,
    inspect: () => ({ workspaceValue: undefined }),
    update: (name: string, value: unknown) => Promise.resolve(void (host.settings[`${section}.${name}`] = value)),
  }),
  registerTextDocumentContentProvider(scheme: string, provider: ContentProvider): Disposable {
    host.contentProviders.set(scheme, provider);
    return (
      provider.onDidChange?.((uri) => {
        const document = host.documents.get(uri.toString());
        if (document) host.edit(document, provider.provideTextDocumentContent(uri));
      }) ?? nothing
    );
  },
  async openTextDocument(uri: Uri): Promise<TextDocument> {
    const known = host.documents.get(uri.toString());
    if (known) return known;
    const text = host.contentProviders.get(uri.scheme)?.provideTextDocumentContent(uri) ?? "";
    if (uri.scheme === "file") return new TextDocument(uri, readFileSync(uri.path, "utf8"), "plaintext");
    await wait(200); // what a provider tells before the document is open goes unheard
    const document = new TextDocument(uri, text, uri.path.endsWith(".grpc-result") ? "grpc-result" : "plaintext");
    host.documents.set(uri.toString(), document);
    return document;
  },
  applyEdit(edit: WorkspaceEdit): Promise<boolean> {
    for (const { uri, position, text } of edit.edits) {
      const document = host.documents.get(uri.toString())!;
      const at = document.offsetAt(position);
      host.edit(document, document.text.slice(0, at) + text + document.text.slice(at));
    }
    return Promise.resolve(true);
  },
  createFileSystemWatcher: () => ({ onDidChange: () => nothing, onDidCreate: () => nothing, onDidDelete: () => nothing, ...nothing }),
  onDidOpenTextDocument: opened.event,
  onDidChangeTextDocument: changed.event,
  onDidCloseTextDocument: closed.event,
};

export const languages = {
  registerCodeLensProvider(selector: { language?: string; scheme?: string }, provider: any): Disposable {
    host.lensProviders.push({ selector, provider });
    return nothing;
  },
  registerHoverProvider: (_selector: object, provider: any) => (host.hoverProviders.push(provider), nothing),
  registerDefinitionProvider: (_selector: object, provider: any) => (host.definitionProviders.push(provider), nothing),
  registerDocumentSymbolProvider: (_selector: object, provider: any) => (host.symbolProviders.push(provider), nothing),
  registerCompletionItemProvider(_selector: object, provider: any): Disposable {
    host.completionProviders.push(provider);
    return nothing;
  },
  createDiagnosticCollection(name: string) {
    const collection = new Map<string, Diagnostic[]>();
    host.diagnostics.set(name, collection);
    return {
      set: (uri: Uri, list: Diagnostic[]) => void collection.set(uri.toString(), list),
      delete: (uri: Uri) => void collection.delete(uri.toString()),
      clear: () => collection.clear(),
      dispose: () => collection.clear(),
    };
  },
};
