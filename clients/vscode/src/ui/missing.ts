import * as vscode from "vscode";

/** The part of the README that tells how the worker is installed. */
const howTo = "https://github.com/grpcline/grpcline#install";

/** Tells that there is no worker, with what to do about it as buttons. */
export async function tellMissing(sentence: string): Promise<void> {
  const [setPath, howToInstall] = ["Set path", "How to install"];
  const chosen = await vscode.window.showErrorMessage(
    `grpcline: ${sentence}. The setting grpcline.path says where it is.`,
    setPath,
    howToInstall,
  );
  if (chosen === setPath) await vscode.commands.executeCommand("workbench.action.openSettings", "grpcline.path");
  if (chosen === howToInstall) await vscode.env.openExternal(vscode.Uri.parse(howTo));
}
