import { classify } from "../file/lines";
import { type GrpcFile, requestAt } from "../file/parse";
import { token } from "../json/scan";
import { spot } from "../json/spot";

type Path = (string | number)[];

/** What stands at a place of a .grpc file. */
export type Symbol =
  | { kind: "reference"; name: string }
  | { kind: "service" }
  | { kind: "method" }
  | { kind: "field"; path: Path; name: string }
  | { kind: "value"; path: Path; name: string; value: string };

function referenceAt(text: string, column: number): Symbol | undefined {
  for (const found of text.matchAll(/\{\{[ \t]*([A-Za-z_][\w-]*)(?:[ \t]*|[.[][^{}]*)\}\}/g)) {
    if (found.index <= column && column <= found.index + found[0].length) return { kind: "reference", name: found[1]! };
  }
  return undefined;
}

/** Finds the name or the value at an offset of a body. */
function memberAt(body: string, offset: number): Symbol | undefined {
  for (let it = token(body, 0); it && it.start <= offset; it = token(body, it.end)) {
    if (offset > it.end || (it.kind !== "string" && it.kind !== "word")) continue;
    const at = spot(body.slice(0, it.kind === "string" ? it.end - 1 : it.end));
    if (at?.kind === "field") return { kind: "field", path: at.path, name: at.prefix };
    const names = at?.path.filter((step) => step !== 0) ?? [];
    if (at && names.length > 0) {
      const place = at.path.lastIndexOf(names.at(-1)!);
      return { kind: "value", path: at.path.slice(0, place), name: String(names.at(-1)), value: at.prefix };
    }
  }
  return undefined;
}

/**
 * Finds what stands at a place.
 * @param lines of the file
 * @param line from 0, as column is
 */
export function symbolAt(file: GrpcFile, lines: readonly string[], line: number, column: number): Symbol | undefined {
  const text = lines[line] ?? "";
  const { kind } = classify(text);
  if (kind === "comment") return undefined;
  const reference = referenceAt(text, column);
  if (reference) return reference;
  const request = requestAt(file, line + 1);
  if (!request) return undefined;
  if (request.methodLine === line + 1) return { kind: column > text.lastIndexOf("/") ? "method" : "service" };
  const { methodLine, last } = request;
  if (methodLine === undefined || line < methodLine || kind !== "content") return undefined;
  const body = lines.slice(methodLine, last).map((it) => (classify(it).kind === "content" ? it : ""));
  const above = body.slice(0, line - methodLine).reduce((sum, it) => sum + it.length + 1, 0);
  return memberAt(body.join("\n"), above + column);
}
