import { lineOf, token, value } from "./scan";

/** A member of an object: the line of its name, and its value as it is written. */
export interface Member {
  name: string;
  line: number;
  text: string;
  /** Where the value begins in the whole text. */
  at: number;
}

/** The members of the object at a place, in text that is known to be JSON; undefined where there is none. */
export function membersAt(text: string, at: number): Member[] | undefined {
  const first = token(text, at);
  if (first?.kind !== "{") return undefined;
  const list: Member[] = [];
  for (let it = token(text, first.end); it?.kind === "string"; ) {
    const { start, end } = value(text, token(text, it.end)!.end);
    const name = JSON.parse(text.slice(it.start, it.end)) as string;
    list.push({ name, line: lineOf(text, it.start), text: text.slice(start, end), at: start });
    it = token(text, token(text, end)!.end);
  }
  return list;
}
