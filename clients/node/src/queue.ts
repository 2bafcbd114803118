/**
 * What comes in by itself, to be iterated over once, in order: items, then an end or an
 * error. An error is told after the items that came before it.
 */
export class Queue<Item> implements AsyncIterable<Item> {
  private items: Item[] = [];
  private end: { error?: unknown } | undefined;
  private wake: (() => void) | undefined;

  push(item: Item): void {
    if (this.end) return;
    this.items.push(item);
    this.wake?.();
  }

  /** Nothing follows; what was told first holds. */
  finish(end: { error?: unknown } = {}): void {
    this.end ??= end;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for (;;) {
      const items = this.items;
      this.items = [];
      yield* items;
      if (this.items.length > 0) continue;
      if (this.end) {
        if ("error" in this.end) throw this.end.error;
        return;
      }
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = undefined;
    }
  }
}
