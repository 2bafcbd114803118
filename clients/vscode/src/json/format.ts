import { token } from "./scan";

/** Calls visit for every token; `empty` tells an opening bracket that closes at once. */
function each(text: string, visit: (kind: string, text: string, empty: boolean) => void): void {
  for (let it = token(text, 0); it; it = token(text, it.end)) {
    const next = token(text, it.end);
    const opens = it.kind === "{" || it.kind === "[";
    visit(it.kind, text.slice(it.start, it.end), opens && (next?.kind === "}" || next?.kind === "]"));
  }
}

/** Lays JSON out on one line, with a space after each colon and comma. */
export function compact(text: string): string {
  let line = "";
  each(text, (kind, token) => {
    line += kind === ":" || kind === "," ? `${token} ` : token;
  });
  return line;
}

/** Lays JSON out with a member or element a line, indented by two spaces a level. */
export function lines(text: string): string[] {
  const list: string[] = [];
  let line = "";
  let depth = 0;
  let closesEmpty = false;
  const wrap = () => {
    list.push(line);
    line = "  ".repeat(depth);
  };
  each(text, (kind, token, empty) => {
    const opens = kind === "{" || kind === "[";
    const closes = kind === "}" || kind === "]";
    if (opens && !empty) depth++;
    if (closes && !closesEmpty) {
      depth--;
      wrap();
    }
    line += kind === ":" ? ": " : token;
    if ((opens && !empty) || kind === ",") wrap();
    closesEmpty = opens && empty;
  });
  list.push(line);
  return list;
}
