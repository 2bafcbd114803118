import { lineOf, token, value } from "./scan";

/** Splits a path into names and indexes, without the parameter that it begins with. */
function steps(path: string): (string | number)[] {
  const list: (string | number)[] = [];
  const step = /\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\.?([^.[]+)/y;
  step.lastIndex = /^(?:messages\[\d+\]|\w+)/.exec(path)?.[0].length ?? 0;
  for (let found = step.exec(path); found; found = step.exec(path)) {
    list.push(found[2] !== undefined ? Number(found[2]) : (found[1] ?? found[3])!);
  }
  return list;
}

interface Found {
  /** Where the member's name or the element begins, and where its value does. */
  shown: number;
  place: number;
}

/** Finds a member of the object at a place; the last one of that name. */
function member(text: string, at: number, name: string): Found | undefined {
  let found: Found | undefined;
  let before = token(text, at)!.end;
  for (let it = token(text, before); it?.kind === "string"; it = token(text, before)) {
    const inside = value(text, token(text, it.end)!.end);
    if (JSON.parse(text.slice(it.start, it.end)) === name) found = { shown: it.start, place: inside.start };
    before = token(text, inside.end)!.end;
  }
  return found;
}

/** Finds the element at an index of the array at a place. */
function element(text: string, at: number, index: number): Found | undefined {
  let before = token(text, at)!.end;
  for (let i = 0; ; i++) {
    const next = token(text, before);
    if (!next || next.kind === "]") return undefined;
    const inside = value(text, before);
    if (i === index) return { shown: inside.start, place: inside.start };
    before = token(text, inside.end)!.end;
    if (text[before - 1] === "]") return undefined;
  }
}

/**
 * Finds the line, from 1, of a path of the worker's errors, such as
 * `request.items[2].name`, in a message; that of the deepest step that is there.
 */
export function locate(text: string, path: string): number {
  let at: Found = { shown: 0, place: 0 };
  for (const step of steps(path)) {
    const kind = token(text, at.place)?.kind;
    const found =
      typeof step === "number" && kind === "["
        ? element(text, at.place, step)
        : typeof step === "string" && kind === "{"
          ? member(text, at.place, step)
          : undefined;
    if (!found) break;
    at = found;
  }
  return lineOf(text, at.shown);
}
