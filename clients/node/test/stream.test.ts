import assert from "node:assert/strict";
import { test } from "node:test";

import { type Worker, RawJson, StatusError } from "../src/index";
import { collect, demo, withDemo } from "./support";

interface Value {
  value?: string;
}

/** The streams that the worker has open. */
async function openStreams(worker: Worker): Promise<number> {
  return (await worker.request<{ streams: object[] }>("getState")).streams.length;
}

test("a server stream is iterated over, then has its end", () =>
  withDemo(async (connection, worker) => {
    const stream = await connection.serverStream<Value>(`${demo}/Countdown`, { limit: 1234 });
    const values = (await collect(stream)).map(({ value }) => Number(value ?? 0));
    assert.deepEqual(values, Array.from({ length: 1235 }, (_, i) => 1234 - i));
    assert.equal(stream.end?.status.code, 0);
    assert.equal(await openStreams(worker), 0);
  }));

test("a message is there before the next one is sent", () =>
  withDemo(async (connection, worker) => {
    const stream = await connection.serverStream<Value>(`${demo}/Countdown`, { limit: 5, pause: "3600s" });
    for await (const { value } of stream) {
      assert.equal(value, "5");
      break;
    }
    assert.equal(await openStreams(worker), 0);
  }));

test("a client stream answers when it is finished", () =>
  withDemo(async (connection, worker) => {
    const stream = await connection.clientStream<{ value: number }, { sum: string; count: number }>(`${demo}/Sum`);
    await stream.send({ value: 1 });
    await stream.sendAll([{ value: 2 }, { value: 3 }]);
    const reply = await stream.finish();
    assert.deepEqual(reply.message, { sum: "6", count: 3 });
    assert.equal(reply.status.name, "OK");
    assert.equal(await openStreams(worker), 0);
  }));

test("both sides of a stream go on by themselves", () =>
  withDemo(async (connection) => {
    const stream = await connection.bidiStream<{ text: string }, { text: string }>(`${demo}/Chat`);
    const replies = stream[Symbol.asyncIterator]();
    for (const text of ["one", "two"]) {
      await stream.send({ text });
      assert.equal((await replies.next()).value?.text, `You said: ${text}`);
    }
    assert.deepEqual((await stream.headers())["content-type"], ["application/grpc"]);
    await stream.completeSend();
    assert.equal((await replies.next()).done, true);
  }));

test("a stream that fails throws its status after its messages", () =>
  withDemo(async (connection) => {
    const stream = await connection.serverStream<Value>(
      `${demo}/Countdown`,
      { limit: 3, pause: "3600s" },
      { deadlineMs: 200 },
    );
    const received: Value[] = [];
    const reading = (async () => {
      for await (const message of stream) received.push(message);
    })();
    await assert.rejects(reading, (err) => err instanceof StatusError && err.status.name === "DEADLINE_EXCEEDED");
    assert.deepEqual(received, [{ value: "3" }]);
    assert.equal(stream.end?.status.code, 4);
  }));

test("a cancelled stream gives what was received, then CANCELLED", () =>
  withDemo(async (connection) => {
    const stream = await connection.serverStream<Value>(`${demo}/Countdown`, { limit: 3, pause: "3600s" });
    const messages = stream[Symbol.asyncIterator]();
    assert.deepEqual((await messages.next()).value, { value: "3" });
    await stream.cancel();
    await assert.rejects(messages.next(), (err) => err instanceof StatusError && err.code === 1);
  }));

test("raw JSON is sent as it is written, wherever it stands", () =>
  withDemo(async (connection) => {
    const stream = await connection.clientStream<unknown, { sum: string }>(`${demo}/Sum`);
    await stream.sendAll([new RawJson('{"value": 9007199254740993}'), { value: new RawJson("9007199254740993") }]);
    await stream.send({ value: 2n ** 60n });
    assert.equal((await stream.finish()).message.sum, String(2n * 9007199254740993n + 2n ** 60n));
  }));

test("await using closes a stream and a connection", () =>
  withDemo(async (_, worker) => {
    {
      await using connection = await worker.open({ address: "demo:///" });
      await using stream = await connection.bidiStream(`${demo}/Chat`);
      await stream.send({ text: "hi" });
      assert.equal(await openStreams(worker), 1);
    }
    const { connections, streams } = await worker.request<{ connections: object[]; streams: object[] }>("getState");
    assert.equal(connections.length, 1);
    assert.equal(streams.length, 0);
  }));
