/** Finds declarations in proto source, whoever laid it out. */

/** A line and a column, from 0. */
export interface Found {
  line: number;
  column: number;
}

/** What stands in proto source: a comment or a string, a bracket, or a word. */
const tokens = /\/\/[^\n]*|\/\*[^]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[{};=]|[\w.]+/g;

interface Token {
  text: string;
  at: number;
}

function scan(source: string): Token[] {
  return [...source.matchAll(tokens)]
    .map((it) => ({ text: it[0], at: it.index }))
    .filter(({ text }) => !/^(?:\/[/*]|["'])/.test(text));
}

function placeOf(source: string, at: number): Found {
  const lines = source.slice(0, at).split("\n");
  return { line: lines.length - 1, column: lines.at(-1)!.length };
}

/** Words that name the block which the next bracket opens. */
const blockWords = new Set(["message", "enum", "service", "oneof", "group"]);

/**
 * Calls visit for each word that is declared: a block's name, an rpc's, a field's or an
 * enum value's. `scope` is the full name of what it is in; a oneof is none.
 */
function visitDeclarations(source: string, visit: (scope: string, name: Token) => void): void {
  const list = scan(source);
  /** The full names of the open blocks; the first one is the package. */
  const scopes = [""];
  let pending: string | undefined;
  list.forEach((it, i) => {
    const [before, after] = [list[i - 1]?.text ?? ";", list[i + 1]?.text];
    const scope = scopes.at(-1)!;
    const startsStatement = /^[{};]$/.test(before);
    const full = (name: string) => (scope === "" ? name : `${scope}.${name}`);
    if (it.text === "{") {
      scopes.push(pending ?? scope);
      pending = undefined;
    } else if (it.text === "}") {
      if (scopes.length > 1) scopes.pop();
    } else if (startsStatement && it.text === "package" && after) {
      scopes[0] = after;
    } else if (blockWords.has(before) && /^[{]$/.test(after ?? "") && /^[{};]$/.test(list[i - 2]?.text ?? ";")) {
      if (before === "oneof") return;
      visit(scope, it);
      pending = full(it.text);
    } else if (before === "rpc" || (after === "=" && before !== "option" && /^[\w-]/.test(list[i + 2]?.text ?? ""))) {
      visit(scope, it);
    }
  });
}

/**
 * Finds where a name is declared: a type or a service by its full name, or a method, a
 * field or a value in it. Undefined where the source has none.
 */
export function findDeclaration(source: string, scope: string, name: string): Found | undefined {
  let found: Found | undefined;
  visitDeclarations(source, (of, token) => {
    if (!found && of === scope && token.text === name) found = placeOf(source, token.at);
  });
  return found;
}
