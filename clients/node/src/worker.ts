import { Connection } from "./connection";
import { WorkerError } from "./errors";
import { findWorker } from "./find";
import { type ProcessOptions, WorkerProcess } from "./process";
import { Rpc } from "./rpc";
import { type ServeOptions, Server } from "./server";
import type { ConnectionParams, Version } from "./types";
import { refusal } from "./version";

export interface WorkerOptions {
  /** The program; findWorker says which it is when none is given. */
  path?: string;
  /** Flags, such as `--demo`. */
  args?: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Bounds the wait for getVersion; 10000 unless given. */
  startTimeoutMs?: number;
  /** Lets Node.js exit while the worker runs and nothing waits for an answer. */
  unref?: boolean;
}

/**
 * A running grpcline worker. It owns its process, which keeps Node.js alive until it
 * is closed, unless `unref` is given; it ends by itself with this process.
 */
export class Worker {
  private readonly servers = new Set<Server>();

  private constructor(private readonly rpc: Rpc) {}

  /**
   * Starts a worker and checks its version.
   * @throws WorkerError where it cannot be started, is too old or is no worker
   */
  static async start(options: WorkerOptions = {}): Promise<Worker> {
    const path = options.path || findWorker(options.env);
    const settings: ProcessOptions = { path, args: ["--utf8", ...(options.args ?? [])] };
    if (options.env) settings.env = options.env;
    if (options.cwd) settings.cwd = options.cwd;
    const rpc = new Rpc(new WorkerProcess(settings), !options.unref);
    await checkVersion(rpc, path, options.startTimeoutMs ?? 10_000);
    return new Worker(rpc);
  }

  /** Resolves with a sentence, the tail of stderr in it, when the worker has ended. */
  get ended(): Promise<string> {
    return this.rpc.ended;
  }

  get pid(): number | undefined {
    return this.rpc.pid;
  }

  /** Whether the worker can still be asked. */
  get isRunning(): boolean {
    return this.rpc.isRunning;
  }

  /**
   * Sends any request of the protocol and resolves with its result.
   * @throws StatusError, RequestError, WorkerError, or the signal's reason
   */
  request<Result>(method: string, params: object = {}, signal?: AbortSignal): Promise<Result> {
    return this.rpc.request(method, params, { signal });
  }

  /** Opens a connection, which the worker keeps until it is closed. */
  async open(params: ConnectionParams, signal?: AbortSignal): Promise<Connection> {
    const opened = await this.rpc.request<{ connectionId: string }>("openConnection", params, { signal });
    return new Connection(this.rpc, opened.connectionId);
  }

  /**
   * Starts a gRPC server, which runs until it is stopped. Calls come from then on: give
   * it its handlers before the next `await`, or as `handlers`.
   * @throws RequestError if the schema does not compile or the address cannot be listened on
   */
  async serve(options: ServeOptions): Promise<Server> {
    const server = await Server.start(this.rpc, options);
    this.servers.add(server);
    void server.stopped.then(() => this.servers.delete(server));
    return server;
  }

  /** Stops the servers, then ends the worker once it has answered what it was asked. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.servers].map((server) => server.stop()));
    await this.rpc.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Kills the worker; what it had not answered rejects with why. */
  abandon(why: string): void {
    this.rpc.abandon(why);
  }
}

/** Refuses a worker that does not answer, is none, or is too old. */
async function checkVersion(rpc: Rpc, path: string, timeoutMs: number): Promise<void> {
  const timer = setTimeout(
    () => rpc.abandon(`${path} did not answer getVersion within ${timeoutMs} ms; is it grpcline?`),
    timeoutMs,
  );
  const why = await rpc.request<Version>("getVersion", {}).then(
    (version) => refusal(path, version),
    (err: Error) => err.message,
  );
  clearTimeout(timer);
  if (why !== undefined) {
    rpc.abandon(why);
    throw new WorkerError(await rpc.ended);
  }
}
