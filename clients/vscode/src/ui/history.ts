import * as vscode from "vscode";

import type { Entry, History } from "../run/history";
import type { Results } from "./results";

/** One line of the list: time, state, title. */
function item(entry: Entry): vscode.QuickPickItem & { entry: Entry } {
  const { state, ms } = entry.run.result;
  const file = vscode.Uri.parse(entry.file).path.replace(/^.*\//, "");
  return {
    label: `${entry.at.toLocaleTimeString()}  ${state}  ${entry.title}`,
    description: [file, ...(ms === undefined ? [] : [`${ms} ms`])].join(", "),
    entry,
  };
}

/** Lets the user choose a run there was, and shows its result again. */
export async function showHistory(history: History, results: Results): Promise<void> {
  if (history.entries.length === 0) throw new Error("nothing was run yet");
  const chosen = await vscode.window.showQuickPick(history.entries.map(item), { placeHolder: "Results, newest first" });
  if (chosen) await results.show(vscode.Uri.parse(chosen.entry.file), chosen.entry.run);
}
