import { type Token, token } from "./scan";

/** Where the cursor stands in unfinished JSON: on a name or a value, and of what. */
export interface Spot {
  kind: "field" | "value";
  /** Names, and 0 for the elements of an array. */
  path: (string | number)[];
  /** What is typed of it. */
  prefix: string;
  /** Whether its opening quote is typed. */
  quoted: boolean;
  /** Names that the object has above the cursor. */
  used: string[];
}

interface Frame {
  bracket: "{" | "[" | undefined;
  expects: "name" | "colon" | "value" | "comma";
  name?: string;
  used: string[];
}

/** Moves the innermost frame past one token. */
function step(stack: Frame[], kind: Token["kind"], text: string): void {
  const top = stack.at(-1)!;
  if (kind === "{" || kind === "[") {
    stack.push({ bracket: kind, expects: kind === "{" ? "name" : "value", used: [] });
  } else if (kind === "}" || kind === "]") {
    if (stack.length > 1) stack.pop();
    stack.at(-1)!.expects = "comma";
  } else if (kind === ",") {
    top.expects = top.bracket === "{" ? "name" : "value";
  } else if (kind === ":") {
    top.expects = "value";
  } else if (kind === "string" && top.expects === "name") {
    top.name = nameOf(text);
    top.expects = "colon";
    top.used.push(top.name);
  } else {
    top.expects = "comma";
  }
}

function nameOf(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}

function pathOf(stack: Frame[]): (string | number)[] {
  const path: (string | number)[] = [];
  stack.forEach((frame, i) => {
    const isInside = i < stack.length - 1 || frame.expects === "value";
    if (frame.bracket === "[") path.push(0);
    else if (frame.bracket === "{" && isInside && frame.name !== undefined) path.push(frame.name);
  });
  return path;
}

/**
 * Finds the spot at the end of a body up to the cursor; undefined where neither a
 * name nor a value can stand.
 */
export function spot(text: string): Spot | undefined {
  const stack: Frame[] = [{ bracket: undefined, expects: "value", used: [] }];
  let prefix = "";
  let quoted = false;
  for (let it = token(text, 0); it; it = token(text, it.end)) {
    if (it.end === text.length && (it.kind === "unfinished" || it.kind === "word")) {
      quoted = it.kind === "unfinished";
      prefix = text.slice(it.start + (quoted ? 1 : 0));
      break;
    }
    if (stack.length === 1 && stack[0]!.expects === "comma") stack[0]!.expects = "value"; // the next message
    step(stack, it.kind, text.slice(it.start, it.end));
  }
  const top = stack.at(-1)!;
  if (top.expects !== "name" && top.expects !== "value") return undefined;
  return { kind: top.expects === "name" ? "field" : "value", path: pathOf(stack), prefix, quoted, used: top.used };
}
