import { Position, Range, type Uri } from "./places";

/** Like vscode.TextDocument; `text` can be set. */
export class TextDocument {
  constructor(readonly uri: Uri, public text: string, public languageId: string) {}

  get lineCount(): number {
    return this.text.split("\n").length;
  }

  getText(range?: Range): string {
    return range ? this.text.slice(this.offsetAt(range.start), this.offsetAt(range.end)) : this.text;
  }

  lineAt(line: number): { text: string; range: Range } {
    const text = this.text.split("\n")[line]!;
    return { text, range: new Range(new Position(line, 0), new Position(line, text.length)) };
  }

  offsetAt({ line, character }: Position): number {
    const above = this.text.split("\n").slice(0, line);
    return above.reduce((sum, text) => sum + text.length + 1, 0) + character;
  }
}
