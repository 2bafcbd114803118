import { StatusError } from "./errors";
import type { ReceivedMetadata, Reply, Status, StreamEnd, StreamOptions } from "./types";
import type { Worker } from "./worker";

/** How many messages are asked for at once. */
const batch = 100;

interface Batch<Message> extends Partial<StreamEnd> {
  done: boolean;
  messages: Message[];
}

/** What every stream has. It keeps a handle in the worker until its end or close. */
abstract class Stream {
  private readonly abort: (() => void) | undefined;
  private closing: Promise<void> | undefined;
  /** How the stream ended; undefined before. */
  end: StreamEnd | undefined;

  constructor(
    protected readonly worker: Worker,
    /** The worker's handle, such as `s1`. */
    readonly id: string,
    protected readonly options: StreamOptions,
  ) {
    if (options.signal) {
      this.abort = () => void this.cancel().catch(() => {});
      options.signal.addEventListener("abort", this.abort, { once: true });
      if (options.signal.aborted) this.abort();
    }
  }

  /** The headers that the server sent; waits for them. */
  async headers(): Promise<ReceivedMetadata> {
    return (await this.ask<{ headers: ReceivedMetadata }>("getHeaders", { timeoutMs: this.waitMs })).headers;
  }

  /** Cancels the RPC; reading then gives what was received before, and CANCELLED. */
  async cancel(): Promise<void> {
    await this.ask("cancelStream");
  }

  /** Cancels what still runs and gives the handle back. */
  close(): Promise<void> {
    if (this.abort) this.options.signal?.removeEventListener("abort", this.abort);
    this.closing ??= this.ask<object>("closeStream").then(() => {});
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A wait is not bounded unless the caller bounds it. */
  protected get waitMs(): number {
    return this.options.timeoutMs ?? 0;
  }

  protected async ask<Result>(method: string, params: object = {}): Promise<Result> {
    return this.worker.request<Result>(method, { streamId: this.id, ...params });
  }

  /** Waits for messages and takes those that are there. */
  protected async take<Message>(): Promise<Batch<Message>> {
    try {
      const taken = await this.ask<Batch<Message>>("getMessages", { max: batch, timeoutMs: this.waitMs });
      if (taken.done) {
        this.end = taken as StreamEnd;
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
}

/** A stream that is read: `for await (const message of stream)`. */
export class ServerStream<Message> extends Stream implements AsyncIterable<Message> {
  /** The status once the end was read. */
  get status(): Status | undefined {
    return this.end?.status;
  }

  get trailers(): ReceivedMetadata | undefined {
    return this.end?.trailers;
  }

  /**
   * Reads to the end; a status other than OK throws a StatusError there. Leaving
   * the loop early closes the stream.
   */
  async *[Symbol.asyncIterator](): AsyncIterator<Message, void, undefined> {
    try {
      let next = this.prefetch();
      for (;;) {
        const taken = await next;
        if (!taken.done) next = this.prefetch();
        yield* taken.messages;
        if (taken.done) return;
      }
    } finally {
      await this.close();
    }
  }

  /** Asks for the next messages; an error waits for whoever reads them. */
  private prefetch(): Promise<Batch<Message>> {
    const next = this.take<Message>();
    next.catch(() => {});
    return next;
  }
}

/** A stream that is sent to and read, in any order. */
export class BidiStream<Sent, Message> extends ServerStream<Message> {
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

/** A stream that is sent to and answers once. */
export class ClientStream<Sent, Message> extends Stream {
  /** Sends a message; resolves when the transport has it. A RawJson is passed on as it is. */
  async send(message: Sent): Promise<void> {
    await this.ask("sendMessage", { message });
  }

  /** Sends several, in one request. */
  async sendAll(messages: Sent[]): Promise<void> {
    await this.ask("sendMessages", { messages });
  }

  /**
   * Completes sending and waits for the response.
   * @throws StatusError where the call ends with another status than OK
   */
  async finish(): Promise<Reply<Message>> {
    try {
      await this.ask("completeSend");
      const messages: Message[] = [];
      let taken: Batch<Message>;
      do {
        taken = await this.take<Message>();
        messages.push(...taken.messages);
      } while (!taken.done);
      const { status, headers, trailers } = taken as StreamEnd;
      return { message: messages[0] as Message, status, headers, trailers };
    } finally {
      await this.close();
    }
  }
}
