/** The test files that all implementations of .grpc files share. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { contextAt } from "../src/complete/context";
import { fieldsAt, type Schema, valuesAt } from "../src/complete/schema";
import type { Request } from "../src/file/block";
import { connectionParams } from "../src/file/params";
import { parse } from "../src/file/parse";
import { locate } from "../src/json/locate";

const shared = join(__dirname, "../../../grpc-files");
const env: Record<string, string> = { TOKEN: "s3cr3t", MULTI: "two\nlines" };

function read(...path: string[]): string {
  return readFileSync(join(shared, ...path), "utf8");
}

function described(request: Request): object {
  const { name, first, last, addressLine, methodLine, method, messages, settings } = request;
  const { timeoutMs, keepOpen } = settings;
  // A request without an address is never run; its params are described all the same.
  const connection = connectionParams(request as Request & { address: string });
  return { name, first, last, addressLine, methodLine, method, timeoutMs, keepOpen, connection, messages };
}

for (const name of readdirSync(join(shared, "parse")).filter((name) => name.endsWith(".grpc"))) {
  test(`parse ${name}`, () => {
    const file = parse(read("parse", name), { folder: "/project", env: (name) => env[name] });
    const got = { requests: file.requests.map(described), problems: file.problems };
    const want: unknown = JSON.parse(read("parse", name.replace(/grpc$/, "json")));
    assert.deepEqual(JSON.parse(JSON.stringify(got)), want);
  });
}

interface Completion {
  cases: { name: string; text: string; want: object | null }[];
  schema: Schema;
  lookups: { path: (string | number)[]; fields: string[]; values: string[] }[];
}
const completion = JSON.parse(read("complete.json")) as Completion;

for (const { name, text, want } of completion.cases) {
  test(`complete ${name}`, () => {
    assert.deepEqual(contextAt(text.replace(/\|$/, "").split("\n")) ?? null, want);
  });
}

for (const { path, fields, values } of completion.lookups) {
  test(`schema at ${JSON.stringify(path)}`, () => {
    const got = fieldsAt(completion.schema, path).map(({ name, type, doc }) => `${name}: ${type}: ${doc}`);
    assert.deepEqual(got, fields);
    assert.deepEqual(valuesAt(completion.schema, path).map((value) => JSON.stringify(value)), values);
  });
}

const places = JSON.parse(read("locate.json")) as { message: string[]; lines: Record<string, number> };
for (const [path, line] of Object.entries(places.lines)) {
  test(`locate ${path}`, () => {
    assert.equal(locate(places.message.join("\n"), path), line);
  });
}
