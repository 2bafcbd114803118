import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { findWorker, Worker, WorkerError } from "../src/index";
import { refusal } from "../src/version";
import { demo, fakeWorker } from "./support";

/** Resolves with why a worker did not start. */
async function whyNot(path: string): Promise<string> {
  const err = await Worker.start({ path, startTimeoutMs: 5000 }).then(() => undefined, (err: unknown) => err);
  assert(err instanceof WorkerError, String(err));
  return err.message;
}

test("the worker is found by its path, the environment, or the PATH", () => {
  assert.equal(findWorker({ GRPCLINE: "/opt/grpcline" }), "/opt/grpcline");
  assert.equal(findWorker({}), "grpcline");
});

test("a missing worker is told", async () => {
  assert.match(await whyNot("/nowhere/grpcline"), /cannot start the worker \/nowhere\/grpcline: there is no such program/);
});

test("a program that ends at once is told, with its stderr", async () => {
  const path = fakeWorker("echo 'usage: other' >&2; exit 3");
  assert.equal(await whyNot(path), `the worker ${path} ended with exit code 3: usage: other`);
});

test("a program that speaks something else is told", async () => {
  assert.match(await whyNot(fakeWorker("echo hello; exec cat >/dev/null")), /does not speak JSON-RPC: it wrote hello/);
});

test("a worker that is too old is refused", async () => {
  const answer = '{"jsonrpc":"2.0","id":0,"result":{"name":"grpcline","version":"0.0.9","protocol":1}}';
  assert.match(await whyNot(fakeWorker(`read line; echo '${answer}'; exec cat >/dev/null`)), /0\.0\.9, which is too old/);
});

test("a program that does not answer is given up", async () => {
  const starting = Worker.start({ path: fakeWorker("exec cat >/dev/null"), startTimeoutMs: 50 });
  await assert.rejects(starting, /did not answer getVersion within 50 ms/);
});

test("versions are compared by their numbers", () => {
  const check = (version: string, protocol = 1) => refusal("w", { name: "grpcline", version, protocol });
  assert.equal(check("0.1.0"), undefined);
  assert.equal(check("0.10.0"), undefined);
  assert.equal(check("1.0", 2), undefined);
  assert.match(check("0.0.10") ?? "", /too old/);
  assert.match(check("0.2.0", 0) ?? "", /protocol 0, which is too old/);
  assert.equal(refusal("w", { name: "other", version: "9.0.0" }), "w is not grpcline");
});

test("a worker that dies rejects what waits, with its stderr", async () => {
  const path = fakeWorker(`echo 'last words' >&2; exec "$GRPCLINE" "$@"`);
  const worker = await Worker.start({ path, args: ["--demo"] });
  const connection = await worker.open({ address: "demo:///" });
  const call = connection.call(`${demo}/Sleep`, { time: "3600s" });
  assert(worker.pid !== undefined);
  process.kill(worker.pid, "SIGKILL");
  await assert.rejects(call, (err) => err instanceof WorkerError && /ended by SIGKILL: last words/.test(err.message));
  assert.match(await worker.ended, /last words/);
  assert.equal(worker.isRunning, false);
  await assert.rejects(connection.call(`${demo}/SayHello`), WorkerError);
});

test("closing waits for what was asked, and answers it all", async () => {
  const worker = await Worker.start({ args: ["--demo"] });
  const connection = await worker.open({ address: "demo:///" });
  const calls = Array.from({ length: 300 }, () => connection.call(`${demo}/SayHello`));
  await worker.close();
  assert.equal((await Promise.all(calls)).length, 300);
  assert.match(await worker.ended, /ended with exit code 0/);
});

/** Runs a program that has the package as `client`; resolves with what it printed when it has ended by itself. */
async function printed(program: string): Promise<string> {
  const code = `const client = require(${JSON.stringify(join(__dirname, "../src/index"))});\n(async () => {${program}})();`;
  return (await promisify(execFile)(process.execPath, ["-e", code], { timeout: 30_000 })).stdout;
}

test("without unref a worker keeps the process alive until it is closed", async () => {
  const program = 'const worker = await client.Worker.start(); setTimeout(() => worker.close().then((it) => console.log("closed")), 100);';
  assert.equal(await printed(program.replace("100);", "100).unref();")), "closed\n");
});

test("with unref the process ends by itself, but not while a request waits", async () => {
  const out = await printed(`
    const worker = await client.Worker.start({ args: ["--demo"], unref: true });
    console.log("started");
    const connection = await worker.open({ address: "demo:///" });
    await connection.call("${demo}/Sleep", { time: "0.2s" });
    console.log("called");
    const stream = await connection.serverStream("${demo}/Countdown", { limit: 2, pause: "0.05s" });
    console.log("headers", (await stream.headers())["content-type"][0]);
    for await (const { value } of stream) console.log(value ?? "0");
    const forgotten = await connection.bidiStream("${demo}/Chat");
    console.log("left open", forgotten.id);`);
  assert.equal(out, "started\ncalled\nheaders application/grpc\n2\n1\n0\nleft open s2\n");
});

test("close is waited for, with unref too", async () => {
  const program = 'const worker = await client.Worker.start({ unref: true }); await worker.close(); console.log(await worker.ended);';
  assert.match(await printed(program), /ended with exit code 0/);
});

test("await using closes a worker and a connection", async () => {
  let ended: Promise<string>;
  {
    await using worker = await Worker.start({ args: ["--demo"] });
    await using connection = await worker.open({ address: "demo:///" });
    await connection.call(`${demo}/SayHello`);
    ended = worker.ended;
  }
  assert.match(await ended, /ended with exit code 0/);
});
