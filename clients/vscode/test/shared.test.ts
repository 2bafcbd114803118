/** The test files that all implementations of .grpc files share. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { contextAt } from "../src/complete/context";
import type { Answer } from "../src/file/answers";
import { findFiles, readEnvironment } from "../src/file/environment";
import { fromGrpcurl } from "../src/grpcurl/from";
import { toGrpcurl } from "../src/grpcurl/to";
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
  const { name, id, first, last, addressLine, methodLine, method, messages, settings } = request;
  const needs = request.needs.length > 0 ? request.needs.map(({ line, message }) => ({ line, message })) : undefined;
  const { timeoutMs, keepOpen } = settings;
  // A request without an address is never run; its params are described all the same.
  const connection = connectionParams(request as Request & { address: string });
  return { name, id, first, last, addressLine, methodLine, method, timeoutMs, keepOpen, connection, messages, needs };
}

/** What a parse test gives besides the file. */
interface Given {
  environment?: Record<string, string>;
  answers?: Record<string, Answer>;
}

for (const name of readdirSync(join(shared, "parse")).filter((name) => name.endsWith(".grpc"))) {
  test(`parse ${name}`, () => {
    const { given = {}, ...want } = JSON.parse(read("parse", name.replace(/grpc$/, "json"))) as { given?: Given };
    const file = parse(read("parse", name), {
      folder: "/project",
      env: (name) => env[name],
      environment: new Map(Object.entries(given.environment ?? {})),
      answer: (request) => given.answers?.[request],
    });
    const got = { requests: file.requests.map(described), problems: file.problems };
    assert.deepEqual(JSON.parse(JSON.stringify(got)), want);
  });
}

interface EnvironmentCase {
  name: string;
  folder: string;
  /** Lines by path. */
  files: Record<string, string[]>;
  chosen: string | null;
  want: object;
}

for (const { name, folder, files, chosen, want } of (JSON.parse(read("environments.json")) as { cases: EnvironmentCase[] }).cases) {
  test(`environment: ${name}`, () => {
    const found = findFiles(folder, (path) => files[path]?.join("\n"));
    const { names, values, problems } = readEnvironment(found, chosen ?? undefined);
    assert.deepEqual({ files: found.map(([path]) => path), names, values: Object.fromEntries(values), problems }, want);
  });
}

/** What a conversion gives: its text and what it lost, or why there is none. */
function converted(fn: () => { lost: string[] }): object {
  try {
    return fn();
  } catch (err) {
    return { error: (err as Error).message };
  }
}

const grpcurl = JSON.parse(read("grpcurl.json")) as {
  to: { name: string; request: string[]; want: { command?: string[] } }[];
  from: { name: string; command: string[]; want: { text?: string[] } }[];
};

for (const { name, request, want } of grpcurl.to) {
  test(`to grpcurl: ${name}`, () => {
    const file = parse(request.join("\n"), { folder: "/project", env: (name) => env[name] });
    assert.deepEqual(file.problems, []);
    const [first] = file.requests as Parameters<typeof toGrpcurl>[0][];
    assert.deepEqual(
      converted(() => toGrpcurl(first!)),
      want.command ? { ...want, command: want.command.join("\n") } : want,
    );
  });
}

for (const { name, command, want } of grpcurl.from) {
  test(`from grpcurl: ${name}`, () => {
    const got = converted(() => fromGrpcurl(command.join("\n")));
    assert.deepEqual(got, want.text ? { ...want, text: want.text.join("\n") } : want);
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
