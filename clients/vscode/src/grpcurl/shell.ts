/** Words of a POSIX shell (POSIX.1-2017, Shell Command Language, 2.2). */

/** Writes a word so that a shell reads it as it is. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Why text is not one command. */
export class ShellProblem extends Error {}

const part = /'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\(\r?\n)|\\([^])|([^\s'"\\]+)|([ \t\r\n]+)/y;

/**
 * Splits a command into its words, as a shell does that expands nothing: quotes,
 * escapes, and line ends after a backslash.
 * @throws ShellProblem
 */
export function words(command: string): string[] {
  const list: string[] = [];
  let word: string | undefined;
  part.lastIndex = 0;
  while (part.lastIndex < command.length) {
    const found = part.exec(command);
    if (!found) throw new ShellProblem("a quote is not closed");
    const [, single, double, lineEnd, escaped, plain, space] = found;
    if (space !== undefined || lineEnd !== undefined) {
      if (space !== undefined && word !== undefined) {
        list.push(word);
        word = undefined;
      }
      continue;
    }
    const inDouble = double?.replace(/\\(\r?\n)/g, "").replace(/\\(["\\$`])/g, "$1");
    word = (word ?? "") + (single ?? inDouble ?? escaped ?? plain);
  }
  return word === undefined ? list : [...list, word];
}
