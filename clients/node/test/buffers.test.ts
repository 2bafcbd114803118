import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";

import { Buffers } from "../src/buffers";
import { type Connection, RequestError } from "../src/index";
import { withWorker } from "./support";

/** A service whose messages are the demo server's, seen otherwise: their texts are bytes. */
const proto = `
syntax = "proto3";
package grpcline.demo;
message ChatMessage { bytes from = 1; bytes text = 2; }
message HelloRequest { string name = 1; }
message HelloReply { bytes greeting = 1; }
service Demo {
  rpc SayHello(HelloRequest) returns (HelloReply);
  rpc Chat(stream ChatMessage) returns (stream ChatMessage);
}`;

function withBytes(fn: (connection: Connection) => Promise<void>): Promise<void> {
  return withWorker(async (worker) => fn(await worker.open({ address: "demo:///", proto })));
}

test("bytes of a call come as Buffers where that is asked for", () =>
  withBytes(async (connection) => {
    const method = "grpcline.demo.Demo/SayHello";
    for (const name of ["Ada", "Ada ".repeat(100_000)]) {
      const call = { name };
      const plain = await connection.call<{ greeting: string }>(method, call);
      const { message } = await connection.call<{ greeting: Buffer }>(method, call, { buffers: true });
      assert.equal(message.greeting.toString(), `Hello, ${name}!`);
      assert.equal(plain.message.greeting, message.greeting.toString("base64"));
    }
    await assert.rejects(connection.call("grpcline.demo.Demo/SayHelo", {}, { buffers: true }), RequestError);
  }));

test("bytes of a stream go and come as Buffers", () =>
  withBytes(async (connection) => {
    const chat = await connection.bidiStream<{ text: Uint8Array }, { text: Buffer }>("grpcline.demo.Demo/Chat", { buffers: true });
    const sent = ["hi", "x".repeat(1_000_000)];
    for (const text of sent) await chat.send({ text: Buffer.from(text) });
    await chat.completeSend();
    const received: string[] = [];
    for await (const { text } of chat) received.push(text.toString());
    assert.deepEqual(received, sent.map((text) => `You said: ${text}`));
  }));

test("a large payload comes back as it went", () =>
  withWorker(async (worker) => {
    const connection = await worker.open({ address: "demo:///", proto });
    const chat = await connection.bidiStream<object, { text: Buffer }>("grpcline.demo.Demo/Chat", { buffers: true });
    const bytes = Buffer.from(randomBytes(1_500_000).toString("latin1"), "utf8"); // the server wants UTF-8
    await chat.send({ text: bytes });
    await chat.completeSend();
    for await (const { text } of chat) assert(text.subarray("You said: ".length).equals(bytes));
  }));

test("bytes are found in every kind of field", () => {
  const bytes = { type: "string", contentEncoding: "base64" };
  const root = {
    $ref: "#/$defs/M",
    $defs: {
      M: {
        properties: {
          one: bytes,
          many: { items: bytes },
          named: { additionalProperties: bytes },
          inner: { $ref: "#/$defs/M" },
          inners: { items: { $ref: "#/$defs/M" } },
          map: { additionalProperties: { $ref: "#/$defs/M" } },
          wrapped: { $ref: "#/$defs/W" },
          protoName: { $comment: "bytes proto_name = 7", ...bytes },
          text: {},
        },
      },
      W: bytes,
    },
  };
  const it = { one: "YQ==", many: ["Yg==", ""], named: { k: "Yw==" }, wrapped: "ZA==", proto_name: "ZQ==", text: "YQ==" };
  const reply = { message: { ...it, inner: { one: "YQ==" }, inners: [{ one: "YQ==" }], map: { k: { text: "a", one: "YQ==" } }, other: "YQ==" } };
  new Buffers(root).convert(reply, "message");
  const a = Buffer.from("a");
  assert.deepEqual(reply.message as object, {
    one: a,
    many: [Buffer.from("b"), Buffer.alloc(0)],
    named: { k: Buffer.from("c") },
    wrapped: Buffer.from("d"),
    proto_name: Buffer.from("e"),
    text: "YQ==",
    inner: { one: a },
    inners: [{ one: a }],
    map: { k: { text: "a", one: a } },
    other: "YQ==",
  });
  const undecodable = { message: { "@undecodable": { path: "one", reason: "why", value: "YQ==" } } };
  const before = structuredClone(undecodable);
  new Buffers(root).convert(undecodable, "message");
  assert.deepEqual(undecodable, before);
});
