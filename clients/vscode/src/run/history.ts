import type { Answer } from "../file/answers";
import type { Run } from "./run";

/** How many runs are kept. */
const keep = 50;

/** A run that was begun, for the list of those there were. */
export interface Entry {
  /** The file that it is of. */
  file: string;
  title: string;
  at: Date;
  run: Run;
}

/** The runs of a session, newest first, and what they were answered; in memory alone. */
export class History {
  private list: Entry[] = [];
  private readonly answers = new Map<string, Answer>();

  get entries(): readonly Entry[] {
    return this.list;
  }

  add(entry: Entry): void {
    this.list = [entry, ...this.list].slice(0, keep);
  }

  /** Keeps what a run that has ended was answered, under the name that references use. */
  answered(file: string, run: Run): void {
    const { id } = run.request;
    if (id !== undefined && run.answer) this.answers.set(keyOf(file, id), run.answer);
  }

  /** The last answer of a request of a file. */
  answer(file: string, id: string): Answer | undefined {
    return this.answers.get(keyOf(file, id));
  }
}

function keyOf(file: string, id: string): string {
  return `${file}\n${id}`;
}
