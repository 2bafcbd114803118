import * as vscode from "vscode";

import { Servers } from "./complete/server";
import { History } from "./run/history";
import { Session } from "./session";
import { RequestLenses, ResultLenses } from "./ui/codelens";
import { registerCommand, registerCommands } from "./ui/commands";
import { Completion } from "./ui/completion";
import { Definitions, protoScheme } from "./ui/definition";
import { Diagnostics } from "./ui/diagnostics";
import { chooseEnvironment } from "./ui/environment";
import { Files, language } from "./ui/files";
import { copyGrpcurl, pasteGrpcurl } from "./ui/grpcurl";
import { showHistory } from "./ui/history";
import { Hovers } from "./ui/hover";
import { tellMissing } from "./ui/missing";
import { Outline } from "./ui/outline";
import { Results, scheme } from "./ui/results";
import { Running } from "./ui/running";
import { Status } from "./ui/status";
import { workerPath } from "./worker";

/** What is started for each session; VS Code disposes of it. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("grpcline");
  const onProblem = (message: string) => log.appendLine(message);
  const settings = () => vscode.workspace.getConfiguration("grpcline");
  const session: Session = new Session(
    () => ({
      path: workerPath(settings().get<string>("path", ""), context.extensionPath),
      args: settings().get<string[]>("args", ["--demo"]),
    }),
    {
      changed: () => status.refresh(),
      ended: (sentence) => {
        log.appendLine(sentence);
        void vscode.window.showErrorMessage(`grpcline: ${sentence}`);
      },
      missing: (sentence) => {
        log.appendLine(sentence);
        void tellMissing(sentence, () => void session.worker().catch(() => {})); // where it fails it is told again
      },
    },
  );
  const history = new History();
  const files = new Files(context.workspaceState, history);
  const status = new Status(session, files);
  const servers = new Servers(() => session.worker());
  const results = new Results();
  const lenses = new RequestLenses(files, results);
  const diagnostics = new Diagnostics(files);
  const completion = new Completion(files, servers, onProblem);
  const hovers = new Hovers(files, servers, onProblem);
  const definitions = new Definitions(files, servers, onProblem);
  const running = new Running(session, servers, files, results, history, lenses, diagnostics);
  const schemas = vscode.workspace.createFileSystemWatcher("**/*.proto");
  const environments = vscode.workspace.createFileSystemWatcher("**/grpcline*.env.json");
  const forget = () => servers.forget();
  const check = () => {
    for (const document of vscode.workspace.textDocuments) diagnostics.file(document);
  };

  context.subscriptions.push(
    log,
    session,
    status,
    results,
    lenses,
    diagnostics,
    schemas,
    schemas.onDidChange(forget),
    schemas.onDidCreate(forget),
    schemas.onDidDelete(forget),
    environments,
    environments.onDidChange(check),
    environments.onDidCreate(check),
    environments.onDidDelete(check),
    vscode.workspace.registerTextDocumentContentProvider(scheme, results),
    vscode.workspace.registerTextDocumentContentProvider(protoScheme, definitions),
    vscode.languages.registerCodeLensProvider({ language }, lenses),
    vscode.languages.registerCodeLensProvider({ scheme }, new ResultLenses(results, lenses)),
    vscode.languages.registerCompletionItemProvider({ language }, completion, ".", "/", '"', "@", " ", "{"),
    vscode.languages.registerHoverProvider({ language }, hovers),
    vscode.languages.registerDefinitionProvider({ language }, definitions),
    vscode.languages.registerDocumentSymbolProvider({ language }, new Outline(files)),
    vscode.workspace.onDidOpenTextDocument((document) => diagnostics.file(document)),
    vscode.workspace.onDidChangeTextDocument(({ document }) => diagnostics.file(document)),
    vscode.workspace.onDidCloseTextDocument((document) => {
      if (document.uri.scheme === scheme) results.close(document.uri);
      else diagnostics.forget(document);
    }),
    ...registerCommands({
      ...running.commands,
      copyGrpcurl: (place) => copyGrpcurl(files, place),
      pasteGrpcurl: (place) => pasteGrpcurl(place),
      environment: async (place) => {
        if (await chooseEnvironment(files, place)) {
          status.refresh();
          check();
        }
      },
    }),
    registerCommand("history", () => showHistory(history, results)),
    registerCommand("restart", () => session.stop()),
  );
  check();
}
