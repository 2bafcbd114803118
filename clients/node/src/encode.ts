import { RawJson } from "./rawjson";

/** What is written in order: text, or bytes that stand in it. */
export type Part = string | Buffer;

/** From this length on a string or a buffer is a part of its own, in characters or bytes. */
const long = 8 * 1024;

/** How much of one is encoded at a time: pieces of this size stay in the processor's cache. */
const piece = 48 * 1024;

/**
 * JSON text in parts. It is what JSON.stringify gives, but that a RawJson stands as it
 * is written, bytes as base64 and a bigint as a number, at any depth, and that long
 * strings and bytes are never made one text with the rest.
 */
export class Encoded {
  readonly parts: readonly Part[];

  /** @throws TypeError where value is no JSON, RangeError where it contains itself */
  constructor(value: unknown) {
    const writer = new Writer();
    writer.value(value);
    this.parts = writer.end();
  }
}

/** Whether JSON.stringify would not do for a value. */
function isSpecial(value: unknown): boolean {
  if (typeof value === "string") return value.length >= long;
  if (typeof value !== "object") return typeof value === "bigint";
  if (value === null) return false;
  if (Array.isArray(value)) return value.some(isSpecial);
  if (ArrayBuffer.isView(value) || "toJSON" in value) return true;
  for (const name in value) {
    if (isSpecial((value as Record<string, unknown>)[name])) return true;
  }
  return false;
}

class Writer {
  private readonly parts: Part[] = [];
  private text = "";

  value(value: unknown): void {
    if (!isSpecial(value)) this.text += JSON.stringify(value) ?? "null";
    else if (typeof value === "string") this.string(value);
    else if (value instanceof RawJson) this.raw(value);
    else if (ArrayBuffer.isView(value)) this.bytes(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
    else if (typeof value === "bigint") this.text += String(value);
    else if (Array.isArray(value)) this.array(value);
    else if (typeof (value as Date).toJSON === "function") this.value((value as { toJSON(): unknown }).toJSON());
    else this.object(value as object);
  }

  end(): Part[] {
    this.flush();
    return this.parts;
  }

  private object(value: object): void {
    let before = "{";
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined || typeof member === "function" || typeof member === "symbol") continue;
      this.text += `${before}${JSON.stringify(name)}:`;
      this.value(member);
      before = ",";
    }
    this.text += before === "{" ? "{}" : "}";
  }

  private array(values: unknown[]): void {
    this.text += "[";
    values.forEach((value, i) => {
      if (i > 0) this.text += ",";
      this.value(value);
    });
    this.text += "]";
  }

  /** A line break in JSON stands between tokens, where a space means the same. */
  private raw({ text }: RawJson): void {
    const line = text.replace(/[\r\n]/g, " ");
    if (line.length < long) this.text += line;
    else this.push(Buffer.from(line));
  }

  private bytes(bytes: Buffer): void {
    this.text += '"';
    if (bytes.length < long) {
      this.text += bytes.toString("base64");
    } else {
      for (let at = 0; at < bytes.length; at += piece) {
        this.push(Buffer.from(bytes.toString("base64", at, at + piece), "latin1"));
      }
    }
    this.text += '"';
  }

  /** A long string, which is most often base64 and then needs no escapes. */
  private string(text: string): void {
    const pieces = base64Pieces(text);
    if (!pieces) {
      this.push(Buffer.from(JSON.stringify(text)));
      return;
    }
    this.text += '"';
    for (const piece of pieces) this.push(piece);
    this.text += '"';
  }

  private push(part: Part): void {
    this.flush();
    this.parts.push(part);
  }

  private flush(): void {
    if (this.text !== "") this.parts.push(this.text);
    this.text = "";
  }
}

const scratch = Buffer.allocUnsafeSlow(piece);

/** The bytes of a string that is base64 throughout; undefined where it is not. */
function base64Pieces(text: string): Buffer[] | undefined {
  const list: Buffer[] = [];
  for (let at = 0; at < text.length; at += piece) {
    const part = text.slice(at, at + piece);
    const bytes = Buffer.allocUnsafe(part.length);
    if (Buffer.byteLength(part) !== part.length || !isBase64(part)) return undefined;
    bytes.write(part, "latin1");
    list.push(bytes);
  }
  return list;
}

/**
 * Whether ASCII text holds characters of base64 only. Node.js passes over all others,
 * so that one of them makes what is decoded shorter; to ask it so takes a twentieth of
 * a regular expression's time.
 */
function isBase64(text: string): boolean {
  const digits = text.length - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);
  return digits % 4 !== 1 && scratch.write(text, "base64") === Math.floor((digits * 3) / 4);
}
