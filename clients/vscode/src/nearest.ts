/** The number of single-letter insertions, deletions and replacements that turn a into b. */
function distance(a: string, b: string): number {
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replace, last[j]! + 1, row[j - 1]! + 1);
    }
    last = row;
  }
  return last[b.length]!;
}

/** Returns `; did you mean "b"?` for the known name most like `name`, or "". */
export function hint(name: string, known: readonly string[]): string {
  let best: string | undefined;
  let fewest = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const edits = distance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) {
      [best, fewest] = [candidate, edits];
    }
  }
  return best === undefined ? "" : `; did you mean "${best}"?`;
}
