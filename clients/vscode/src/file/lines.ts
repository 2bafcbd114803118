/** What a line of a .grpc file is, by its first characters alone. */
export type Line =
  | { kind: "separator"; name: string }
  | { kind: "directive"; name: string; value: string }
  | { kind: "variable"; name: string; value: string }
  | { kind: "content" }
  | { kind: "comment" | "blank" | "badVariable" };

/** Classifies a line without its end. */
export function classify(text: string): Line {
  if (text.startsWith("###")) {
    return { kind: "separator", name: text.replace(/^#+/, "").trim() };
  }
  const line = text.trim();
  if (line === "") {
    return { kind: "blank" };
  }
  const comment = /^(?:#|\/\/)(.*)$/.exec(line);
  if (comment) {
    const directive = /^\s*@([A-Za-z0-9-]+)\s*(.*)$/.exec(comment[1]!);
    return directive ? { kind: "directive", name: directive[1]!, value: directive[2]! } : { kind: "comment" };
  }
  if (line.startsWith("@")) {
    const variable = /^@([A-Za-z_][\w-]*)\s*=\s*(.*)$/.exec(line);
    return variable ? { kind: "variable", name: variable[1]!, value: variable[2]! } : { kind: "badVariable" };
  }
  return { kind: "content" };
}

/** Splits a metadata line; the name in lower case. Undefined where it is none. */
export function metadata(text: string): { name: string; value: string } | undefined {
  const found = /^\s*([\w.-]+)[ \t]*:\s*(.*?)\s*$/.exec(text);
  return found ? { name: found[1]!.toLowerCase(), value: found[2]! } : undefined;
}
