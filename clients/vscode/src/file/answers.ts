import { compact } from "../json/format";

/** What a request was answered, for the references of later ones. */
export interface Answer {
  /** How it ended, such as `OK` or `NOT_FOUND (5)`. */
  state: string;
  /** The response, or the last message of a stream; undefined where none came. */
  response?: unknown;
  headers: Record<string, string[]>;
  trailers: Record<string, string[]>;
}

/** Splits `.items[0]['a.b']` into names and indexes. */
function split(steps: string): (string | number)[] {
  const found = steps.matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']*)'\]/g);
  return [...found].map(([, name, index, quoted]) => (index !== undefined ? Number(index) : (name ?? quoted)!));
}

function child(node: unknown, step: string | number): unknown {
  if (typeof step === "number") return Array.isArray(node) ? node[step] : undefined;
  const isObject = typeof node === "object" && node !== null && !Array.isArray(node);
  return isObject && Object.hasOwn(node, step) ? (node as Record<string, unknown>)[step] : undefined;
}

/**
 * The text of a value within an answer: a string as it is, anything else as JSON on
 * one line; undefined where the answer has none.
 */
export function valueOf(answer: Answer, part: "response" | "headers" | "trailers", steps: string): string | undefined {
  let path = split(steps);
  if (part !== "response") path = [String(path[0]).toLowerCase(), path[1] ?? 0];
  const value = path.reduce(child, answer[part] as unknown);
  return value === undefined || typeof value === "string" ? value : compact(JSON.stringify(value));
}
