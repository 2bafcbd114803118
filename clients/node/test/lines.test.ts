import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import type { Message } from "vscode-jsonrpc/node";

import { LineReader, LineWriter } from "../src/lines";
import { RawJson } from "../src/rawjson";

/** What a reader makes of chunks. */
async function read(...chunks: Uint8Array[]): Promise<{ messages: unknown[]; errors: string[] }> {
  const input = new PassThrough();
  const reader = new LineReader(input);
  const messages: unknown[] = [];
  const errors: string[] = [];
  reader.onError((err) => errors.push(err.message));
  reader.listen((message: Message) => messages.push(message));
  for (const chunk of chunks) input.write(chunk);
  input.end();
  await new Promise((resolve) => input.once("end", resolve));
  await reader.handled();
  return { messages, errors };
}

test("lines are read however they are cut into chunks", async () => {
  const text = Buffer.from('{"id":1,"result":"Ада"}\n{"id":2,"result":"🙂"}\n');
  const want = [{ id: 1, result: "Ада" }, { id: 2, result: "🙂" }];
  for (let size = 1; size <= text.length; size++) {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < text.length; at += size) chunks.push(text.subarray(at, at + size));
    assert.deepEqual(await read(...chunks), { messages: want, errors: [] });
  }
});

test("a line that is no JSON is an error, and reading goes on", async () => {
  const { messages, errors } = await read(Buffer.from('hello\n{"id":1}\n'));
  assert.deepEqual(errors, ["it wrote hello"]);
  assert.deepEqual(messages, [{ id: 1 }]);
});

test("messages of one turn are written at once, one a line", async () => {
  const output = new PassThrough();
  const writer = new LineWriter(output);
  await writer.write({ jsonrpc: "2.0", id: 1, method: "ping" } as Message);
  await writer.write({ jsonrpc: "2.0", id: 2, method: "a", params: { request: new RawJson("[1,\n2]") } } as Message);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(
    String(output.read()),
    '{"jsonrpc":"2.0","id":1,"method":"ping"}\n{"jsonrpc":"2.0","id":2,"method":"a","params":{"request":[1, 2]}}\n',
  );
});

test("long text of either encoding is written as UTF-8", async () => {
  const output = new PassThrough({ highWaterMark: 1 << 20 });
  const params = { before: "ü", bytes: Buffer.alloc(100_000, "b"), between: "ü", long: "ü".repeat(50_000), after: "ü" };
  await new LineWriter(output).write({ jsonrpc: "2.0", id: 1, method: "a", params } as Message);
  await new Promise((resolve) => setImmediate(resolve));
  const sent = { ...params, bytes: params.bytes.toString("base64") };
  assert.deepEqual(JSON.parse(String(output.read())), { jsonrpc: "2.0", id: 1, method: "a", params: sent });
});
