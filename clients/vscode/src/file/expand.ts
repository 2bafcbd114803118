import { hint } from "../nearest";
import { type Answer, valueOf } from "./answers";

/** Where the values of references come from. */
export interface Variables {
  /** As they are defined in the file, and in the environment, which wins. */
  values: ReadonlyMap<string, string>;
  env: (name: string) => string | undefined;
  /** The requests that references can name. */
  requests: ReadonlySet<string>;
  /** The last answer that a request got. */
  answer: (request: string) => Answer | undefined;
}

/** Why a reference has no value. */
export class VariableProblem extends Error {}

/** Why a reference has no value yet: the file is right, and an answer is missing. */
export class MissingAnswer extends Error {}

const reference =
  /\{\{[ \t]*(?:(\$?[A-Za-z_][\w-]*)[ \t]*(\w*)|([A-Za-z_][\w-]*)\.(\w+)((?:\.[\w-]+|\[\d+\]|\['[^'\r\n]*'\])*))[ \t]*\}\}/g;

/** Returns the value of one variable; undefined where the braces hold something else. */
function variable(name: string, argument: string, variables: Variables, within: Set<string>): string | undefined {
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

/** Returns a value of an answer; undefined where the braces hold something else. */
function answered(request: string, part: string, steps: string, variables: Variables): string | undefined {
  const isPart = part === "response" || part === "headers" || part === "trailers";
  if (!variables.requests.has(request)) {
    if (!isPart) return undefined;
    throw new VariableProblem(`there is no request named "${request}"${hint(request, [...variables.requests].sort())}`);
  }
  if (!isPart) {
    throw new VariableProblem(`an answer has response, headers and trailers, but no "${part}"`);
  }
  if (part !== "response" && !/^(?:\.[\w-]+|\['[^']*'\])(?:\[\d+\])?$/.test(steps)) {
    throw new VariableProblem(`${part} are taken by name: {{${request}.${part}.NAME}}`);
  }
  const answer = variables.answer(request);
  if (!answer) throw new MissingAnswer(`${request} has no answer yet: run it first`);
  const value = valueOf(answer, part, steps);
  if (value === undefined) throw new MissingAnswer(whyNone(request, part, steps, answer));
  return value;
}

function whyNone(request: string, part: string, steps: string, answer: Answer): string {
  if (part !== "response") return `the answer of ${request} has no ${part}${steps}`;
  if (answer.response === undefined) return `${request} has no response: it ended with ${answer.state}`;
  return `the response of ${request} has no ${steps.replace(/^\./, "")} (unset fields are left out unless # @json emitDefaults)`;
}

function expand(text: string, variables: Variables, escape: (value: string) => string, within: Set<string>): string {
  return text.replace(
    reference,
    (whole, name: string | undefined, argument: string, request: string, part: string, steps: string) => {
      const value =
        name === undefined ? answered(request, part, steps, variables) : variable(name, argument, variables, within);
      return value === undefined ? whole : escape(value);
    },
  );
}

/**
 * Puts values in place of references.
 * @throws VariableProblem, MissingAnswer
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
 * @throws VariableProblem, MissingAnswer
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
