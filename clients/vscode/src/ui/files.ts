import { readFileSync } from "node:fs";

import * as vscode from "vscode";

import { type Environment, findFiles, readEnvironment } from "../file/environment";
import { type GrpcFile, parse } from "../file/parse";
import { folderOf } from "../file/paths";
import type { History } from "../run/history";
import { openPath } from "./paths";

/** The language of .grpc files. */
export const language = "grpc";

/** Where the name of the chosen environment is kept, for the workspace. */
const chosenKey = "grpcline.environment";

/** A .grpc document as it is understood: with the chosen environment, and the answers there are. */
export interface ReadFile extends GrpcFile {
  environment: Environment;
}

/** A text on the disk, or as it is edited; undefined where there is none. */
function textOf(path: string): string | undefined {
  try {
    return openPath(path)?.getText() ?? readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Reads documents as .grpc files. */
export class Files {
  constructor(
    private readonly state: vscode.Memento,
    private readonly history: History,
  ) {}

  /** The chosen environment; undefined is none. */
  get chosen(): string | undefined {
    return this.state.get<string>(chosenKey);
  }

  async choose(name: string | undefined): Promise<void> {
    await this.state.update(chosenKey, name);
  }

  environment(document: vscode.TextDocument): Environment {
    return readEnvironment(findFiles(folderOf(document.uri.fsPath), textOf), this.chosen);
  }

  read(document: vscode.TextDocument): ReadFile {
    const environment = this.environment(document);
    const file = parse(document.getText(), {
      folder: folderOf(document.uri.fsPath),
      env: (name) => process.env[name],
      environment: environment.values,
      answer: (id) => this.history.answer(document.uri.toString(), id),
    });
    return { ...file, environment };
  }
}
