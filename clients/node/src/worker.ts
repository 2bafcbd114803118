import {
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
  NullLogger,
} from "vscode-jsonrpc/node";

import { Connection } from "./connection";
import { fromResponse, WorkerError } from "./errors";
import { LineReader, LineWriter } from "./lines";
import { type ProcessOptions, WorkerProcess } from "./process";
import type { ConnectionParams, Version } from "./types";
import { refusal } from "./version";

export interface WorkerOptions {
  /** The program; else the environment's GRPCLINE, else grpcline on the PATH. */
  path?: string;
  /** Flags, such as `--demo`. */
  args?: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Bounds the wait for getVersion; 10000 unless given. */
  startTimeoutMs?: number;
  /** Lets Node.js exit while the worker runs. */
  unref?: boolean;
}

/** The program that is started where none is given. */
export function findWorker(env: NodeJS.ProcessEnv = process.env): string {
  return env.GRPCLINE || "grpcline";
}

/**
 * A running grpcline worker. It owns its process; close ends it, and it ends by
 * itself with this process.
 */
export class Worker {
  /** Resolves with a sentence, the tail of stderr in it, when the worker has ended. */
  readonly ended: Promise<string>;
  private end: string | undefined;

  private constructor(
    private readonly process: WorkerProcess,
    private readonly rpc: MessageConnection,
    private readonly writer: LineWriter,
    reader: LineReader,
  ) {
    this.ended = process.ended.then(async (sentence) => {
      await reader.handled();
      this.end ??= sentence;
      rpc.dispose(); // rejects what was not answered
      return this.end;
    });
  }

  /**
   * Starts a worker and checks its version.
   * @throws WorkerError where it cannot be started, is too old or is no worker
   */
  static async start(options: WorkerOptions = {}): Promise<Worker> {
    const path = options.path || findWorker(options.env);
    const settings: ProcessOptions = { path, args: ["--utf8", ...(options.args ?? [])] };
    if (options.env) settings.env = options.env;
    if (options.cwd) settings.cwd = options.cwd;
    const child = new WorkerProcess(settings);
    const reader = new LineReader(child.stdout);
    const writer = new LineWriter(child.stdin);
    const rpc = createMessageConnection(reader, writer, NullLogger);
    const worker = new Worker(child, rpc, writer, reader);
    reader.onError((err) => worker.abandon(`${path} does not speak JSON-RPC: ${err.message}`));
    rpc.listen();
    if (options.unref) child.unref();
    await worker.checkVersion(path, options.startTimeoutMs ?? 10_000);
    return worker;
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Whether the worker can still be asked. */
  get isRunning(): boolean {
    return this.end === undefined;
  }

  /**
   * Sends any request of the protocol and resolves with its result.
   * @throws StatusError, RequestError, WorkerError, or the signal's reason
   */
  async request<Result>(method: string, params: object = {}, signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted();
    if (this.end !== undefined) {
      throw new WorkerError(this.end);
    }
    const source = signal && new CancellationTokenSource();
    const abort = () => source?.cancel();
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await this.rpc.sendRequest<Result>(method, params, ...(source ? [source.token] : []));
    } catch (err) {
      signal?.throwIfAborted();
      throw this.end === undefined ? fromResponse(err) : new WorkerError(this.end);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Opens a connection, which the worker keeps until it is closed. */
  async open(params: ConnectionParams, signal?: AbortSignal): Promise<Connection> {
    const opened = await this.request<{ connectionId: string }>("openConnection", params, signal);
    return new Connection(this, opened.connectionId);
  }

  /** Ends the worker once it has answered what it was asked. */
  async close(): Promise<void> {
    this.writer.end();
    await this.ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Kills the worker; what it had not answered rejects with why. */
  abandon(why: string): void {
    this.end ??= why;
    this.process.kill();
  }

  private async checkVersion(path: string, timeoutMs: number): Promise<void> {
    const timer = setTimeout(
      () => this.abandon(`${path} did not answer getVersion within ${timeoutMs} ms; is it grpcline?`),
      timeoutMs,
    );
    const why = await this.request<Version>("getVersion").then(
      (version) => refusal(path, version),
      (err: Error) => err.message,
    );
    clearTimeout(timer);
    if (why !== undefined) {
      this.abandon(why);
      throw new WorkerError(await this.ended);
    }
  }
}
