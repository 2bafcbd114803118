import * as vscode from "vscode";

import type { Servers } from "../complete/server";
import type { Request } from "../file/block";
import { blocking, requestAt, titleOf } from "../file/parse";
import { lines } from "../json/format";
import { split } from "../json/values";
import { Run, type Runnable } from "../run/run";
import type { Session } from "../session";
import type { RequestLenses } from "./codelens";
import type { Diagnostics } from "./diagnostics";
import { parseDocument } from "./documents";
import { type Results, scheme } from "./results";

/** A place that a command is about; without it, the cursor. */
interface Place {
  document: vscode.TextDocument;
  /** From 0. */
  line: number;
}

function isRunnable(request: Request): request is Runnable {
  return request.address !== undefined && request.method !== undefined;
}

/** What the user can do; each command takes a document's URI and a line, or neither. */
export class Commands {
  constructor(
    private readonly session: Session,
    private readonly servers: Servers,
    private readonly results: Results,
    private readonly lenses: RequestLenses,
    private readonly diagnostics: Diagnostics,
  ) {}

  /** Registers the commands; an error in one is shown. */
  register(): vscode.Disposable[] {
    const register = (name: string, fn: (place: Place) => Promise<void>) =>
      vscode.commands.registerCommand(`grpcline.${name}`, async (uri?: vscode.Uri, line?: number) => {
        try {
          await fn(await this.place(uri, line));
        } catch (err) {
          void vscode.window.showErrorMessage(`grpcline: ${(err as Error).message}`);
        }
      });
    return [
      register("run", (place) => this.run(place)),
      register("send", (place) => this.send(place)),
      register("completeSend", (place) => this.runAt(place).completeSend()),
      register("cancel", async (place) => this.runAt(place).cancel()),
      register("template", (place) => this.template(place)),
      vscode.commands.registerCommand("grpcline.restart", () => this.session.stop()),
    ];
  }

  private async place(uri?: vscode.Uri, line?: number): Promise<Place> {
    const editor = vscode.window.activeTextEditor;
    if (!uri && !editor) throw new Error("there is no request here");
    const document = uri ? await vscode.workspace.openTextDocument(uri) : editor!.document;
    return { document, line: line ?? (editor?.document === document ? editor.selection.active.line : 0) };
  }

  /** The request at a place, if it can be run. */
  private runnable({ document, line }: Place): { request: Runnable; title: string } {
    const file = parseDocument(document);
    const request = requestAt(file, line + 1);
    if (!request) throw new Error("there is no request here");
    const [problem] = blocking(file, request);
    if (problem) throw new Error(`line ${problem.line}: ${problem.message}`);
    if (!isRunnable(request)) throw new Error("the request is not complete");
    return { request, title: titleOf(file, request) };
  }

  /** What runs at a place: in a result, or of a request. */
  private runAt({ document, line }: Place): Run {
    const file = parseDocument(document);
    const request = requestAt(file, line + 1);
    const uri =
      document.uri.scheme === scheme
        ? document.uri
        : request && this.results.uriOf(document.uri, titleOf(file, request));
    const run = uri && this.results.runOf(uri);
    if (!run?.isRunning) throw new Error("nothing runs here");
    return run;
  }

  private async run(place: Place): Promise<void> {
    const { request, title } = this.runnable(place);
    const uri = this.results.uriOf(place.document.uri, title);
    const keep = vscode.workspace.getConfiguration("grpcline").get<number>("keepMessages", 10_000);
    const run: Run = new Run(request, keep, () => this.results.draw(uri, run));
    const ended = run.start(() => this.session.worker());
    await this.results.show(uri, run);
    this.lenses.refresh();
    await ended;
    this.lenses.refresh();
    this.diagnostics.run(place.document.uri, run);
  }

  /** Sends the message under the cursor, or, in a result, what the user is asked for. */
  private async send(place: Place): Promise<void> {
    const run = this.runAt(place);
    const request = requestAt(parseDocument(place.document), place.line + 1);
    const message = request?.messages.find(({ line, last }) => line <= place.line + 1 && place.line + 1 <= last);
    const text =
      message?.text ?? (await vscode.window.showInputBox({ prompt: "Message", placeHolder: '{"field": "value"}' }));
    for (const value of split(text ?? "")) await run.send(value.text);
  }

  /** Puts a request with every field below the method's line. */
  private async template(place: Place): Promise<void> {
    const { request } = this.runnable(place);
    const { requestTemplate } = await this.servers.method(request, request.method);
    const edit = new vscode.WorkspaceEdit();
    const below = place.document.lineAt(request.methodLine! - 1).range.end;
    edit.insert(place.document.uri, below, `\n\n${lines(JSON.stringify(requestTemplate)).join("\n")}`);
    await vscode.workspace.applyEdit(edit);
  }
}
