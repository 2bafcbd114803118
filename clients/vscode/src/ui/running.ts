import * as vscode from "vscode";

import type { Servers } from "../complete/server";
import { requestAt, titleOf } from "../file/parse";
import { lines } from "../json/format";
import { split } from "../json/values";
import type { History } from "../run/history";
import { Run, type Runnable } from "../run/run";
import { RunAll } from "../run/runall";
import type { Session } from "../session";
import type { RequestLenses } from "./codelens";
import type { Command } from "./commands";
import type { Diagnostics } from "./diagnostics";
import type { Files } from "./files";
import { type Place, runnable, runnableAt } from "./place";
import { type Results, scheme } from "./results";

/** Running requests, and what can be done while they run. */
export class Running {
  constructor(
    private readonly session: Session,
    private readonly servers: Servers,
    private readonly files: Files,
    private readonly results: Results,
    private readonly history: History,
    private readonly lenses: RequestLenses,
    private readonly diagnostics: Diagnostics,
  ) {}

  readonly commands: Record<string, Command> = {
    run: (place) => this.run(place),
    runAll: (place) => this.runAll(place),
    show: (place) => this.results.show(place.document.uri, this.runAt(place)),
    send: (place) => this.send(place),
    completeSend: (place) => this.runAt(place).completeSend(),
    cancel: (place) => this.shownAt(place).cancel(),
    template: (place) => this.template(place),
  };

  /** Begins a run; its result is not shown yet. */
  private begin(file: vscode.Uri, request: Runnable, title: string, completes: boolean): { run: Run; ended: Promise<void> } {
    const keep = vscode.workspace.getConfiguration("grpcline").get<number>("keepMessages", 10_000);
    const run: Run = new Run(request, { keep, completes }, () => this.results.draw(file, run));
    this.results.begin(file, title, run);
    this.history.add({ file: file.toString(), title, at: new Date(), run });
    const ended = run.start(() => this.session.worker()).then(() => {
      this.history.answered(file.toString(), run);
      this.lenses.refresh();
      this.diagnostics.run(file, run);
    });
    return { run, ended };
  }

  private async run({ document, line }: Place): Promise<void> {
    const { request, title } = runnableAt(this.files.read(document), line);
    const { run, ended } = this.begin(document.uri, request, title, false);
    await this.results.show(document.uri, run);
    this.lenses.refresh();
    await ended;
  }

  /** Runs all requests of a file; each is read anew, with the answers before it. */
  private async runAll({ document }: Place): Promise<void> {
    const file = this.files.read(document);
    const titles = file.requests.map((request) => titleOf(file, request));
    if (titles.length === 0) throw new Error("the file has no requests");
    const begin = (place: number) => {
      const now = this.files.read(document);
      const request = now.requests[place];
      if (!request) throw new Error("the file has changed");
      return this.begin(document.uri, runnable(now, request), titles[place]!, true);
    };
    const name = document.uri.path.replace(/^.*\//, "");
    const all: RunAll = new RunAll(name, titles, begin, () => this.results.draw(document.uri, all));
    const ended = all.start();
    await this.results.show(document.uri, all);
    this.lenses.refresh();
    await ended;
    this.lenses.refresh();
  }

  /** What runs at a place: what a result shows, or of a request. */
  private shownAt({ document, line }: Place): Run | RunAll {
    const file = this.files.read(document);
    const request = requestAt(file, line + 1);
    const shown =
      document.uri.scheme === scheme
        ? this.results.shownAt(document.uri)
        : request && this.results.runOf(document.uri, titleOf(file, request));
    if (!shown?.isRunning) throw new Error("nothing runs here");
    return shown as Run | RunAll;
  }

  private runAt(place: Place): Run {
    const shown = this.shownAt(place);
    if (!(shown instanceof Run)) throw new Error("this is for a single request");
    return shown;
  }

  /** Sends the message under the cursor, or, in a result, what the user is asked for. */
  private async send(place: Place): Promise<void> {
    const run = this.runAt(place);
    const request = requestAt(this.files.read(place.document), place.line + 1);
    const message = request?.messages.find(({ line, last }) => line <= place.line + 1 && place.line + 1 <= last);
    const text =
      message?.text ?? (await vscode.window.showInputBox({ prompt: "Message", placeHolder: '{"field": "value"}' }));
    for (const value of split(text ?? "")) await run.send(value.text);
  }

  /** Puts a request with every field below the method's line. */
  private async template({ document, line }: Place): Promise<void> {
    const { request } = runnableAt(this.files.read(document), line);
    const { requestTemplate } = await this.servers.method(request, request.method);
    const edit = new vscode.WorkspaceEdit();
    const below = document.lineAt(request.methodLine! - 1).range.end;
    edit.insert(document.uri, below, `\n\n${lines(JSON.stringify(requestTemplate)).join("\n")}`);
    await vscode.workspace.applyEdit(edit);
  }
}
