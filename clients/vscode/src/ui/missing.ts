import * as vscode from "vscode";

/** The part of the README that tells how the worker is installed. */
const howTo = "https://github.com/grpcline/grpcline#install";

/**
 * Tells that there is no worker, with what to do about it as buttons.
 * @param onSet called when the user has told where it is
 */
export async function tellMissing(sentence: string, onSet: () => void): Promise<void> {
  const [setPath, howToInstall] = ["Set path", "How to install"];
  const chosen = await vscode.window.showErrorMessage(
    `grpcline: ${sentence}. The setting grpcline.path says where it is.`,
    setPath,
    howToInstall,
  );
  if (chosen === setPath && (await askForPath())) onSet();
  if (chosen === howToInstall) await vscode.env.openExternal(vscode.Uri.parse(howTo));
}

/** Asks for the program, and puts it where the setting is, or else for all of the user's workspaces. */
async function askForPath(): Promise<boolean> {
  const [program] = (await vscode.window.showOpenDialog({ title: "The grpcline program", openLabel: "Use" })) ?? [];
  if (!program) return false;
  const settings = vscode.workspace.getConfiguration("grpcline");
  const isOfWorkspace = settings.inspect("path")?.workspaceValue !== undefined;
  const target = isOfWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await settings.update("path", program.fsPath, target);
  return true;
}
