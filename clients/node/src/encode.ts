import { RawJson } from "./rawjson";

/** Long text, which is written as it is and never joined with what stands around it. */
export interface LongText {
  readonly text: string;
  /** `latin1` if it is all ASCII, which is copied faster so. */
  readonly encoding: "utf8" | "latin1";
}

/** What is written in order. */
export type Part = string | LongText;

/** From this length on a string or a buffer is a part of its own, in characters or bytes. */
const long = 8 * 1024;

/**
 * How many bytes are encoded at a time. The base64 of so many stays in the processor's
 * cache; that of twice as many would be a large object to V8, which costs it more.
 */
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
    else this.push({ text: line, encoding: "utf8" });
  }

  private bytes(bytes: Buffer): void {
    this.text += '"';
    if (bytes.length < long) {
      this.text += bytes.toString("base64");
    } else {
      for (let at = 0; at < bytes.length; at += piece) {
        this.push({ text: bytes.toString("base64", at, at + piece), encoding: "latin1" });
      }
    }
    this.text += '"';
  }

  /** A long string, which is most often base64 and then needs no escapes. */
  private string(text: string): void {
    if (!isBase64(text)) {
      this.push({ text: JSON.stringify(text), encoding: "utf8" });
      return;
    }
    this.text += '"';
    this.push({ text, encoding: "latin1" });
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

/** Whether a string is base64 throughout, looked at piece by piece. */
function isBase64(text: string): boolean {
  for (let at = 0; at < text.length; at += piece) {
    const part = text.slice(at, at + piece);
    if (Buffer.byteLength(part) !== part.length || !isBase64Piece(part)) return false;
  }
  return true;
}

/**
 * Whether ASCII text holds characters of base64 only. Node.js passes over all others,
 * so that one of them makes what is decoded shorter; to ask it so takes a twentieth of
 * a regular expression's time.
 */
function isBase64Piece(text: string): boolean {
  const digits = text.length - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);
  return digits % 4 !== 1 && scratch.write(text, "base64") === Math.floor((digits * 3) / 4);
}
