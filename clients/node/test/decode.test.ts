import assert from "node:assert/strict";
import { test } from "node:test";

import { fillWithText, LongString, parse } from "../src/decode";

/** Parses a line, puts its long strings in, and tells how many there were. */
function parsed(line: string): { value: unknown; long: number } {
  const { value, slots } = parse(Buffer.from(line));
  fillWithText(slots);
  return { value, long: slots.length };
}

/** Checks that a value comes out as it went in; where it is given, how many of its strings stayed bytes. */
function check(value: unknown, long?: number): void {
  const got = parsed(JSON.stringify(value));
  assert.deepEqual(got.value, value);
  if (long !== undefined) assert.equal(got.long, long);
}

const base64 = Buffer.alloc(50_000, "some bytes").toString("base64");

test("long strings stay bytes until they are asked for", () => {
  check({ result: { message: { body: base64 } } }, 1);
  check({ result: { messages: [{ a: base64, b: [base64, "short"] }, base64] } }, 3);
  check([base64, base64.slice(0, 16 * 1024), "x"], 2);
  check("x".repeat(100_000), 0); // nothing holds it
});

test("text of any language is text", () => {
  check({ text: `a${"Ада и Böll 🙂".repeat(5000)}` }, 1);
  check({ text: "Ада".repeat(10_000) });
});

test("what only looks like a long string is none", () => {
  const numbers = Array.from({ length: 20_000 }, (_, i) => i);
  check({ a: numbers, b: numbers });
  check({ "a,": numbers, ",": 1, x: base64 }, 1);
  check({ [base64]: 1, x: base64 });
  for (const escape of ['"', "\\", "\n", '\\"', '"\\']) {
    for (const text of [base64 + escape, escape + base64, `${base64}${escape}${base64}`]) {
      check({ text, more: [text, base64, { a: text }] });
    }
  }
  check(Array.from({ length: 3000 }, (_, i) => `string ${i}`), 0);
});

test("a long string is decoded as base64", () => {
  for (const size of [12_288, 49_152, 49_153, 200_001]) {
    const bytes = Buffer.alloc(size, "other bytes");
    const { slots } = parse(Buffer.from(JSON.stringify({ a: bytes.toString("base64"), pad: base64 })));
    const value = slots[0]!.holder.a;
    assert(value instanceof LongString);
    assert(value.decoded().equals(bytes), `${size} bytes`);
  }
});

test("a long line that is no JSON is an error", () => {
  assert.throws(() => parse(Buffer.from(`{"a":"${base64}"`)), SyntaxError);
  assert.throws(() => parse(Buffer.from(`"${base64}`)), SyntaxError);
});
