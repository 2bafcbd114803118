// What is sent, of the same shapes as in messages.go.

'use strict';

/** A body of that many bytes, always the same ones. */
exports.body = (size) => {
  let state = 1;
  return Buffer.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
};

/** The body of the small message. */
exports.smallBody = exports.body(32);

/** Throws unless as many messages came as were asked for. */
exports.sameCount = (got, want) => {
  if (got !== want) throw new Error(`${got} messages came instead of ${want}`);
};

/** Throws unless the server received all messages. */
exports.sameSum = (sum, messages) => {
  exports.sameCount(sum.count, messages);
  exports.sameCount(Number(sum.bytes) / exports.smallBody.length, messages);
};
