/**
 * What comes in by itself, to be iterated over once, in order: items, then an end or an
 * error. An error is told after the items that came before it.
 *
 * @param taken is told of each item when the next is asked for
 */
export class Queue<Item> implements AsyncIterable<Item> {
  private items: Item[] = [];
  private end: { error?: unknown } | undefined;
  private wake: (() => void) | undefined;

  constructor(private readonly taken: () => void = () => {}) {}

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
      for (const item of items) {
        yield item;
        this.taken();
      }
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
