/**
 * A message as JSON text, passed on as it is written: numbers past 2^53 and the
 * order of members stay. It can stand for `request` or `message` of a call.
 */
export class RawJson {
  /** @throws SyntaxError where text is not JSON */
  constructor(readonly text: string) {
    JSON.parse(text);
  }
}

/** Writes an object as JSON whose direct members may be RawJson. */
export function stringify(object: object): string {
  const members = Object.entries(object).filter(([, value]) => value !== undefined);
  if (!members.some(([, value]) => value instanceof RawJson)) {
    return JSON.stringify(object);
  }
  const parts = members.map(([name, value]) => `${JSON.stringify(name)}:${text(value)}`);
  return `{${parts.join(",")}}`;
}

function text(value: unknown): string {
  // A line break in JSON stands between tokens, where a space means the same.
  return value instanceof RawJson ? value.text.replace(/[\r\n]/g, " ") : JSON.stringify(value);
}
