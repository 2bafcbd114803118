import { spot, type Spot } from "../json/spot";
import { classify, metadata } from "../file/lines";

/** What can be completed at a place of a .grpc file. */
export type Context =
  | { kind: "directive"; prefix: string }
  | { kind: "service"; prefix: string }
  | { kind: "reference"; prefix: string }
  | { kind: "method"; service: string; prefix: string }
  | Spot;

/** The content of the block above the last line. */
function contentAbove(all: readonly string[]): string[] {
  const list: string[] = [];
  for (const text of all.slice(0, -1).reverse()) {
    const { kind } = classify(text);
    if (kind === "separator") break;
    if (kind === "content") list.unshift(text);
  }
  return list;
}

/**
 * Finds what stands at the end of some lines.
 * @param all the file's lines down to the cursor; the last one ends there
 */
export function contextAt(all: readonly string[]): Context | undefined {
  const line = all.at(-1) ?? "";
  const directive = /^[ \t]*(?:#|\/\/)[ \t]*@([A-Za-z0-9-]*)$/.exec(line);
  if (directive) return { kind: "directive", prefix: directive[1]! };
  const { kind } = classify(line);
  const reference = /\{\{[ \t]*(\$?[\w-]*)$/.exec(line);
  if (reference && kind !== "comment") return { kind: "reference", prefix: reference[1]! };
  if (kind !== "content" && kind !== "blank") return undefined;
  const list = contentAbove(all);
  const method = list.findIndex((text, i) => i > 0 && !metadata(text));
  if (method > 0) return spot([...list.slice(method + 1), line].join("\n"));
  if (list.length === 0 || metadata(line)) return undefined;
  const inMethod = /^[ \t]*\/?([^ \t/]+)\/([^ \t/]*)$/.exec(line);
  if (inMethod) return { kind: "method", service: inMethod[1]!, prefix: inMethod[2]! };
  const inService = /^[ \t]*\/?([^ \t/]*)$/.exec(line);
  return inService ? { kind: "service", prefix: inService[1]! } : undefined;
}
