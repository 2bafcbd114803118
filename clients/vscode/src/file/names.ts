import type { Block } from "./block";

const identifier = /^[A-Za-z_][\w-]*$/;

/**
 * Gives blocks the names by which references mean them: that of `# @name`, else a
 * title that could be one. Of requests with one name the first has it.
 */
export function nameBlocks(blocks: readonly Block[], report: (line: number, message: string) => void): Map<string, Block> {
  const named = new Map<string, Block>();
  const lines = new Map<string, number>();
  for (const block of blocks) {
    for (const { name, value, line } of block.directives) {
      if (name !== "name") continue;
      const before = lines.get(value);
      if (block.content.length === 0) report(line, "# @name belongs to a request");
      else if (!identifier.test(value)) report(line, "# @name needs a name of letters, digits, _ and -, such as login");
      else if (before !== undefined) report(line, `the name "${value}" is given twice, first on line ${before}`);
      else {
        named.set(value, block);
        lines.set(value, line);
      }
    }
  }
  const isNamed = new Set(named.values());
  for (const block of blocks) {
    if (block.content.length === 0 || isNamed.has(block) || !identifier.test(block.name)) continue;
    if (!named.has(block.name)) named.set(block.name, block);
  }
  return named;
}
