// Request lines that are made once and sent often, as in request.go.

'use strict';

const before = '{"jsonrpc":"2.0","id":';
const digits = 9;
const long = 1024; // bytes, from which a line is not copied for each id

/** The line of a method, sent each time with an id of its own of nine digits. */
exports.Request = class Request {
  constructor(method, params) {
    this.rest = `,"method":${JSON.stringify(method)},"params":${JSON.stringify(params)}}\n`;
    this.buffer = Buffer.from(before + '0'.repeat(digits) + this.rest, 'latin1');
  }

  /** The line with that id. A long one may be used only for one request at a time. */
  line(id) {
    if (this.buffer.length < long) return Buffer.from(this.text(id), 'latin1');
    this.buffer.latin1Write(String(id), before.length, digits);
    return this.buffer;
  }

  /** The line with that id, for any number of requests at a time. */
  text(id) {
    return before + id + this.rest;
  }
};

/** The id of a line that answers with a result; what else it says is not looked at. */
exports.answerID = (line) => {
  const head = line.latin1Slice(0, before.length + digits + 10);
  if (!head.startsWith(before) || !head.endsWith(',"result":')) {
    throw new Error(`not a result: ${line.latin1Slice(0, 300)}`);
  }
  return Number(head.slice(before.length, before.length + digits));
};

/** Looks for a mark, a Buffer, where a line tells what it is. */
exports.contains = (line, mark) => line.subarray(0, 96).includes(mark);
