import * as vscode from "vscode";

import type { Session } from "../session";
import type { Files } from "./files";

const icons = { none: "circle-outline", starting: "loading~spin", running: "circle-filled" };
const sentences = {
  none: "The worker is started by the next request.",
  starting: "The worker is being started.",
  running: "The worker runs.",
};

/** The item of the status bar: the worker's state and the chosen environment. */
export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("grpcline", vscode.StatusBarAlignment.Right, 100);

  constructor(
    private readonly session: Session,
    private readonly files: Files,
  ) {
    this.item.name = "grpcline";
    this.item.command = "grpcline.environment";
    this.refresh();
    this.item.show();
  }

  refresh(): void {
    const { word, pid } = this.session.state;
    const { chosen } = this.files;
    this.item.text = `$(${icons[word]}) grpcline${chosen === undefined ? "" : `: ${chosen}`}`;
    const process = pid === undefined ? "" : ` Its process is ${pid}.`;
    const environment = chosen === undefined ? "No environment is chosen." : `The environment is ${chosen}.`;
    this.item.tooltip = `${sentences[word]}${process}\n${environment} Click to choose one.`;
  }

  dispose(): void {
    this.item.dispose();
  }
}
