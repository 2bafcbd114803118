import * as vscode from "vscode";

import { type Place, placeOf } from "./place";

/** What a command does at a place. */
export type Command = (place: Place) => unknown;

/** Registers the command `grpcline.NAME`; an error in it is shown. */
export function registerCommand(name: string, command: (uri?: vscode.Uri, line?: number) => unknown): vscode.Disposable {
  return vscode.commands.registerCommand(`grpcline.${name}`, async (uri?: vscode.Uri, line?: number) => {
    try {
      await command(uri, line);
    } catch (err) {
      void vscode.window.showErrorMessage(`grpcline: ${(err as Error).message}`);
    }
  });
}

/** Registers commands that are about a place, by their names. */
export function registerCommands(commands: Record<string, Command>): vscode.Disposable[] {
  return Object.entries(commands).map(([name, command]) =>
    registerCommand(name, async (uri, line) => command(await placeOf(uri, line))),
  );
}
