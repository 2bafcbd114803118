import assert from "node:assert/strict";
import { test } from "node:test";

import { isUndecodable, RawJson, RequestError, StatusError, Worker } from "../src/index";
import { collect, demo, withDemo, withWorker } from "./support";

test("a unary call resolves with message, metadata and status", () =>
  withDemo(async (connection) => {
    const reply = await connection.call<{ greeting: string }>(`${demo}/SayHello`, { name: "Ада", language: "RUSSIAN" });
    assert.equal(reply.message.greeting, "Привет, Ада!");
    assert.deepEqual(reply.trailers, { "demo-trailer": ["bye"] });
    assert.deepEqual(reply.headers["content-type"], ["application/grpc"]);
    assert.equal(reply.status.name, "OK");
  }));

test("a status other than OK rejects with its details", () =>
  withDemo(async (connection) => {
    const failure = connection.call(`${demo}/Fail`, { code: 5, message: "no such book" });
    await assert.rejects(failure, (err) => {
      assert(err instanceof StatusError);
      assert.equal(err.code, 5);
      assert.equal(err.status.name, "NOT_FOUND");
      assert.equal(err.status.message, "no such book");
      assert.equal(err.origin, "server");
      assert.equal((err.status.details[0] as { reason: string }).reason, "ASKED_FOR");
      return true;
    });
  }));

test("a request that does not fit rejects with what to do", () =>
  withDemo(async (connection) => {
    await assert.rejects(connection.call(`${demo}/SayHello`, { nmae: "Ada" }), (err) => {
      assert(err instanceof RequestError);
      assert.equal(err.code, -32602);
      assert.equal(err.data.path, "request.nmae");
      assert.match(err.message, /did you mean "name"/);
      return true;
    });
  }));

test("raw JSON is passed on as it is written", () =>
  withDemo(async (connection) => {
    const stream = await connection.clientStream<RawJson, { sum: string }>(`${demo}/Sum`);
    await stream.send(new RawJson('{\r\n  "value": 9007199254740993\n}'));
    assert.equal((await stream.finish()).message.sum, "9007199254740993");
    const reply = await connection.call<{ greeting: string }>(`${demo}/SayHello`, new RawJson('{"name": "Ada"}'));
    assert.equal(reply.message.greeting, "Hello, Ada!");
    assert.throws(() => new RawJson("{"), SyntaxError);
  }));

test("many calls run at once", () =>
  withDemo(async (connection) => {
    const names = Array.from({ length: 500 }, (_, i) => `n${i}`);
    const replies = await Promise.all(
      names.map((name) => connection.call<{ greeting: string }>(`${demo}/SayHello`, { name })),
    );
    assert.deepEqual(replies.map((reply) => reply.message.greeting), names.map((name) => `Hello, ${name}!`));
  }));

test("a server's services and methods are told", () =>
  withDemo(async (connection) => {
    assert((await connection.services()).includes(demo));
    const methods = await connection.methods(demo);
    assert.equal(methods.find((method) => method.name === "Chat")?.kind, "bidiStream");
    const method = await connection.method(`${demo}/SayHello`);
    assert.equal(method.requestType, "grpcline.demo.HelloRequest");
    assert.deepEqual(method.requestTemplate, { name: "text", language: "ENGLISH" });
    assert.equal(await connection.health(), "SERVING");
  }));

test("metadata of a connection is replaced", () =>
  withDemo(async (connection) => {
    await connection.setMetadata({ "x-tenant": ["north", "south"] });
    await assert.rejects(connection.setMetadata({ te: "no" }), RequestError);
  }));

test("opening says what is wrong with an address or a schema", () =>
  withWorker(async (worker) => {
    await assert.rejects(worker.open({ address: "passthrough:///127.0.0.1:1" }), (err) => {
      assert(err instanceof StatusError);
      assert.equal(err.code, 14);
      assert.equal(err.origin, "client");
      return true;
    });
    const proto = 'syntax = "proto3";\nmessage A { Strin a = 1; }';
    await assert.rejects(worker.open({ address: "demo:///", proto }), (err) => {
      assert(err instanceof RequestError);
      assert.deepEqual(err.data.diagnostics?.map(({ file, line }) => ({ file, line })), [{ file: "main.proto", line: 2 }]);
      return true;
    });
  }));

test("a closed connection is gone", () =>
  withDemo(async (connection) => {
    await connection.close();
    await assert.rejects(connection.call(`${demo}/SayHello`), (err) => {
      assert(err instanceof RequestError);
      assert.equal(err.reason, "connectionClosed");
      return true;
    });
  }));

test("a message that JSON cannot hold is handed out as it came, and told from all others", async () => {
  await using worker = await Worker.start();
  const schema = (type: string) => `
syntax = "proto3";
package books;
message Title { ${type} title = 1; }
service Library { rpc Borrow(Title) returns (Title); rpc Watch(Title) returns (stream Title); }`;
  const { address } = await worker.request<{ address: string }>("startServer", { address: "127.0.0.1:0", proto: schema("bytes") });
  const connection = await worker.open({ address, proto: schema("string") });
  const wrong = Buffer.from([0xff]);

  const borrowing = connection.call("books.Library/Borrow");
  const { streamId } = await worker.request<{ streamId: string }>("acceptCall", { server: "v1" });
  await worker.request("finishCall", { streamId, message: { title: wrong } });
  const { message } = await borrowing;
  assert(isUndecodable(message), JSON.stringify(message));
  assert.equal(message["@undecodable"].path, "title");
  assert.match(message["@undecodable"].reason, /UTF-8/);
  assert.equal(message["@undecodable"].value, Buffer.from([0x0a, 1, 0xff]).toString("base64"));

  const stream = await connection.serverStream("books.Library/Watch");
  const call = await worker.request<{ streamId: string }>("acceptCall", { server: "v1" });
  const titles = [wrong, Buffer.from("The Golden Key")];
  await worker.request("sendMessages", { streamId: call.streamId, messages: titles.map((title) => ({ title })) });
  await worker.request("finishCall", { streamId: call.streamId });
  assert.deepEqual((await collect(stream)).map(isUndecodable), [true, false]);
  for (const other of [{ greeting: "Hello" }, "1.5s", 3, null, undefined, []]) assert(!isUndecodable(other));
});

test("a schema is told as sources that compile again", () =>
  withDemo(async (connection, worker) => {
    const { files, descriptorSet } = await connection.proto(demo);
    assert.match(files["demo.proto"] ?? "", /service Demo \{/);
    assert(Buffer.from(descriptorSet, "base64").length > 100);
    const { "demo.proto": source = "" } = files;
    const again = await worker.open({ address: "demo:///", proto: { "demo.proto": { text: source } } });
    assert.equal((await again.call<{ greeting: string }>(`${demo}/SayHello`)).message.greeting, "Hello, world!");
    assert((await connection.proto()).files["demo.proto"]);
  }));
