import type { Buffers } from "./buffers";
import { StatusError } from "./errors";
import type { RequestOptions, Rpc } from "./rpc";
import type { ReceivedMetadata, Reply, StreamEnd } from "./types";

/** How many messages are asked for at once. */
const batch = 100;

interface Batch<Message> extends Partial<StreamEnd> {
  done: boolean;
  messages: Message[];
}

/** A stream that was started, and what holds for its requests. */
export interface StreamStart {
  streamId: string;
  signal: AbortSignal | undefined;
  /** Of one wait for messages; 0 is no bound. */
  timeoutMs: number;
  buffers: Buffers | undefined;
}

/** What every stream has. It keeps a handle in the worker until its end or close. */
abstract class Stream {
  private readonly abort = () => void this.cancel().catch(() => {});
  private closing: Promise<void> | undefined;
  private readonly received: Promise<{ headers: ReceivedMetadata }>;
  /** How the stream ended; undefined before the end was read. */
  end: StreamEnd | undefined;

  constructor(
    private readonly rpc: Rpc,
    private readonly start: StreamStart,
  ) {
    const { signal } = start;
    signal?.addEventListener("abort", this.abort, { once: true });
    if (signal?.aborted) this.abort();
    // Asked for first, since the worker takes what is read of a stream in turn.
    this.received = this.ask("getHeaders", { timeoutMs: 0 }, { background: true });
    this.received.catch(() => {}); // it rejects for whoever asks
  }

  /** The worker's handle, such as `s1`. */
  get id(): string {
    return this.start.streamId;
  }

  /** The headers that the server sent; waits for them. */
  async headers(): Promise<ReceivedMetadata> {
    return (await this.rpc.waitFor(this.received)).headers;
  }

  /** Cancels the RPC; reading then gives what was received before, and CANCELLED. */
  async cancel(): Promise<void> {
    await this.ask("cancelStream");
  }

  /** Cancels what still runs and gives the handle back. */
  close(): Promise<void> {
    this.closing ??= this.cancelAndClose();
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  protected ask<Result>(method: string, params: object = {}, options: RequestOptions = {}): Promise<Result> {
    return this.rpc.request<Result>(method, { streamId: this.id, ...params }, options);
  }

  /** Reads to the end, asking for the next messages while these are used. */
  protected async *read<Message>(): AsyncGenerator<Message, void, undefined> {
    try {
      let next = this.take<Message>();
      for (;;) {
        const taken = await next;
        if (!taken.done) {
          next = this.take<Message>();
          next.catch(() => {}); // it rejects for whoever reads on
        }
        yield* taken.messages;
        if (taken.done) return;
      }
    } finally {
      await this.close();
    }
  }

  /** Waits for messages and takes those that are there. */
  private async take<Message>(): Promise<Batch<Message>> {
    try {
      const { buffers, timeoutMs } = this.start;
      const before = (taken: object) => {
        const { messages } = taken as Batch<Message>;
        messages.forEach((_, i) => buffers?.convert(messages, i));
      };
      const taken = await this.ask<Batch<Message>>("getMessages", { max: batch, timeoutMs }, { before });
      if (taken.done) {
        const { status, headers, trailers } = taken as StreamEnd;
        this.end = { status, headers, trailers };
      }
      return taken;
    } catch (err) {
      if (err instanceof StatusError) {
        this.end = { status: err.status, headers: err.headers, trailers: err.trailers };
      }
      this.start.signal?.throwIfAborted();
      throw err;
    }
  }

  /** Closing takes its turn after waits, which cancelling ends. */
  private async cancelAndClose(): Promise<void> {
    this.start.signal?.removeEventListener("abort", this.abort);
    const cancelled = this.end ? undefined : this.cancel();
    await Promise.all([cancelled, this.ask("closeStream")]);
  }
}

/** A stream that is read: `for await (const message of stream)`. */
export class ServerStream<Message> extends Stream implements AsyncIterable<Message> {
  /**
   * Reads to the end; a status other than OK throws a StatusError there. Leaving
   * the loop early closes the stream.
   */
  [Symbol.asyncIterator](): AsyncGenerator<Message, void, undefined> {
    return this.read<Message>();
  }
}

abstract class SendingStream<Sent> extends Stream {
  /** Sends a message; resolves when the transport has it. A RawJson is passed on as it is. */
  async send(message: Sent): Promise<void> {
    await this.ask("sendMessage", { message });
  }

  /** Sends several, in one request. */
  async sendAll(messages: Sent[]): Promise<void> {
    await this.ask("sendMessages", { messages });
  }

  /** Tells the server that no more messages come. */
  async completeSend(): Promise<void> {
    await this.ask("completeSend");
  }
}

/** A stream that is sent to and read, in any order. */
export class BidiStream<Sent, Message> extends SendingStream<Sent> implements AsyncIterable<Message> {
  /** Reads to the end, as a ServerStream does. */
  [Symbol.asyncIterator](): AsyncGenerator<Message, void, undefined> {
    return this.read<Message>();
  }
}

/** A stream that is sent to and answers once. */
export class ClientStream<Sent, Message> extends SendingStream<Sent> {
  /**
   * Waits for the response, which a server may send before sending is completed.
   * @throws StatusError where the call ends with another status than OK
   */
  async response(): Promise<Reply<Message>> {
    let message!: Message;
    for await (const response of this.read<Message>()) message = response;
    return { message, ...(this.end as StreamEnd) };
  }

  /**
   * Completes sending and waits for the response.
   * @throws StatusError where the call ends with another status than OK
   */
  async finish(): Promise<Reply<Message>> {
    await this.completeSend();
    return this.response();
  }
}
