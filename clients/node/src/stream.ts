import { StatusError } from "./errors";
import type { ReceivedMetadata, Reply, StreamEnd, StreamOptions } from "./types";
import type { Worker } from "./worker";

/** How many messages are asked for at once. */
const batch = 100;

interface Batch<Message> extends Partial<StreamEnd> {
  done: boolean;
  messages: Message[];
}

/** What every stream has. It keeps a handle in the worker until its end or close. */
abstract class Stream {
  private readonly abort = () => void this.cancel().catch(() => {});
  private closing: Promise<void> | undefined;
  private readonly received: Promise<{ headers: ReceivedMetadata }>;
  /** How the stream ended; undefined before the end was read. */
  end: StreamEnd | undefined;

  constructor(
    private readonly worker: Worker,
    /** The worker's handle, such as `s1`. */
    readonly id: string,
    private readonly options: StreamOptions,
  ) {
    options.signal?.addEventListener("abort", this.abort, { once: true });
    if (options.signal?.aborted) this.abort();
    // Asked for first, since the worker takes what is read of a stream in turn.
    this.received = this.ask("getHeaders", { timeoutMs: 0 });
    this.received.catch(() => {}); // it rejects for whoever asks
  }

  /** The headers that the server sent; waits for them. */
  async headers(): Promise<ReceivedMetadata> {
    return (await this.received).headers;
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

  protected ask<Result>(method: string, params: object = {}): Promise<Result> {
    return this.worker.request<Result>(method, { streamId: this.id, ...params });
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
      const timeoutMs = this.options.timeoutMs ?? 0; // a wait is not bounded unless the caller bounds it
      const taken = await this.ask<Batch<Message>>("getMessages", { max: batch, timeoutMs });
      if (taken.done) {
        const { status, headers, trailers } = taken as StreamEnd;
        this.end = { status, headers, trailers };
      }
      return taken;
    } catch (err) {
      if (err instanceof StatusError) {
        this.end = { status: err.status, headers: err.headers, trailers: err.trailers };
      }
      this.options.signal?.throwIfAborted();
      throw err;
    }
  }

  /** Closing takes its turn after waits, which cancelling ends. */
  private async cancelAndClose(): Promise<void> {
    this.options.signal?.removeEventListener("abort", this.abort);
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
