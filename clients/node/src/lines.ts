import type { Readable, Writable } from "node:stream";
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageReader,
  type MessageWriter,
} from "vscode-jsonrpc/node";

import { fillWithText, parse, type Slot } from "./decode";
import { Encoded, type Part } from "./encode";

/** The line feed that ends a line. */
const lineEnd = 10;

/** Reads JSON-RPC messages, one a line: the worker's own framing. */
export class LineReader extends AbstractMessageReader implements MessageReader {
  /** Of the line that has begun. */
  private chunks: Buffer[] = [];
  private unhandled = 0;
  private readonly slots = new WeakMap<object, Slot[]>();

  constructor(private readonly input: Readable) {
    super();
  }

  listen(callback: DataCallback): Disposable {
    const onData = (chunk: Buffer) => this.read(chunk, callback);
    this.input.on("data", onData);
    this.input.on("error", (err) => this.fireError(err));
    return { dispose: () => this.input.off("data", onData) };
  }

  /** Where in a result LongStrings stand for strings, until its reader has had them. */
  longStringsOf(result: unknown): readonly Slot[] {
    return (typeof result === "object" && result !== null && this.slots.get(result)) || [];
  }

  /** Resolves when the messages that were read have been handled. */
  async handled(): Promise<void> {
    while (this.unhandled > 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private read(chunk: Buffer, callback: DataCallback): void {
    let from = 0;
    for (let at = chunk.indexOf(lineEnd); at >= 0; at = chunk.indexOf(lineEnd, from)) {
      const last = chunk.subarray(from, at);
      const line = this.chunks.length === 0 ? last : Buffer.concat([...this.chunks, last]);
      this.chunks = [];
      from = at + 1;
      this.deliver(line, callback);
    }
    if (from < chunk.length) this.chunks.push(chunk.subarray(from));
  }

  private deliver(line: Buffer, callback: DataCallback): void {
    let message: Message & { result?: unknown };
    try {
      const { value, slots } = parse(line);
      message = value as Message;
      if (slots.length > 0) this.keep(message.result, slots);
    } catch {
      this.fireError(new Error(`it wrote ${line.toString("utf8", 0, 80)}`));
      return;
    }
    callback(message);
    this.unhandled++;
    if (this.unhandled === 1) {
      setImmediate(() => this.handleOne());
    }
  }

  /** What is no result has no reader that asks for its long strings. */
  private keep(result: unknown, slots: Slot[]): void {
    if (typeof result === "object" && result !== null) this.slots.set(result, slots);
    else fillWithText(slots);
  }

  /** Keeps pace with vscode-jsonrpc, which handles a message each setImmediate. */
  private handleOne(): void {
    this.unhandled--;
    if (this.unhandled > 0) {
      setImmediate(() => this.handleOne());
    }
  }
}

/** Writes JSON-RPC messages, one a line; those of one turn go in one write. */
export class LineWriter extends AbstractMessageWriter implements MessageWriter {
  private text = "";
  private parts: Part[] = [];
  private isFlushing = false;

  constructor(private readonly output: Writable) {
    super();
    output.on("error", (err) => this.fireError(err));
    output.on("close", () => this.fireClose());
  }

  /** @param message whose params may be Encoded */
  write(message: Message): Promise<void> {
    const { params, ...envelope } = message as Message & { params?: unknown };
    const head = JSON.stringify(envelope);
    if (params === undefined) {
      this.text += `${head}\n`;
    } else {
      this.text += `${head.slice(0, -1)},"params":`;
      for (const part of params instanceof Encoded ? params.parts : new Encoded(params).parts) this.add(part);
      this.text += "}\n";
    }
    if (!this.isFlushing) {
      this.isFlushing = true;
      process.nextTick(() => this.flush());
    }
    return Promise.resolve();
  }

  end(): void {
    this.flush();
    this.output.end();
  }

  private add(part: Part): void {
    if (typeof part === "string") {
      this.text += part;
    } else {
      this.parts.push(this.text, part);
      this.text = "";
    }
  }

  private flush(): void {
    const [text, parts] = [this.text, this.parts];
    this.text = "";
    this.parts = [];
    this.isFlushing = false;
    if (!this.output.writable || text === "") return;
    if (parts.length === 0) {
      this.output.write(text);
      return;
    }
    this.output.cork();
    for (const part of [...parts, text]) {
      // Node.js encodes the strings of a writev into memory that it sets aside once.
      if (typeof part === "string") this.output.write(part);
      else this.output.write(part.text, part.encoding);
    }
    this.output.uncork();
  }
}
