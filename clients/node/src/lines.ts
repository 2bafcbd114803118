import type { Readable, Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageReader,
  type MessageWriter,
} from "vscode-jsonrpc/node";

import { stringify } from "./rawjson";

/** Reads JSON-RPC messages, one a line: the worker's own framing. */
export class LineReader extends AbstractMessageReader implements MessageReader {
  private readonly decoder = new StringDecoder("utf8");
  private rest: string[] = [];
  private unhandled = 0;

  constructor(private readonly input: Readable) {
    super();
  }

  listen(callback: DataCallback): Disposable {
    const onData = (chunk: Buffer) => this.read(this.decoder.write(chunk), callback);
    this.input.on("data", onData);
    this.input.on("error", (err) => this.fireError(err));
    return { dispose: () => this.input.off("data", onData) };
  }

  /** Resolves when the messages that were read have been handled. */
  async handled(): Promise<void> {
    while (this.unhandled > 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private read(text: string, callback: DataCallback): void {
    let from = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      this.rest.push(text.slice(from, at));
      const line = this.rest.join("");
      this.rest = [];
      from = at + 1;
      this.deliver(line, callback);
    }
    this.rest.push(text.slice(from));
  }

  private deliver(line: string, callback: DataCallback): void {
    let message: Message;
    try {
      message = JSON.parse(line) as Message;
    } catch {
      this.fireError(new Error(`it wrote ${line.slice(0, 80)}`));
      return;
    }
    callback(message);
    this.unhandled++;
    if (this.unhandled === 1) {
      setImmediate(() => this.handleOne());
    }
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
  private lines: string[] = [];

  constructor(private readonly output: Writable) {
    super();
    output.on("error", (err) => this.fireError(err));
    output.on("close", () => this.fireClose());
  }

  write(message: Message): Promise<void> {
    const { params, ...envelope } = message as Message & { params?: object };
    const head = JSON.stringify(envelope);
    const line = params === undefined ? head : `${head.slice(0, -1)},"params":${stringify(params)}}`;
    if (this.lines.push(line) === 1) {
      process.nextTick(() => this.flush());
    }
    return Promise.resolve();
  }

  end(): void {
    this.flush();
    this.output.end();
  }

  private flush(): void {
    if (this.lines.length > 0 && this.output.writable) {
      this.output.write(this.lines.join("\n") + "\n");
    }
    this.lines = [];
  }
}
