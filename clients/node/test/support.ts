import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Connection, Worker } from "../src/index";

export const demo = "grpcline.demo.Demo";

/** Runs fn with a worker that is closed afterwards. */
export async function withWorker(fn: (worker: Worker) => Promise<void>): Promise<void> {
  const worker = await Worker.start({ args: ["--demo"] });
  try {
    await fn(worker);
  } finally {
    await worker.close();
  }
}

/** Runs fn with a connection to the worker's demo server. */
export function withDemo(fn: (connection: Connection, worker: Worker) => Promise<void>): Promise<void> {
  return withWorker(async (worker) => fn(await worker.open({ address: "demo:///" }), worker));
}

/** Writes a shell script that stands for a worker, and returns its path. */
export function fakeWorker(script: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "grpcline-client-")), "grpcline");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o700);
  return path;
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
