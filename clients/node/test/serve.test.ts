import assert from "node:assert/strict";
import { once } from "node:events";
import { test, type TestContext } from "node:test";

import { type Connection, RequestError, type ServeOptions, type Server, type ServerCall, StatusError, Worker, WorkerError } from "../src/index";
import { window } from "../src/incoming";
import { Queue } from "../src/queue";
import { Rpc } from "../src/rpc";
import { collect, withWorker } from "./support";

interface Text {
  text?: string;
}

const proto = `
  syntax = "proto3";
  package echo.v1;
  message Text { string text = 1; }
  service Echo {
    rpc Unary(Text) returns (Text);
    rpc Server(Text) returns (stream Text);
    rpc Client(stream Text) returns (Text);
    rpc Bidi(stream Text) returns (stream Text);
  }`;

const echo = "echo.v1.Echo";

/** Runs fn with a server and a connection to it, both of one worker, in which then nothing is left open. */
function withServer(
  fn: (server: Server, connection: Connection, worker: Worker) => Promise<void>,
  options: Partial<ServeOptions> = {},
): Promise<void> {
  return withWorker(async (worker) => {
    const server = await worker.serve({ address: "127.0.0.1:0", proto, ...options });
    const connection = await worker.open({ address: server.address, proto });
    await fn(server, connection, worker);
    await connection.close();
    await server.stop();
    const { streams, servers } = await worker.request<{ streams: object[]; servers: object[] }>("getState");
    assert.deepEqual([streams, servers], [[], []]);
  });
}

/** A handler that says when it runs and then waits for its signal. */
function waits(): { handler: (request: unknown, call: ServerCall) => Promise<Text>; running: Promise<ServerCall>; reason: Promise<any> } {
  let run!: (call: ServerCall) => void;
  let tell!: (reason: unknown) => void;
  const running = new Promise<ServerCall>((resolve) => (run = resolve));
  const reason = new Promise<unknown>((resolve) => (tell = resolve));
  const handler = async (_: unknown, call: ServerCall) => {
    run(call);
    if (!call.signal.aborted) await once(call.signal, "abort");
    tell(call.signal.reason);
    throw call.signal.reason;
  };
  return { handler, running, reason };
}

test("a unary call is answered, with headers and trailers", () =>
  withServer(async (server, connection) => {
    let seen: ServerCall | undefined;
    server.handle<Text, Text>(`${echo}/Unary`, async ({ text }, call) => {
      seen = call;
      await call.sendHeaders({ early: "yes" });
      call.trailers.late = ["a", "b"];
      return { text: `${text} ${call.metadata.tenant}` };
    });
    const reply = await connection.call<Text>(`${echo}/Unary`, { text: "hi" }, { metadata: { tenant: "north" }, timeoutMs: 60_000 });
    assert.deepEqual(reply.message, { text: "hi north" });
    assert.deepEqual(reply.headers.early, ["yes"]);
    assert.deepEqual(reply.trailers.late, ["a", "b"]);
    assert.equal(seen?.method, `${echo}/Unary`);
    assert.equal(seen?.kind, "unary");
    assert.match(seen?.peer.address ?? "", /^127\.0\.0\.1:\d+$/);
    assert.ok(seen?.deadlineMs! > 0 && seen?.deadlineMs! <= 60_000);
    assert.equal(seen?.signal.aborted, false);
    assert.deepEqual(server.services, [echo]);
  }));

test("streams of all kinds come and go in order", () =>
  withServer(async (server, connection) => {
    server
      .handle(`${echo}/Server`, async function* ({ text }: Text) {
        for (let i = 0; i < 1000; i++) yield { text: `${text}${i}` };
      })
      .handle(`${echo}/Client`, async (requests: AsyncIterable<Text>) => ({
        text: (await collect(requests)).map(({ text }) => text).join(),
      }))
      .handle(`${echo}/Bidi`, async function* (requests: AsyncIterable<Text>) {
        for await (const { text } of requests) yield { text: `re ${text}` };
      });
    const numbers = await collect(await connection.serverStream<Text>(`${echo}/Server`, { text: "n" }));
    assert.deepEqual(numbers, Array.from({ length: 1000 }, (_, i) => ({ text: `n${i}` })));

    const sum = await connection.clientStream<Text, Text>(`${echo}/Client`);
    await sum.sendAll([{ text: "a" }, { text: "b" }]);
    assert.deepEqual((await sum.finish()).message, { text: "a,b" });

    const talk = await connection.bidiStream<Text, Text>(`${echo}/Bidi`);
    const replies = talk[Symbol.asyncIterator]();
    for (const text of ["one", "two"]) {
      await talk.send({ text });
      assert.deepEqual((await replies.next()).value, { text: `re ${text}` });
    }
    await talk.completeSend();
    assert.equal((await replies.next()).done, true);
    assert.equal(talk.end?.status.code, 0);
  }));

test("a list answers a server stream, and a client stream can be answered before its end", () =>
  withServer(async (server, connection) => {
    server.handle(`${echo}/Server`, () => [{ text: "a" }, { text: "b" }]);
    server.handle(`${echo}/Client`, async (requests: AsyncIterable<Text>) => {
      for await (const first of requests) return first;
      return {};
    });
    assert.deepEqual(await collect(await connection.serverStream<Text>(`${echo}/Server`)), [{ text: "a" }, { text: "b" }]);
    const stream = await connection.clientStream<Text, Text>(`${echo}/Client`);
    await stream.send({ text: "first" });
    assert.deepEqual((await stream.response()).message, { text: "first" });
  }));

const detail = { "@type": "type.googleapis.com/google.protobuf.StringValue", value: "shelf 3" };
const errors: [string, unknown, { code: number; message: string; details?: unknown[] }][] = [
  ["a number", { code: 5, message: "no such book" }, { code: 5, message: "no such book" }],
  ["a name", { code: "NOT_FOUND", message: "gone", details: [detail] }, { code: 5, message: "gone", details: [detail] }],
  ["an Error with a code", Object.assign(new Error("taken"), { code: 6 }), { code: 6, message: "taken" }],
  ["details as text", Object.assign(new Error("9 …"), { code: 9, details: "not now" }), { code: 9, message: "not now" }],
  [
    "another call's status",
    new StatusError("NOT_FOUND: x", { code: 5, name: "NOT_FOUND", message: "x", details: [detail] }, {}),
    { code: 5, message: "x", details: [detail] },
  ],
  ["an Error", new TypeError("a bug"), { code: 13, message: "a bug" }],
  ["an error of the system", Object.assign(new Error("no file"), { code: "ENOENT" }), { code: 13, message: "no file" }],
  ["a DOMException, whose codes mean something else", new DOMException("none", "NotFoundError"), { code: 13, message: "none" }],
  ["the code of OK", { code: 0, message: "fine?" }, { code: 13, message: "the handler failed" }],
  ["nothing", undefined, { code: 13, message: "the handler failed" }],
];

for (const [name, thrown, want] of errors) {
  test(`a handler throws ${name}`, () =>
    withServer(async (server, connection) => {
      const fail = (_: unknown, call: ServerCall) => {
        call.trailers.shop = "closed";
        throw thrown;
      };
      server.handle(`${echo}/Unary`, fail);
      server.handle(`${echo}/Server`, async function* (request: Text, call) {
        yield request;
        fail(request, call);
      });
      const check = (err: unknown) => {
        assert.ok(err instanceof StatusError);
        const { code, message, details } = err.status;
        assert.deepEqual({ code, message, details }, { details: [], ...want });
        assert.deepEqual(err.trailers.shop, ["closed"]);
        return true;
      };
      await assert.rejects(connection.call(`${echo}/Unary`), check);
      const received: Text[] = [];
      const reading = async () => {
        for await (const message of await connection.serverStream<Text>(`${echo}/Server`, { text: "first" })) received.push(message);
      };
      await assert.rejects(reading(), check);
      assert.deepEqual(received, [{ text: "first" }]);
    }));
}

test("what is no message of the schema is INTERNAL and told", async () => {
  const told: unknown[] = [];
  await withServer(
    async (server, connection) => {
      server.handle(`${echo}/Unary`, () => ({ txt: "x" }));
      server.handle(`${echo}/Server`, () => [{ text: "a" }, { text: {} }]);
      server.handle(`${echo}/Client`, () => undefined);
      await assert.rejects(connection.call(`${echo}/Unary`), { code: 13 });
      await assert.rejects(collect(await connection.serverStream(`${echo}/Server`)), { code: 13 });
      await assert.rejects((await connection.clientStream(`${echo}/Client`)).finish(), { code: 13 });
    },
    { onError: (err) => told.push(err) },
  );
  assert.equal(told.length, 3);
  assert.ok(told.every((err) => err instanceof RequestError), String(told));
});

test("a method without a handler is UNIMPLEMENTED", () =>
  withServer(
    async (_, connection) => {
      await assert.rejects(connection.call(`${echo}/Unary`), { code: 12, status: { code: 12, name: "UNIMPLEMENTED", message: `${echo}/Unary has no handler`, details: [] } });
      assert.deepEqual(await collect(await connection.serverStream(`${echo}/Server`)), []);
    },
    { handlers: { [`${echo}/Server`]: () => [] } },
  ));

test("slow handlers hold nobody up, and no call is lost", () =>
  withServer(async (server, connection) => {
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    server.handle(`${echo}/Unary`, async ({ text }: Text) => {
      if (text === "slow") await released;
      return { text };
    });
    const slow = Array.from({ length: 50 }, () => connection.call<Text>(`${echo}/Unary`, { text: "slow" }));
    const fast = await Promise.all(Array.from({ length: 200 }, (_, i) => connection.call<Text>(`${echo}/Unary`, { text: `${i}` })));
    assert.deepEqual(fast.map(({ message }) => message.text), Array.from({ length: 200 }, (_, i) => `${i}`));
    release();
    for (const { message } of await Promise.all(slow)) assert.equal(message.text, "slow");
  }));

test("the signal fires when the client goes away", () =>
  withServer(async (server, connection) => {
    for (const method of ["Unary", "Server", "Client", "Bidi"]) {
      const { handler, running, reason } = waits();
      server.handle(`${echo}/${method}`, handler);
      const aborter = new AbortController();
      const options = { signal: aborter.signal };
      const call =
        method === "Unary"
          ? connection.call(`${echo}/Unary`, {}, options)
          : method === "Server"
            ? collect(await connection.serverStream(`${echo}/Server`, {}, options))
            : method === "Client"
              ? (await connection.clientStream(`${echo}/Client`, options)).response()
              : collect(await connection.bidiStream(`${echo}/Bidi`, options));
      call.catch(() => {}); // it is awaited below
      await running;
      aborter.abort();
      assert.equal((await reason).code, 1, method);
      await assert.rejects(call, { name: "AbortError" });
    }
  }));

test("the signal fires at the client's deadline, whether its messages have ended or not", () =>
  withServer(async (server, connection) => {
    for (const ends of [false, true]) {
      const { handler, reason } = waits();
      server.handle(`${echo}/Bidi`, handler);
      const stream = await connection.bidiStream(`${echo}/Bidi`, { deadlineMs: 300 });
      if (ends) await stream.completeSend();
      await assert.rejects(collect(stream), { code: 4 });
      assert.ok([1, 4].includes((await reason).code));
    }
  }));

test("messages of a client that went away end in an error", () =>
  withServer(async (server, connection) => {
    let tell!: (got: unknown) => void;
    const told = new Promise<any>((resolve) => (tell = resolve));
    server.handle(`${echo}/Client`, async (requests: AsyncIterable<Text>) => {
      const got: Text[] = [];
      try {
        for await (const request of requests) {
          got.push(request);
          await stream.cancel();
        }
      } catch (err) {
        tell([got, (err as StatusError).code]);
        throw err;
      }
      return {};
    });
    const stream = await connection.clientStream<Text>(`${echo}/Client`);
    await stream.send({ text: "a" });
    assert.deepEqual(await told, [[{ text: "a" }], 1]);
    await stream.close();
  }));

/** Counts the messages that wait for handlers; reached resolves when so many have waited at a time. */
function waiting(t: TestContext, count: number): { most: () => number; reached: Promise<void> } {
  let [now, most] = [0, 0];
  let reach!: () => void;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const { push } = Queue.prototype;
  t.mock.method(Queue.prototype, "push", function (this: Queue<unknown>, item: unknown) {
    most = Math.max(most, ++now);
    if (most >= count) reach();
    push.call(this, item);
  });
  const { notify } = Rpc.prototype;
  t.mock.method(Rpc.prototype, "notify", function (this: Rpc, method: string, params: { count: number }) {
    now -= params.count;
    notify.call(this, method, params);
  });
  return { most: () => most, reached };
}

test("a slow handler holds its client back, and nothing is lost", (t) =>
  withServer(async (server, connection, worker) => {
    const { most, reached } = waiting(t, window);
    server.handle(`${echo}/Client`, async (requests: AsyncIterable<Text>) => {
      await reached;
      for (let i = 0; i < 20; i++) await worker.request("ping"); // more would come meanwhile
      return { text: (await collect(requests)).map(({ text }) => text).join() };
    });
    const texts = Array.from({ length: 2000 }, (_, i) => `${i}`);
    const stream = await connection.clientStream<Text, Text>(`${echo}/Client`);
    await stream.sendAll(texts.map((text) => ({ text })));
    assert.deepEqual((await stream.finish()).message, { text: texts.join() });
    assert.equal(most(), window);
  }));

test("the signal fires when a client goes away that was held back", (t) =>
  withServer(async (server, connection) => {
    const { reached } = waiting(t, window);
    const { handler, reason } = waits();
    server.handle(`${echo}/Client`, handler);
    const stream = await connection.clientStream<Text, Text>(`${echo}/Client`);
    await stream.sendAll(Array.from({ length: 2 * window }, () => ({ text: "more" })));
    await reached;
    await stream.cancel();
    assert.equal((await reason).code, 1);
    await stream.close();
  }));

test("a stream of responses stops when nobody takes them", () =>
  withServer(async (server, connection) => {
    let isOver!: () => void;
    const over = new Promise<void>((resolve) => (isOver = resolve));
    server.handle(`${echo}/Bidi`, async function* () {
      try {
        for (;;) yield { text: "more" };
      } finally {
        isOver();
      }
    });
    const stream = await connection.bidiStream<Text, Text>(`${echo}/Bidi`);
    await stream.completeSend();
    for await (const _ of stream) break;
    await over;
  }));

test("stop waits for calls under way, then fires their signals", () =>
  withServer(async (server, connection, worker) => {
    const { handler, running, reason } = waits();
    server.handle(`${echo}/Unary`, handler);
    const call = connection.call(`${echo}/Unary`, {}, { timeoutMs: 0 });
    call.catch(() => {}); // it is awaited below
    await running;
    assert.equal(await server.stop({ graceMs: 0 }), 1);
    await assert.rejects(call, { code: 14 });
    assert.match((await reason).message, /stopped/);
    assert.equal(await server.stop(), 1);

    const second = await worker.serve({ address: "127.0.0.1:0", proto });
    second.handle(`${echo}/Unary`, async () => {
      stopping = second.stop();
      return { text: "the last" };
    });
    let stopping: Promise<number> | undefined;
    const other = await worker.open({ address: second.address, proto });
    assert.deepEqual((await other.call(`${echo}/Unary`)).message, { text: "the last" });
    assert.equal(await stopping, 0);
  }));

test("await using stops a server, and closing the worker does", async () => {
  const worker = await Worker.start();
  let address: string;
  {
    await using server = await worker.serve({ address: "127.0.0.1:0", proto });
    address = server.address;
  }
  const again = await worker.serve({ address, proto });
  await worker.close();
  await again.stopped;
});

test("a worker that dies ends what a server does", async () => {
  const worker = await Worker.start();
  const server = await worker.serve({ address: "127.0.0.1:0", proto });
  const { handler, running, reason } = waits();
  server.handle(`${echo}/Unary`, handler);
  const connection = await worker.open({ address: server.address, proto });
  const call = connection.call(`${echo}/Unary`, {}, { timeoutMs: 0 });
  call.catch(() => {}); // it is awaited below
  await running;
  process.kill(worker.pid!, "SIGKILL");
  await assert.rejects(call, WorkerError);
  assert.ok((await reason) instanceof WorkerError);
  await server.stopped;
  await assert.rejects(server.stop(), WorkerError);
});

test("a server that cannot be started is refused", () =>
  withWorker(async (worker) => {
    await assert.rejects(worker.serve({ address: "127.0.0.1:0", proto: 'syntax = "proto3"; message {' }), RequestError);
  }));
