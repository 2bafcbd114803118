import { JsonProblem, split, type Value } from "../json/values";
import * as directives from "./directives";
import { expandJson, expandText, MissingAnswer, VariableProblem, type Variables } from "./expand";
import * as lines from "./lines";

/** The lines between two separators; lines are counted from 1. */
export interface Block {
  /** Of the separator, or "". */
  name: string;
  first: number;
  last: number;
  directives: { name: string; value: string; line: number }[];
  /** The lines that are the request. */
  content: { text: string; line: number }[];
}

/** What a line of a request waits for, an answer of another request; the directive it is in. */
export interface Need {
  line: number;
  message: string;
  directive?: string;
}

export interface Request {
  name: string;
  /** By which references mean its answer. */
  id?: string;
  first: number;
  last: number;
  addressLine: number;
  /** Undefined where a problem says why. */
  address: string | undefined;
  metadata: Record<string, string[]>;
  methodLine?: number;
  /** Full, without a leading slash; undefined where a problem says why. */
  method?: string;
  messages: Value[];
  settings: directives.Settings;
  /** What has to be answered before it can run, by line. */
  needs: Need[];
}

/** What directives say, and what those wait for that say nothing yet. */
export interface BlockSettings {
  settings: directives.Settings;
  needs: Need[];
}

/** What the blocks of one file share. */
export interface Scope {
  variables: Variables;
  /** Where relative paths start. */
  folder: string;
  report: (line: number, message: string) => void;
}

/** Returns what fn does, or undefined after reporting its problem or noting its need. */
function attempt<Result>(scope: Scope, needs: Need[], line: number, fn: () => Result): Result | undefined {
  try {
    return fn();
  } catch (err) {
    if (err instanceof MissingAnswer) needs.push({ line, message: err.message });
    else if (err instanceof VariableProblem) scope.report(line, err.message);
    else throw err;
    return undefined;
  }
}

/** Reads the directives of a block. */
export function readSettings(block: Block, scope: Scope): BlockSettings {
  const settings = directives.empty();
  const needs: Need[] = [];
  for (const { name, value, line } of block.directives) {
    const own: Need[] = [];
    const text = attempt(scope, own, line, () => expandText(value, scope.variables));
    needs.push(...own.map((need) => ({ ...need, directive: name })));
    const problem = text === undefined ? undefined : directives.read(settings, name, text, scope.folder);
    if (problem) scope.report(line, problem);
  }
  return { settings, needs };
}

/** Settings and needs of a request: a directive of its own replaces what the file's waits for. */
function merge(file: BlockSettings, own: BlockSettings, block: Block): BlockSettings {
  const isReplaced = (name = "") => !directives.addsUp(name) && block.directives.some((it) => it.name === name);
  return {
    settings: directives.merge(file.settings, own.settings),
    needs: [...file.needs.filter((need) => !isReplaced(need.directive)), ...own.needs],
  };
}

function expanded(request: Request, text: string, line: number, scope: Scope): string | undefined {
  return attempt(scope, request.needs, line, () => expandText(text, scope.variables));
}

/** Reads metadata and method; returns where in the content the body begins. */
function readHead(request: Request, block: Block, scope: Scope): number {
  for (const [i, { text, line }] of block.content.entries()) {
    if (i === 0) continue;
    const metadata = lines.metadata(text);
    if (!metadata) {
      request.methodLine = line;
      readMethod(request, expanded(request, lines.trim(text), line, scope), scope);
      return i + 1;
    }
    const values = (request.metadata[metadata.name] ??= []);
    const value = expanded(request, metadata.value, line, scope);
    if (value !== undefined) values.push(value);
  }
  scope.report(request.addressLine, "the request has no method: write package.Service/Method under its address");
  return block.content.length;
}

function readMethod(request: Request, text: string | undefined, scope: Scope): void {
  const method = text && /^\/?([^ \t/]+\/[^ \t/]+)$/.exec(text)?.[1];
  if (method) {
    request.method = method;
  } else if (text !== undefined) {
    const problem = `${text} is neither metadata (name: value) nor a method (package.Service/Method)`;
    scope.report(request.methodLine!, problem);
  }
}

/** Reads the messages of the content from a place on. */
function readBody(request: Request, block: Block, from: number, scope: Scope): void {
  const content = block.content.slice(from);
  const first = content[0];
  if (!first) return;
  if (lines.metadata(first.text)) return scope.report(first.line, "metadata goes above the method");
  // A line that is no content (a comment) is blank in the body.
  const body = Array.from({ length: block.last - first.line + 1 }, () => "");
  let isWhole = true;
  for (const { text, line } of content) {
    const json = attempt(scope, request.needs, line, () => expandJson(text, scope.variables));
    isWhole &&= json !== undefined;
    body[line - first.line] = json ?? "";
  }
  if (!isWhole) return;
  try {
    request.messages = split(body.join("\n").replace(/[ \t\n]+$/, "")).map(({ text, line, last }) => ({
      text,
      line: first.line + line - 1,
      last: first.line + last - 1,
    }));
  } catch (err) {
    if (!(err instanceof JsonProblem)) throw err;
    scope.report(first.line + err.line - 1, err.message);
  }
}

/** Reads the request of a block; undefined where the block has none. */
export function readRequest(block: Block, defaults: BlockSettings, scope: Scope): Request | undefined {
  const address = block.content[0];
  if (!address) return undefined;
  const request: Request = {
    name: block.name,
    first: block.first,
    last: block.last,
    addressLine: address.line,
    address: undefined,
    metadata: {},
    messages: [],
    ...merge(defaults, readSettings(block, scope), block),
  };
  request.address = expanded(request, lines.trim(address.text), address.line, scope);
  readBody(request, block, readHead(request, block, scope), scope);
  return request;
}
