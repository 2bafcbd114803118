import { type Block, readRequest, readSettings, type Request, type Scope } from "./block";
import * as directives from "./directives";
import { classify } from "./lines";

export interface Problem {
  line: number;
  message: string;
}

/** A .grpc file; clients/grpc-files.md has the grammar. */
export interface GrpcFile {
  requests: Request[];
  /** By line. */
  problems: Problem[];
}

export interface ParseOptions {
  /** Where relative paths start. */
  folder: string;
  env: (name: string) => string | undefined;
}

type Report = Scope["report"];

function newBlock(name: string, first: number): Block {
  return { name, first, last: first, directives: [], content: [] };
}

/** Sorts the lines into blocks and variables. */
function collect(text: string, report: Report): { blocks: Block[]; values: Map<string, string> } {
  const blocks: Block[] = [];
  const values = new Map<string, string>();
  const defined = new Map<string, number>();
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
      const before = defined.get(it.name);
      if (before !== undefined) {
        report(number, `the variable "${it.name}" is defined twice, first on line ${before}`);
      }
      defined.set(it.name, before ?? number);
      values.set(it.name, it.value);
    } else if (it.kind === "content") {
      block.content.push({ text: line, line: number });
    }
  });
  block.last = all.length;
  return { blocks: [...blocks, block], values };
}

/** Reads a file; what is wrong with it is in its problems. */
export function parse(text: string, options: ParseOptions): GrpcFile {
  const problems: Problem[] = [];
  const report: Report = (line, message) => problems.push({ line, message });
  const { blocks, values } = collect(text, report);
  const scope: Scope = { variables: { values, env: options.env }, folder: options.folder, report };
  const [head] = blocks;
  const defaults = head && head.content.length === 0 ? readSettings(head, scope) : directives.empty();
  const requests = blocks.flatMap((block) => readRequest(block, defaults, scope) ?? []);
  return { requests, problems: problems.sort((a, b) => a.line - b.line) };
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
