import { compact } from "../json/format";
import { type Member, membersAt } from "../json/members";
import { JsonProblem, split } from "../json/values";
import { hint } from "../nearest";
import * as paths from "./paths";

/** The files of environments: the second is for what is not to be shared. */
export const fileNames = ["grpcline.env.json", "grpcline.private.env.json"];

/** The environment whose variables every other one has too. */
const shared = "$shared";

export interface EnvironmentProblem {
  file: string;
  line: number;
  message: string;
}

export interface Environment {
  /** The paths of the files that there are. */
  files: string[];
  /** Of the environments there are, in their order. */
  names: string[];
  /** Of the chosen one. */
  values: Map<string, string>;
  problems: EnvironmentProblem[];
}

type Report = (line: number, message: string) => void;

/** Finds the environment files for a folder: those of the nearest folder upwards that has one. */
export function findFiles(folder: string, read: (path: string) => string | undefined): [string, string][] {
  for (let at = folder; ; at = paths.folderOf(at)) {
    const found = fileNames.flatMap((name): [string, string][] => {
      const path = paths.join(at, name);
      const text = read(path);
      return text === undefined ? [] : [[path, text]];
    });
    const isRoot = !/[/\\]/.test(at);
    if (found.length > 0 || isRoot) return found;
  }
}

/** The one object of a file; undefined after reporting why there is none. */
function members(text: string, report: Report): Member[] | undefined {
  try {
    const [first, second] = split(text);
    const list = first && !second ? membersAt(text, 0) : undefined;
    if (!list) report(first?.line ?? 1, 'an environment file is an object: {"dev": {"host": "localhost:50051"}}');
    return list;
  } catch (err) {
    if (!(err instanceof JsonProblem)) throw err;
    report(err.line, err.message);
    return undefined;
  }
}

/** The environments of a file, each with its variables. */
function environments(text: string, report: Report): Map<string, Map<string, string>> {
  const all = new Map<string, Map<string, string>>();
  for (const { name, line, at } of members(text, report) ?? []) {
    const variables = membersAt(text, at);
    if (!variables) report(line, `the environment "${name}" is not an object of variables`);
    else all.set(name, valuesOf(variables, report));
  }
  return all;
}

function valuesOf(variables: Member[], report: Report): Map<string, string> {
  const values = new Map<string, string>();
  for (const { name, line, text } of variables) {
    if (!/^[A-Za-z_][\w-]*$/.test(name)) {
      report(line, `"${name}" is no name of a variable: letters, digits, _ and -, beginning with a letter or _`);
    } else {
      values.set(name, text.startsWith('"') ? (JSON.parse(text) as string) : compact(text));
    }
  }
  return values;
}

/**
 * Reads environment files.
 * @param files paths and texts, the private one last
 * @param chosen the environment's name; without one only what all share is there
 */
export function readEnvironment(files: readonly [string, string][], chosen: string | undefined): Environment {
  const problems: EnvironmentProblem[] = [];
  const all = files.map(([file, text]) =>
    environments(text.replace(/^\uFEFF/, ""), (line, message) => problems.push({ file, line, message })),
  );
  const names = [...new Set(all.flatMap((it) => [...it.keys()]))].filter((name) => name !== shared);
  const [first] = files;
  if (chosen !== undefined && first && problems.length === 0 && !names.includes(chosen)) {
    const message = `there is no environment "${chosen}"${hint(chosen, names)}`;
    problems.push({ file: first[0], line: 1, message });
  }
  const layers = [shared, chosen].flatMap((name) => all.map((it) => it.get(name ?? "")));
  return { files: files.map(([path]) => path), names, values: new Map(layers.flatMap((layer) => [...(layer ?? [])])), problems };
}
