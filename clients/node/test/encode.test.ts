import assert from "node:assert/strict";
import { test } from "node:test";

import { Encoded } from "../src/encode";
import { RawJson } from "../src/rawjson";

/** The whole text of what is written in parts. */
function text(value: unknown): string {
  return new Encoded(value).parts.map((part) => (typeof part === "string" ? part : part.text)).join("");
}

class Labelled {
  constructor(private readonly label: unknown) {}

  toJSON(): unknown {
    return { label: this.label };
  }
}

test("values are written as JSON.stringify writes them", () => {
  const day = new Date("2026-01-02T03:04:05Z");
  const odd = [undefined, () => 1, NaN, -0, null, true, "\u2028\ud800"];
  for (const value of [{ a: undefined, b: [1] }, { day, list: [day] }, odd, [[], {}], new Labelled({ a: [1] })]) {
    assert.equal(text(value), JSON.stringify(value));
    assert.equal(text({ long: "x".repeat(9000), value }), JSON.stringify({ long: "x".repeat(9000), value }));
  }
});

test("raw JSON stands at any depth as it is written", () => {
  const raw = new RawJson('{"n":\r\n9007199254740993}');
  const written = '{"n":  9007199254740993}';
  assert.equal(text(raw), written);
  assert.equal(text({ request: raw }), `{"request":${written}}`);
  assert.equal(text({ messages: [raw, { deep: [{ er: raw }] }] }), `{"messages":[${written},{"deep":[{"er":${written}}]}]}`);
  assert.equal(text({ a: new Labelled([raw]) }), `{"a":{"label":[${written}]}}`);
  const long = new RawJson(JSON.stringify("ü".repeat(9000)));
  assert.equal(text({ long }), `{"long":${long.text}}`);
});

test("bytes are written as base64, a bigint as a number", () => {
  for (const size of [0, 1, 8191, 8192, 48 * 1024, 100_001]) {
    const bytes = Buffer.alloc(size, "seven b");
    const want = `{"a":["${bytes.toString("base64")}"]}`;
    assert.equal(text({ a: [bytes] }), want);
    assert.equal(text({ a: [new Uint8Array(bytes)] }), want);
  }
  assert.equal(text({ a: new Uint8Array(Buffer.from("abcdef")).subarray(2, 4) }), '{"a":"Y2Q="}');
  assert.equal(text({ n: 2n ** 63n }), '{"n":9223372036854775808}');
});

test("long strings are escaped where they have to be, wherever that is", () => {
  const sizes = [8192, 48 * 1024 - 1, 48 * 1024, 48 * 1024 + 1, 100_003];
  for (const size of sizes) {
    for (const odd of ['"', "\\", "\n", "\u0001", "ü", "\u0141", "😀", "\ud800", "=", " ", "-"]) {
      for (const at of [0, 1, size - 2, size - 1, Math.floor(size / 2)]) {
        const long = "A".repeat(at) + odd + "A".repeat(size - at - 1);
        assert(text({ long }) === JSON.stringify({ long }), `${JSON.stringify(odd)} at ${at} of ${size}`);
      }
    }
    const base64 = Buffer.alloc(size, "bytes").toString("base64");
    assert(text([base64]) === JSON.stringify([base64]));
  }
});

test("long parts are not made one text with the rest", () => {
  const parts = new Encoded({ a: 1, body: Buffer.alloc(100_000), b: 2 }).parts;
  assert.equal(parts[0], '{"a":1,"body":"');
  assert.equal(parts.at(-1), '","b":2}');
  assert(parts.slice(1, -1).every((part) => typeof part === "object"));
});

test("only what is ASCII is written as latin1", () => {
  const encodings = (value: unknown) => new Encoded(value).parts.flatMap((part) => (typeof part === "string" ? [] : [part.encoding]));
  const [ascii, other] = ["A".repeat(60_000), "ü".repeat(60_000)];
  assert.deepEqual(encodings([Buffer.from(ascii), ascii]), ["latin1", "latin1", "latin1"]);
  assert.deepEqual(encodings([other, ascii + "ü", new RawJson(`"${other}"`)]), ["utf8", "utf8", "utf8"]);
});

test("what is no JSON is told", () => {
  const circle: unknown[] = ["x".repeat(9000)];
  circle.push(circle);
  assert.throws(() => text(circle), RangeError);
});
