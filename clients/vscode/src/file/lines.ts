/** What a line of a .grpc file is, by its first characters alone. */
export type Line =
  | { kind: "separator"; name: string }
  | { kind: "directive"; name: string; value: string }
  | { kind: "variable"; name: string; value: string }
  | { kind: "content" }
  | { kind: "comment" | "blank" | "badVariable" };

/** Drops the spaces and tabs around text: other blanks are characters like any. */
export function trim(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, "");
}

/** Classifies a line without its end. */
export function classify(text: string): Line {
  if (text.startsWith("###")) {
    return { kind: "separator", name: trim(text.replace(/^#+/, "")) };
  }
  const line = trim(text);
  if (line === "") {
    return { kind: "blank" };
  }
  const comment = /^(?:#|\/\/)(.*)$/s.exec(line);
  if (comment) {
    const directive = /^[ \t]*@([A-Za-z0-9-]+)[ \t]*(.*)$/s.exec(comment[1]!);
    return directive ? { kind: "directive", name: directive[1]!, value: directive[2]! } : { kind: "comment" };
  }
  if (line.startsWith("@")) {
    const variable = /^@([A-Za-z_][\w-]*)[ \t]*=[ \t]*(.*)$/s.exec(line);
    return variable ? { kind: "variable", name: variable[1]!, value: variable[2]! } : { kind: "badVariable" };
  }
  return { kind: "content" };
}

/** Splits a metadata line; the name in lower case. Undefined where it is none. */
export function metadata(text: string): { name: string; value: string } | undefined {
  const found = /^[ \t]*([\w.-]+)[ \t]*:[ \t]*(.*?)[ \t]*$/s.exec(text);
  return found ? { name: found[1]!.toLowerCase(), value: found[2]! } : undefined;
}
