import assert from "node:assert/strict";
import { test } from "node:test";

import { demo, withDemo } from "./support";

const abortError = { name: "AbortError" };

test("an aborted call rejects with the signal's reason", () =>
  withDemo(async (connection, worker) => {
    const aborter = new AbortController();
    const call = connection.call(`${demo}/Sleep`, { time: "3600s" }, { signal: aborter.signal, timeoutMs: 0 });
    await worker.request("ping");
    aborter.abort();
    await assert.rejects(call, abortError);
  }));

test("a call is not sent where its signal is aborted before", () =>
  withDemo(async (connection) => {
    const call = connection.call(`${demo}/SayHello`, {}, { signal: AbortSignal.abort(new Error("too late")) });
    await assert.rejects(call, /too late/);
  }));

test("a signal of a call that is over does nothing", () =>
  withDemo(async (connection) => {
    const aborter = new AbortController();
    await connection.call(`${demo}/SayHello`, {}, { signal: aborter.signal });
    aborter.abort();
    await connection.call(`${demo}/SayHello`);
  }));

test("an aborted stream ends its loop with the signal's reason", () =>
  withDemo(async (connection) => {
    const aborter = new AbortController();
    const request = { limit: 3, pause: "3600s" };
    const stream = await connection.serverStream(`${demo}/Countdown`, request, { signal: aborter.signal });
    const reading = (async () => {
      for await (const _ of stream) aborter.abort();
    })();
    await assert.rejects(reading, abortError);
    assert.equal(stream.end?.status.code, 1);
  }));

test("AbortSignal.timeout bounds a call", () =>
  withDemo(async (connection) => {
    const call = connection.call(`${demo}/Sleep`, { time: "3600s" }, { signal: AbortSignal.timeout(20) });
    await assert.rejects(call, { name: "TimeoutError" });
  }));
