import {
  type BidiStream,
  type CallOptions,
  type ClientStream,
  type Connection,
  RawJson,
  RequestError,
  type ServerStream,
  type Worker,
} from "grpcline-client";

import type { Answer } from "../file/answers";
import type { Request } from "../file/block";
import { connectionParams } from "../file/params";
import { messageLines, render, responseLines } from "./render";
import { failed, type Result, setEnd, setError } from "./result";

/** A request that can be run: it has no problems. */
export type Runnable = Request & { address: string; method: string };

/** The code of a message that does not fit its type. */
const misfit = -32602;

export interface RunOptions {
  /** How many messages of a stream stay on show. */
  keep: number;
  /** Completes sending after the body, whatever the request says of it. */
  completes?: boolean;
}

type Stream = ServerStream<unknown> | ClientStream<RawJson, unknown> | BidiStream<RawJson, unknown>;
type Sender = ClientStream<RawJson, unknown> | BidiStream<RawJson, unknown>;

/** Reads the one response of a client stream as if it were a stream. */
async function* response(stream: ClientStream<RawJson, unknown>): AsyncGenerator<unknown> {
  yield (await stream.response()).message;
}

/**
 * One request of a .grpc file while it runs. A Run owns its connection and stream
 * in the worker and gives them back when the call has ended.
 */
export class Run {
  readonly result: Result;
  /** The error it ended with, and which message of the body it is about. */
  failure: { err: unknown; index: number } | undefined;
  private readonly aborter = new AbortController();
  private readonly started = performance.now();
  private stream: Stream | undefined;
  private sender: Sender | undefined;
  private hasEnded = false;
  /** The response, or the last message of a stream. */
  private last: { message: unknown } | undefined;

  /** @param onChange called whenever the result has changed */
  constructor(
    readonly request: Runnable,
    private readonly options: RunOptions,
    private readonly onChange: () => void,
  ) {
    this.result = { state: "running", method: request.method, address: request.address, messages: [] };
  }

  get isRunning(): boolean {
    return !this.hasEnded;
  }

  /** What it looks like. */
  get text(): string {
    return render(this.result);
  }

  /** What later requests can refer to; undefined where no call was made or it has not ended. */
  get answer(): Answer | undefined {
    const { state, headers = {}, trailers = {} } = this.result;
    if (!this.hasEnded || state === failed) return undefined;
    return { state, headers, trailers, ...(this.last && { response: this.last.message }) };
  }

  /** Whether messages can be sent to it. */
  get canSend(): boolean {
    return !this.hasEnded && this.sender !== undefined;
  }

  /** Runs the request; what goes wrong is in the result. */
  async start(worker: () => Promise<Worker>): Promise<void> {
    let connection: Connection | undefined;
    this.onChange();
    try {
      const { signal } = this.aborter;
      connection = await (await worker()).open(connectionParams(this.request), signal);
      await this.call(connection, (await connection.method(this.request.method, signal)).kind);
    } catch (err) {
      this.failure ??= { err, index: 0 };
      setError(this.result, this.failure.err);
    }
    this.hasEnded = true;
    this.result.ms = Math.floor(performance.now() - this.started);
    this.onChange();
    await connection?.close().catch(() => {}); // a worker that died has none
  }

  /**
   * Sends a message on the open stream.
   * @throws Error where there is none, or it is not sent
   */
  async send(json: string): Promise<void> {
    if (!this.sender || this.hasEnded) throw new Error("there is no open stream to send to");
    this.show(messageLines("→", json));
    try {
      await this.sender.send(new RawJson(json));
    } catch (err) {
      this.show(`! not sent: ${(err as Error).message}`.split("\n"));
      throw err;
    }
    this.result.sent = (this.result.sent ?? 0) + 1;
    this.onChange();
  }

  /** Tells the server that no more messages come. */
  async completeSend(): Promise<void> {
    if (!this.sender || this.hasEnded) throw new Error("there is no open stream to complete");
    await this.sender.completeSend();
    if (!this.hasEnded) this.setState("half-closed");
  }

  /** Cancels the call; its end is then shown like any other. */
  cancel(): void {
    if (this.stream) void this.stream.cancel().catch(() => {});
    else this.aborter.abort();
  }

  private async call(connection: Connection, kind: string): Promise<void> {
    const { messages, method, settings } = this.request;
    const takesOne = kind === "unary" || kind === "serverStream";
    if (takesOne && messages.length > 1) {
      throw new Error(`${method} takes one message, and the body has ${messages.length}`);
    }
    const first = messages[0] ? new RawJson(messages[0].text) : {};
    const deadline = settings.timeoutMs === undefined ? {} : { deadlineMs: settings.timeoutMs };
    if (kind === "unary") return this.unary(connection, first);
    if (kind === "serverStream") {
      const stream = await connection.serverStream(method, first, deadline);
      return this.follow(stream, stream, messages.length);
    }
    if (kind === "clientStream") {
      const stream = await connection.clientStream<RawJson>(method, deadline);
      return this.follow((this.sender = stream), response(stream), 0);
    }
    const stream = await connection.bidiStream<RawJson>(method, deadline);
    return this.follow((this.sender = stream), stream, 0);
  }

  private async unary(connection: Connection, request: unknown): Promise<void> {
    const { timeoutMs } = this.request.settings;
    const options: CallOptions = { signal: this.aborter.signal, ...(timeoutMs !== undefined && { timeoutMs }) };
    const reply = await connection.call(this.request.method, request, options);
    setEnd(this.result, reply);
    this.last = reply;
    this.result.messages.push(responseLines(reply.message));
  }

  /** Shows a stream as it comes, while what there is to send is sent. */
  private async follow(stream: Stream, messages: AsyncIterable<unknown>, sent: number): Promise<void> {
    this.stream = stream;
    this.result.sent = sent;
    this.result.received = 0;
    this.setState("open");
    stream.headers().then((headers) => this.setHeaders(headers), () => {});
    if (this.aborter.signal.aborted) this.cancel();
    const sending = this.sender && this.sendBody().catch(() => stream.close());
    try {
      for await (const message of messages) {
        this.result.received++;
        this.last = { message };
        this.show(messageLines("←", JSON.stringify(message)));
      }
    } finally {
      await sending;
    }
    setEnd(this.result, stream.end!);
  }

  /**
   * Sends the messages of the file, then completes sending, unless the stream is to
   * be kept open or there was nothing to send. A message that does not fit ends the
   * run; where the server ended the stream, its status is on the way.
   */
  private async sendBody(): Promise<void> {
    const { messages } = this.request;
    const completes = this.options.completes ?? false;
    const keepOpen = !completes && this.request.settings.keepOpen;
    for (const [i, { text }] of messages.entries()) {
      try {
        await this.send(text);
      } catch (err) {
        if (!(err instanceof RequestError) || err.code !== misfit || keepOpen) return;
        this.failure = { err, index: i };
        throw err;
      }
    }
    if ((messages.length > 0 || completes) && !keepOpen) await this.completeSend().catch(() => {});
  }

  private show(lines: string[]): void {
    this.result.messages.push(lines);
    if (this.result.messages.length > this.options.keep) this.result.messages.shift();
    this.onChange();
  }

  private setState(state: string): void {
    this.result.state = state;
    this.onChange();
  }

  private setHeaders(headers: Record<string, string[]>): void {
    if (!this.hasEnded) {
      this.result.headers = headers;
      this.onChange();
    }
  }
}
