/** Like vscode.Position. */
export class Position {
  constructor(readonly line: number, readonly character: number) {}

  translate(lines: number, characters: number): Position {
    return new Position(this.line + lines, this.character + characters);
  }
}

/** Like vscode.Range. */
export class Range {
  readonly start: Position;
  readonly end: Position;

  constructor(start: Position, end: Position);
  constructor(startLine: number, startCharacter: number, endLine: number, endCharacter: number);
  constructor(...at: [Position, Position] | [number, number, number, number]) {
    [this.start, this.end] = at.length === 2 ? at : [new Position(at[0], at[1]), new Position(at[2], at[3])];
  }
}

/** Like vscode.Uri. */
export class Uri {
  private constructor(readonly scheme: string, readonly path: string) {}

  static file(path: string): Uri {
    return new Uri("file", path);
  }

  static parse(text: string): Uri {
    const [, scheme = "", path = ""] = /^(\w[\w+.-]*):(.*)$/.exec(text) ?? [];
    return new Uri(scheme, decodeURI(path));
  }

  static from({ scheme, path }: { scheme: string; path: string }): Uri {
    return new Uri(scheme, path);
  }

  get fsPath(): string {
    return this.path;
  }

  toString(): string {
    return `${this.scheme}:${encodeURI(this.path)}`;
  }
}
