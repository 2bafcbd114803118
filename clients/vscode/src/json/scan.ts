/**
 * The tokens of JSON text (RFC 8259), by their place and without their values, so
 * that numbers past 2^53 and the order of members stay as they are written.
 */
export interface Token {
  /** "unfinished" is a string without its closing quote, "word" a number, a literal or junk. */
  kind: "{" | "}" | "[" | "]" | ":" | "," | "string" | "unfinished" | "word";
  start: number;
  /** The place after the token. */
  end: number;
}

const space = /[ \t\r\n]*/y;
const string = /"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"/y;
const word = /[^ \t\r\n{}[\]:,"]+/y;
const restOfLine = /[^\n]*/y;

function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** Finds the token at or after a place; undefined at the end. */
export function token(text: string, at: number): Token | undefined {
  const start = match(space, text, at) ?? at;
  const first = text[start];
  if (first === undefined) {
    return undefined;
  }
  if (first === '"') {
    const end = match(string, text, start);
    return end === undefined
      ? { kind: "unfinished", start, end: match(restOfLine, text, start)! }
      : { kind: "string", start, end };
  }
  if ("{}[]:,".includes(first)) {
    return { kind: first as Token["kind"], start, end: start + 1 };
  }
  return { kind: "word", start, end: match(word, text, start)! };
}

/** Finds the whole value at or after a place, in text that is known to be JSON. */
export function value(text: string, at: number): { start: number; end: number } {
  const first = token(text, at)!;
  let depth = 0;
  for (let it = first; ; it = token(text, it.end)!) {
    if (it.kind === "{" || it.kind === "[") depth++;
    if (it.kind === "}" || it.kind === "]") depth--;
    if (depth === 0) return { start: first.start, end: it.end };
  }
}

/** The line of a place in text, from 1. */
export function lineOf(text: string, at: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i >= 0 && i < at; i = text.indexOf("\n", i + 1)) line++;
  return line;
}
