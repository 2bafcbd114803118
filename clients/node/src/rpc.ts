import { CancellationTokenSource, createMessageConnection, type MessageConnection, NullLogger } from "vscode-jsonrpc/node";

import type { Calls } from "./calls";
import { fillWithText, type Slot } from "./decode";
import { Encoded } from "./encode";
import { fromResponse, WorkerError } from "./errors";
import { LineReader, LineWriter } from "./lines";
import { WorkerProcess } from "./process";
import type { IncomingCall, StreamEnd } from "./types";

export interface RequestOptions {
  signal?: AbortSignal | undefined;
  /** Does something to the result while its long strings are LongStrings. */
  before?: (result: object) => void;
  /** Lets Node.js exit while the request waits, where the worker lets it. */
  background?: boolean;
}

/**
 * The conversation with one worker process, which it owns: requests and their answers.
 * Where the process is not to keep Node.js alive, requests that wait for an answer do.
 */
export class Rpc {
  /** Resolves with a sentence, the tail of stderr in it, when the worker has ended. */
  readonly ended: Promise<string>;
  /** Who is told of the calls that come, by the server's id. */
  readonly servers = new Map<string, Calls>();
  private end: string | undefined;
  private waiting = 0;
  private readonly reader: LineReader;
  private readonly writer: LineWriter;
  private readonly connection: MessageConnection;

  /** @param process that was just started */
  constructor(
    private readonly process: WorkerProcess,
    private readonly keepsAlive: boolean,
  ) {
    this.reader = new LineReader(process.stdout);
    this.writer = new LineWriter(process.stdin);
    this.connection = createMessageConnection(this.reader, this.writer, NullLogger);
    this.ended = process.ended.then(async (sentence) => {
      await this.reader.handled();
      this.end ??= sentence;
      this.connection.dispose(); // rejects what was not answered
      return this.end;
    });
    this.reader.onError((err) => this.abandon(`${process.path} does not speak JSON-RPC: ${err.message}`));
    this.listenForCalls();
    this.connection.listen();
    if (!keepsAlive) process.unref();
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Whether the worker can still be asked. */
  get isRunning(): boolean {
    return this.end === undefined;
  }

  /**
   * Sends a request and resolves with its result.
   * @throws StatusError, RequestError, WorkerError, the signal's reason, or TypeError where params are no JSON
   */
  async request<Result>(method: string, params: object, options: RequestOptions = {}): Promise<Result> {
    const { signal, before, background = false } = options;
    signal?.throwIfAborted();
    if (this.end !== undefined) throw new WorkerError(this.end);
    const encoded = new Encoded(params);
    const source = signal && new CancellationTokenSource();
    const abort = () => source?.cancel();
    signal?.addEventListener("abort", abort, { once: true });
    if (!background) this.hold(1);
    try {
      const result = await this.connection.sendRequest<Result>(method, encoded, ...(source ? [source.token] : []));
      const slots: readonly Slot[] = this.reader.longStringsOf(result);
      if (before) before(result as object);
      fillWithText(slots);
      return result;
    } catch (err) {
      signal?.throwIfAborted();
      throw this.end === undefined ? fromResponse(err) : new WorkerError(this.end);
    } finally {
      signal?.removeEventListener("abort", abort);
      if (!background) this.hold(-1);
    }
  }

  /** Sends what is not answered; a worker that has ended is not told. */
  notify(method: string, params: object): void {
    if (this.end === undefined) void this.connection.sendNotification(method, new Encoded(params)).catch(() => {});
  }

  /** Keeps Node.js alive until a promise of a background request is settled. */
  async waitFor<Result>(promise: Promise<Result>): Promise<Result> {
    this.hold(1);
    try {
      return await promise;
    } finally {
      this.hold(-1);
    }
  }

  /** Ends the worker once it has answered what it was asked. */
  async close(): Promise<void> {
    this.writer.end();
    await this.waitFor(this.ended);
  }

  /** Kills the worker; what it had not answered rejects with why. */
  abandon(why: string): void {
    this.end ??= why;
    this.process.kill();
  }

  /** The id of a call that is pushed is its server's and a number: v1.1. */
  private listenForCalls(): void {
    const serverOf = (streamId: string) => this.servers.get(streamId.slice(0, streamId.lastIndexOf(".")));
    this.connection.onNotification("incomingCall", (call: IncomingCall) => serverOf(call.streamId)?.incoming(call));
    this.connection.onNotification("streamMessage", ({ streamId, message }: { streamId: string; message: unknown }) =>
      serverOf(streamId)?.message(streamId, message),
    );
    this.connection.onNotification("streamEnd", (end: StreamEnd & { streamId: string }) =>
      serverOf(end.streamId)?.ended(end.streamId, end),
    );
  }

  /** Counts who waits; the first and the last change whether the process keeps Node.js alive. */
  private hold(by: 1 | -1): void {
    this.waiting += by;
    if (this.keepsAlive) return;
    if (by === 1 && this.waiting === 1) this.process.ref();
    if (by === -1 && this.waiting === 0) this.process.unref();
  }
}
