import { StatusError } from "./errors";
import { Queue } from "./queue";
import type { Rpc } from "./rpc";
import type { IncomingCall, Metadata, MethodKind, Peer, ReceivedMetadata, StatusToSend, StreamEnd } from "./types";

/** How many messages are sent ahead of the transport. */
const ahead = 64;

/** How many messages of a call the worker sends ahead of its handler. */
export const window = 64;

/** The longest time that a timer of Node.js takes, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** What a handler knows of the call that it answers. */
export interface ServerCall {
  /** `package.Service/Method` */
  readonly method: string;
  readonly kind: MethodKind;
  /** What the client sent. */
  readonly metadata: ReceivedMetadata;
  readonly peer: Peer;
  /** How long the client still waited when the call came; undefined if it set no deadline. */
  readonly deadlineMs: number | undefined;
  /** Fires when the client goes away or the server is stopped; its reason says which. */
  readonly signal: AbortSignal;
  /** Goes out with the status, an error's too. */
  readonly trailers: Metadata;
  /** Sends headers before the first message, with which they else go. */
  sendHeaders(metadata: Metadata): Promise<void>;
}

/** A call that came, from its first notification to its finishCall. */
export class Incoming implements ServerCall {
  readonly trailers: Metadata = {};
  /** The messages of a client that streams. */
  readonly requests = new Queue<unknown>(() => this.dealtWith());
  /** Messages that the handler has dealt with and the worker has not been told of. */
  private unacknowledged = 0;
  private readonly aborter = new AbortController();
  private deadline: NodeJS.Timeout | undefined;

  constructor(
    private readonly rpc: Rpc,
    private readonly call: IncomingCall,
  ) {
    if (call.deadlineMs !== undefined) this.startDeadline(call.deadlineMs);
  }

  get method(): string {
    return `${this.call.service}/${this.call.method}`;
  }

  get kind(): MethodKind {
    return this.call.kind;
  }

  get metadata(): ReceivedMetadata {
    return this.call.metadata;
  }

  get peer(): Peer {
    return this.call.peer;
  }

  get deadlineMs(): number | undefined {
    return this.call.deadlineMs;
  }

  get signal(): AbortSignal {
    return this.aborter.signal;
  }

  /** The request of a method that takes one, else the requests. */
  get request(): unknown {
    const takesOne = this.kind === "unary" || this.kind === "serverStream";
    return takesOne ? this.call.message : this.requests;
  }

  async sendHeaders(metadata: Metadata): Promise<void> {
    await this.ask("sendHeaders", { metadata });
  }

  /** Sends messages as they come, some of them ahead of the answers to those before. */
  async sendAll(messages: AsyncIterable<unknown> | Iterable<unknown>): Promise<void> {
    const sending: Promise<void>[] = [];
    const failed = (err: unknown) => void (err instanceof StatusError && this.abort(err));
    for await (const message of messages) {
      this.signal.throwIfAborted();
      const sent = this.ask<void>("sendMessage", { message });
      sent.catch(failed); // it is thrown below
      sending.push(sent);
      if (sending.length >= ahead) await sending.shift();
    }
    await Promise.all(sending);
  }

  /** Ends the call and gives its handle back. */
  async finish(end: { message: unknown } | { status: StatusToSend } | object): Promise<void> {
    const trailers = Object.keys(this.trailers).length > 0 ? { trailers: this.trailers } : {};
    await this.ask("finishCall", { ...end, ...trailers });
  }

  /** Gives the handle back, however the call ended. */
  async close(): Promise<void> {
    await this.ask("closeStream");
  }

  /** The client has sent all or went away, or the server is being stopped. */
  ended({ status }: Pick<StreamEnd, "status">): void {
    if (status.code === 0) this.requests.finish();
    else this.abort(new StatusError(`${status.name}: ${status.message}`, status, { origin: "client" }));
  }

  abort(reason: unknown): void {
    this.requests.finish({ error: reason });
    this.settled();
    this.aborter.abort(reason);
  }

  /** Nothing of the call is waited for any longer. */
  settled(): void {
    clearTimeout(this.deadline);
  }

  /** Makes room for more messages, in one notification for many. */
  private dealtWith(): void {
    this.unacknowledged++;
    if (this.unacknowledged < window / 2) return;
    this.rpc.notify("ackMessages", { streamId: this.call.streamId, count: this.unacknowledged });
    this.unacknowledged = 0;
  }

  private ask<Result>(method: string, params: object = {}): Promise<Result> {
    return this.rpc.request<Result>(method, { streamId: this.call.streamId, ...params });
  }

  /** The worker tells of the deadline, but not after the end of a client's messages. */
  private startDeadline(ms: number): void {
    const status = { code: 4, name: "DEADLINE_EXCEEDED", message: "the client's deadline passed", details: [] };
    this.deadline = setTimeout(() => this.ended({ status }), Math.min(ms, longestTimer)).unref();
  }
}
