import * as vscode from "vscode";

import { fileNames } from "../file/environment";
import type { Files } from "./files";
import type { Place } from "./place";

/** What stands in the list for no environment. */
const none = "No environment";

/** Lets the user choose the environment whose variables requests have; tells whether one was chosen. */
export async function chooseEnvironment(files: Files, { document }: Place): Promise<boolean> {
  const { names } = files.environment(document);
  if (names.length === 0) throw new Error(`there are no environments: put a ${fileNames[0]} beside the file, or above it`);
  const items = [none, ...names].map((label) => ({
    label,
    description: (label === none ? undefined : label) === files.chosen ? "chosen" : "",
  }));
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: "The environment of all requests" });
  if (chosen) await files.choose(chosen.label === none ? undefined : chosen.label);
  return chosen !== undefined;
}
