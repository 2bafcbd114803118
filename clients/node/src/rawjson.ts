/**
 * A message or a part of one as JSON text, passed on as it is written: numbers past
 * 2^53 and the order of members stay. It can stand at any depth of a request.
 */
export class RawJson {
  /** @throws SyntaxError where text is not JSON */
  constructor(readonly text: string) {
    JSON.parse(text);
  }

  /** For JSON.stringify, which the client does not use for it: the value, with the digits that a number has room for. */
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}
