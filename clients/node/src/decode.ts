import { isAscii } from "node:buffer";
import { randomUUID } from "node:crypto";

/** From this length on a line's strings are looked at, in bytes. */
const longLine = 32 * 1024;

/** From this length on a string stays bytes until it is asked for. */
const long = 16 * 1024;

/** How much is decoded at a time, in bytes: pieces of this size stay in the processor's cache. */
const piece = 64 * 1024;

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

/** A long string of a line that has no escapes, as the bytes between its quotes. */
export class LongString {
  constructor(private readonly bytes: Buffer) {}

  text(): string {
    return this.bytes.toString(isAscii(this.bytes) ? "latin1" : "utf8");
  }

  /** What it means as base64. */
  decoded(): Buffer {
    const decoded = Buffer.allocUnsafeSlow(Math.ceil((this.bytes.length * 3) / 4));
    let length = 0;
    for (let at = 0; at < this.bytes.length; at += piece) {
      length += decoded.write(this.bytes.toString("latin1", at, at + piece), length, "base64");
    }
    return decoded.subarray(0, length);
  }
}

/** Where a LongString stands for a string. */
export interface Slot {
  holder: Record<string | number, unknown>;
  name: string | number;
}

/** Puts the strings where LongStrings still stand. */
export function fillWithText(slots: readonly Slot[]): void {
  for (const { holder, name } of slots) {
    const value = holder[name];
    if (value instanceof LongString) holder[name] = value.text();
  }
}

/** Stands for a long string while the rest is parsed; nobody else can know it. */
const mark = `${randomUUID()}:`;

/**
 * The long strings of a line of JSON, by where they begin and end. What follows a
 * quote and begins like base64 is inside a string: after one's end comes punctuation.
 */
function longStrings(line: Buffer): [number, number][] {
  const list: [number, number][] = [];
  let after = 0;
  for (let at = long; at < line.length; at += long) {
    if (at < after) continue;
    const start = line.lastIndexOf(quote, at - 1) + 1;
    const end = line.indexOf(quote, at);
    if (end < 0) break;
    after = end + 1;
    if (end - start < long || start < 2 || !/[A-Za-z0-9+/]/.test(String.fromCharCode(line[start]!))) continue;
    const isWhole = line[start - 2] !== backslash && line[end - 1] !== backslash && line[end + 1] !== colon;
    const escape = line.subarray(start, end).indexOf(backslash);
    if (isWhole && escape < 0) list.push([start, end]);
  }
  return list;
}

/** Puts the LongStrings where their marks stand. */
function fill(node: unknown, strings: readonly LongString[], slots: Slot[]): void {
  if (typeof node !== "object" || node === null) return;
  const holder = node as Record<string | number, unknown>;
  for (const name in holder) {
    const value = holder[name];
    if (typeof value === "string" && value.startsWith(mark)) {
      holder[name] = strings[Number(value.slice(mark.length))];
      slots.push({ holder, name });
    } else {
      fill(value, strings, slots);
    }
  }
}

/**
 * Parses a line of JSON, of which long strings stay bytes; the slots tell where.
 * @throws SyntaxError
 */
export function parse(line: Buffer): { value: unknown; slots: Slot[] } {
  const places = line.length < longLine ? [] : longStrings(line);
  if (places.length === 0) return { value: JSON.parse(line.toString()), slots: [] };
  let text = "";
  let from = 0;
  const strings = places.map(([start, end], i) => {
    text += line.toString("utf8", from, start) + mark + i;
    from = end;
    return new LongString(line.subarray(start, end));
  });
  const value: unknown = JSON.parse(text + line.toString("utf8", from));
  const slots: Slot[] = [];
  fill(value, strings, slots);
  return { value, slots };
}
