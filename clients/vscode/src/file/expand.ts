import { hint } from "../nearest";

export interface Variables {
  /** As they are defined in the file. */
  values: ReadonlyMap<string, string>;
  env: (name: string) => string | undefined;
}

/** Why a reference has no value. */
export class VariableProblem extends Error {}

const reference = /\{\{[ \t]*(\$?[A-Za-z_][\w-]*)[ \t]*(\w*)[ \t]*\}\}/g;

/** Returns the value of one reference; undefined where the braces hold something else. */
function lookup(name: string, argument: string, variables: Variables, within: Set<string>): string | undefined {
  if (name === "$env" && argument !== "") {
    const value = variables.env(argument);
    if (value === undefined) throw new VariableProblem(`the environment has no ${argument}`);
    return value;
  }
  if (name.startsWith("$")) {
    throw new VariableProblem(`there is no {{${name}}}; write {{$env NAME}} for the environment`);
  }
  if (argument !== "") return undefined;
  const definition = variables.values.get(name);
  if (definition === undefined) {
    throw new VariableProblem(`there is no variable "${name}"${hint(name, [...variables.values.keys()].sort())}`);
  }
  if (within.has(name)) throw new VariableProblem(`the variable "${name}" refers to itself`);
  return expand(definition, variables, (value) => value, new Set(within).add(name));
}

function expand(text: string, variables: Variables, escape: (value: string) => string, within: Set<string>): string {
  return text.replace(reference, (whole, name: string, argument: string) => {
    const value = lookup(name, argument, variables, within);
    return value === undefined ? whole : escape(value);
  });
}

/**
 * Puts variables in place of `{{name}}` and `{{$env NAME}}`.
 * @throws VariableProblem
 */
export function expandText(text: string, variables: Variables): string {
  return expand(text, variables, (value) => value, new Set());
}

/** A value for the inside of a JSON string. */
function escaped(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

/** Keeps the lines of a body where they are. */
function oneLine(value: string): string {
  return value.replace(/[\r\n]/g, " ");
}

/**
 * Expands the references in a line of a JSON body: escaped where they stand in a
 * string, as they are elsewhere.
 * @throws VariableProblem
 */
export function expandJson(line: string, variables: Variables): string {
  // Every odd part is what stands between two quotes that are not escaped.
  const parts = line.match(/(?:[^"\\]|\\.?)*(?:"|$)/gs) ?? [];
  return parts
    .map((part, i) => {
      const quote = part.endsWith('"') ? '"' : "";
      const text = quote ? part.slice(0, -1) : part;
      return expand(text, variables, i % 2 === 1 ? escaped : oneLine, new Set()) + quote;
    })
    .join("");
}
