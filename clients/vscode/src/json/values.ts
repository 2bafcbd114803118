import { lineOf, type Token, token } from "./scan";

/** One JSON value, and the lines that it begins and ends on, from 1. */
export interface Value {
  text: string;
  line: number;
  last: number;
}

/** Why text is not JSON. */
export class JsonProblem extends Error {
  constructor(readonly line: number, message: string) {
    super(`this is not JSON: ${message}`);
  }
}

const literalOrNumber = /^(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)$/;
const wrongInString = /[\u0000-\u001f]|\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})/;

/** Walks over one text, as strict as RFC 8259. */
class Reader {
  at = 0;

  constructor(readonly text: string) {}

  value(): void {
    if (this.take("{")) return this.members();
    if (this.take("[")) return this.elements();
    if (this.take("string")) return;
    const it = token(this.text, this.at);
    if (it?.kind !== "word" || !literalOrNumber.test(this.text.slice(it.start, it.end))) this.expected("a value");
    this.at = it.end;
  }

  private members(): void {
    if (this.take("}")) return;
    do {
      this.need("string", "a name in quotes");
      this.need(":", "a colon");
      this.value();
    } while (this.take(","));
    this.need("}", "a comma or }");
  }

  private elements(): void {
    if (this.take("]")) return;
    do this.value();
    while (this.take(","));
    this.need("]", "a comma or ]");
  }

  private need(kind: Token["kind"], what: string): void {
    if (!this.take(kind)) this.expected(what);
  }

  /** Passes the next token if it is of this kind. */
  private take(kind: Token["kind"]): boolean {
    const it = token(this.text, this.at);
    if (it?.kind !== kind) return false;
    if (kind === "string" && hasWrongEscape(this.text.slice(it.start + 1, it.end - 1))) {
      this.fail("the string has a wrong escape or a control character", it.start);
    }
    this.at = it.end;
    return true;
  }

  private expected(what: string): never {
    const it = token(this.text, this.at);
    if (it?.kind === "unfinished") this.fail("the string is not closed on its line", it.start);
    const found = it ? this.text.slice(it.start, it.end) : "the end";
    this.fail(`${what} is expected before ${found}`, it?.start ?? this.text.length);
  }

  private fail(message: string, at: number): never {
    throw new JsonProblem(lineOf(this.text, Math.min(at, this.text.length - 1)), message);
  }
}

function hasWrongEscape(inner: string): boolean {
  return wrongInString.test(inner.replace(/\\\\/g, "  "));
}

/**
 * Splits text into the JSON values that stand in it one after another. What passes
 * may be written into a request as it is.
 * @throws JsonProblem
 */
export function split(text: string): Value[] {
  const reader = new Reader(text);
  const values: Value[] = [];
  for (let it = token(text, 0); it; it = token(text, reader.at)) {
    reader.value();
    values.push({
      text: text.slice(it.start, reader.at),
      line: lineOf(text, it.start),
      last: lineOf(text, reader.at - 1),
    });
  }
  return values;
}
