// The lines of a stream, handed out as they come.

'use strict';

exports.Lines = class Lines {
  constructor(input) {
    this.parts = []; // of a line that has begun
    this.waiting = []; // lines that nobody has asked for
    this.consumer = null;
    input.on('data', (chunk) => this.take(chunk));
    input.on('end', () => this.consumer?.failed(new Error('the worker ended')));
  }

  /**
   * Calls onLine with each line until it returns false, then ended; afterRead
   * when all lines of a read are handed out; failed when onLine throws or the
   * stream ends.
   */
  each(onLine, afterRead, ended, failed) {
    this.consumer = { onLine, afterRead, ended, failed };
    while (this.waiting.length > 0 && this.consumer) this.hand(this.waiting.shift());
  }

  /** Calls onLine with each line until it returns false. */
  until(onLine) {
    return new Promise((resolve, reject) => this.each(onLine, () => {}, resolve, reject));
  }

  /** The next line. */
  async next() {
    let next;
    await this.until((line) => {
      next = line;
      return false;
    });
    return next;
  }

  take(chunk) {
    let start = 0;
    for (let end; (end = chunk.indexOf(10, start)) >= 0; start = end + 1) {
      let line = chunk.subarray(start, end);
      if (this.parts.length > 0) {
        line = Buffer.concat([...this.parts, line]);
        this.parts = [];
      }
      if (this.consumer) this.hand(line);
      else this.waiting.push(line);
    }
    if (start < chunk.length) this.parts.push(chunk.subarray(start));
    this.consumer?.afterRead();
  }

  hand(line) {
    const { onLine, ended, failed } = this.consumer;
    try {
      if (onLine(line)) return;
      this.consumer = null;
      ended();
    } catch (err) {
      this.consumer = null;
      failed(err);
    }
  }
};
