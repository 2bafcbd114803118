import { type Block, type BlockSettings, readRequest, readSettings, type Request, type Scope } from "./block";
import * as directives from "./directives";
import type { Answer } from "./answers";
import { classify } from "./lines";
import { nameBlocks } from "./names";

export interface Problem {
  line: number;
  message: string;
}

/** Where a file defines a variable. */
export interface Definition {
  name: string;
  value: string;
  line: number;
}

/** A .grpc file; clients/grpc-files.md has the grammar. */
export interface GrpcFile {
  requests: Request[];
  /** By line. */
  problems: Problem[];
  /** The variables that it defines, in their order. */
  definitions: Definition[];
  /** What references can name, sorted. */
  names: { variables: string[]; requests: string[] };
}

export interface ParseOptions {
  /** Where relative paths start. */
  folder: string;
  env: (name: string) => string | undefined;
  /** The variables of the chosen environment, which win over the file's. */
  environment?: ReadonlyMap<string, string>;
  /** The last answer that a request got, by its name. */
  answer?: (request: string) => Answer | undefined;
}

type Report = Scope["report"];

function newBlock(name: string, first: number): Block {
  return { name, first, last: first, directives: [], content: [] };
}

/** Sorts the lines into blocks and variables. */
function collect(text: string, report: Report): { blocks: Block[]; definitions: Definition[] } {
  const blocks: Block[] = [];
  const definitions: Definition[] = [];
  let block = newBlock("", 1);
  const all = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n").split("\n");
  all.forEach((line, i) => {
    const number = i + 1;
    const it = classify(line);
    if (it.kind === "separator") {
      blocks.push(block);
      block.last = i;
      block = newBlock(it.name, number);
    } else if (it.kind === "directive") {
      block.directives.push({ name: it.name, value: it.value, line: number });
    } else if (it.kind === "badVariable") {
      report(number, "a variable is written @name = value");
    } else if (it.kind === "variable") {
      const before = definitions.find(({ name }) => name === it.name);
      if (before) report(number, `the variable "${it.name}" is defined twice, first on line ${before.line}`);
      definitions.push({ name: it.name, value: it.value, line: number });
    } else if (it.kind === "content") {
      block.content.push({ text: line, line: number });
    }
  });
  block.last = all.length;
  return { blocks: [...blocks, block], definitions };
}

/** Reads a file; what is wrong with it is in its problems. */
export function parse(text: string, options: ParseOptions): GrpcFile {
  const problems: Problem[] = [];
  const report: Report = (line, message) => problems.push({ line, message });
  const { blocks, definitions } = collect(text, report);
  const named = nameBlocks(blocks, report);
  const variables = {
    values: new Map([...definitions.map(({ name, value }) => [name, value] as const), ...(options.environment ?? [])]),
    env: options.env,
    requests: new Set(named.keys()),
    answer: options.answer ?? (() => undefined),
  };
  const scope: Scope = { variables, folder: options.folder, report };
  const [head] = blocks;
  const none: BlockSettings = { settings: directives.empty(), needs: [] };
  const defaults = head && head.content.length === 0 ? readSettings(head, scope) : none;
  const ids = new Map([...named].map(([id, block]) => [block, id]));
  const requests = blocks.flatMap((block) => {
    const request = readRequest(block, defaults, scope);
    const id = ids.get(block);
    return request ? [id === undefined ? request : { ...request, id }] : [];
  });
  return {
    requests,
    problems: problems.sort((a, b) => a.line - b.line),
    definitions,
    names: { variables: [...variables.values.keys()].sort(), requests: [...named.keys()].sort() },
  };
}

/** The request whose block contains a line (from 1). */
export function requestAt(file: GrpcFile, line: number): Request | undefined {
  return file.requests.find((request) => request.first <= line && line <= request.last);
}

/**
 * The problems that keep a request from being run: those of its lines, and those
 * outside of every request.
 */
export function blocking(file: GrpcFile, request: Request): Problem[] {
  return file.problems.filter(({ line }) => {
    const owner = requestAt(file, line);
    return owner === undefined || owner === request;
  });
}

/** What a request is called: its name, else its method; later ones of a name get a number. */
export function titleOf(file: GrpcFile, request: Request): string {
  const base = (it: Request) => it.name || it.method || "";
  const alike = file.requests.filter((it) => base(it) === base(request));
  const place = alike.indexOf(request);
  return place > 0 ? `${base(request)} (${place + 1})` : base(request);
}
