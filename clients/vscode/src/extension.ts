import * as vscode from "vscode";

import { Servers } from "./complete/server";
import { Session } from "./session";
import { RequestLenses, ResultLenses } from "./ui/codelens";
import { Commands } from "./ui/commands";
import { Completion } from "./ui/completion";
import { Diagnostics } from "./ui/diagnostics";
import { language } from "./ui/documents";
import { Results, scheme } from "./ui/results";
import { workerPath } from "./worker";

/** What is started for each session; VS Code disposes of it. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("grpcline");
  const settings = () => vscode.workspace.getConfiguration("grpcline");
  const session = new Session(
    () => ({ path: workerPath(settings().get<string>("path", ""), context.extensionPath), args: settings().get<string[]>("args", ["--demo"]) }),
    (sentence) => {
      log.appendLine(sentence);
      void vscode.window.showErrorMessage(`grpcline: ${sentence}`);
    },
  );
  const servers = new Servers(() => session.worker());
  const results = new Results();
  const lenses = new RequestLenses(results);
  const diagnostics = new Diagnostics();
  const completion = new Completion(servers, (message) => log.appendLine(message));
  const commands = new Commands(session, servers, results, lenses, diagnostics);
  const schemas = vscode.workspace.createFileSystemWatcher("**/*.proto");
  const forget = () => servers.forget();

  context.subscriptions.push(
    log,
    session,
    results,
    lenses,
    diagnostics,
    schemas,
    schemas.onDidChange(forget),
    schemas.onDidCreate(forget),
    schemas.onDidDelete(forget),
    vscode.workspace.registerTextDocumentContentProvider(scheme, results),
    vscode.languages.registerCodeLensProvider({ language }, lenses),
    vscode.languages.registerCodeLensProvider({ scheme }, new ResultLenses(results, lenses)),
    vscode.languages.registerCompletionItemProvider({ language }, completion, ".", "/", '"', "@", " "),
    vscode.workspace.onDidOpenTextDocument((document) => diagnostics.file(document)),
    vscode.workspace.onDidChangeTextDocument(({ document }) => diagnostics.file(document)),
    vscode.workspace.onDidCloseTextDocument((document) => {
      if (document.uri.scheme === scheme) results.close(document.uri);
      else diagnostics.forget(document);
    }),
    ...commands.register(),
  );
  for (const document of vscode.workspace.textDocuments) diagnostics.file(document);
}
