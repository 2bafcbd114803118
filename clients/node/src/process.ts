import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";

import { howToGet } from "./find";

/** How many lines of stderr are kept. */
const tailLines = 10;

export interface ProcessOptions {
  path: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
}

/** The worker as a child process. It ends when its stdin does, or by kill. */
export class WorkerProcess {
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private tail: string[] = [];
  /** Resolves with a sentence when the process is gone and its output is read. */
  readonly ended: Promise<string>;

  constructor(private readonly options: ProcessOptions) {
    this.child = spawn(options.path, options.args, {
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
      ...(options.env && { env: options.env }),
      ...(options.cwd && { cwd: options.cwd }),
    });
    this.child.stdin.on("error", () => {}); // the end of the process tells it
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => this.keep(text));
    this.ended = new Promise((resolve) => {
      this.child.once("error", (err) => resolve(this.notStarted(err)));
      this.child.once("close", (code, signal) => resolve(this.sentence(code, signal)));
    });
  }

  get path(): string {
    return this.options.path;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get stdin(): Writable {
    return this.child.stdin;
  }

  get stdout(): Readable {
    return this.child.stdout;
  }

  /** The last lines of stderr. */
  get stderrTail(): string {
    return this.tail.join("\n").trim();
  }

  kill(): void {
    this.child.kill();
  }

  /** Lets Node.js exit while the process runs, which then sees the end of its input. */
  unref(): void {
    for (const it of this.handles()) it.unref?.();
  }

  /** Keeps Node.js alive while the process runs. */
  ref(): void {
    for (const it of this.handles()) it.ref?.();
  }

  /** The process and its pipes, which are sockets, whatever their types say. */
  private handles(): { ref?(): void; unref?(): void }[] {
    return [this.child, this.child.stdin, this.child.stdout, this.child.stderr] as { ref?(): void; unref?(): void }[];
  }

  private keep(text: string): void {
    const lines = ((this.tail.pop() ?? "") + text).split("\n");
    this.tail = [...this.tail, ...lines].slice(-tailLines - 1);
  }

  private notStarted(err: NodeJS.ErrnoException): string {
    const why = err.code === "ENOENT" ? `there is no such program; ${howToGet(this.options.path)}` : err.message;
    return `cannot start the worker ${this.options.path}: ${why}`;
  }

  private sentence(code: number | null, signal: NodeJS.Signals | null): string {
    const how = signal ? `by ${signal}` : `with exit code ${code}`;
    const said = this.stderrTail;
    return `the worker ${this.options.path} ended ${how}${said && `: ${said}`}`;
  }
}
