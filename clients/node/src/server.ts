import { Calls, type Handler } from "./calls";
import { WorkerError } from "./errors";
import { type ServerCall, window } from "./incoming";
import type { Rpc } from "./rpc";
import type { ServeParams } from "./types";

export interface ServeOptions extends ServeParams {
  /** Handlers by `package.Service/Method`. */
  handlers?: Record<string, Handler>;
  /** Is told what was answered with INTERNAL, such as the errors that a handler did not foresee. */
  onError?: (err: unknown, call: ServerCall) => void;
}

/** The answer of startServer. */
interface Started {
  serverId: string;
  address: string;
  services: string[];
}

/**
 * A gRPC server in the worker. It keeps Node.js alive until it is stopped or the worker
 * ends.
 */
export class Server {
  private readonly handlers: Map<string, Handler>;
  private readonly calls: Calls;
  private stopping: Promise<number> | undefined;
  private release!: () => void;
  /** Resolves when it serves no longer. */
  readonly stopped = new Promise<void>((resolve) => (this.release = resolve));

  private constructor(
    private readonly rpc: Rpc,
    private readonly started: Started,
    { handlers = {}, onError = () => {} }: Pick<ServeOptions, "handlers" | "onError">,
  ) {
    this.handlers = new Map(Object.entries(handlers));
    this.calls = new Calls(rpc, this.handlers, onError);
    rpc.servers.set(this.id, this.calls);
    void rpc.waitFor(this.stopped);
    void rpc.ended.then((sentence) => this.end(new WorkerError(sentence)));
  }

  /** Starts one; worker.serve does it for others. */
  static async start(rpc: Rpc, { handlers, onError, ...params }: ServeOptions): Promise<Server> {
    const started = await rpc.request<Started>("startServer", { ...params, push: { window } });
    return new Server(rpc, started, { ...(handlers && { handlers }), ...(onError && { onError }) });
  }

  /** The worker's handle, such as `v1`. */
  get id(): string {
    return this.started.serverId;
  }

  /** Where it listens, with the port that was free if 0 was asked for. */
  get address(): string {
    return this.started.address;
  }

  /** The full names of what it serves. */
  get services(): string[] {
    return this.started.services;
  }

  /** Sets the handler of `package.Service/Method`. A method without one is UNIMPLEMENTED. */
  handle<Request = any, Response = any>(method: string, handler: Handler<Request, Response>): this {
    this.handlers.set(method, handler);
    return this;
  }

  /**
   * Takes no more calls and waits for those under way, at most `graceMs` (10000); then
   * their signals fire and their clients get UNAVAILABLE.
   * @returns how many calls were ended so
   */
  stop(options: { graceMs?: number } = {}): Promise<number> {
    this.stopping ??= this.rpc
      .request<{ callsEnded: number }>("stopServer", { server: this.id, ...options })
      .then(({ callsEnded }) => callsEnded)
      .finally(() => this.end(new Error(`the server on ${this.address} was stopped`)));
    return this.stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  private end(reason: Error): void {
    this.calls.abort(reason);
    this.rpc.servers.delete(this.id);
    this.release();
  }
}
