// Node as a host by its package, grpcline-client: what an application has.

'use strict';

const { body } = require('./messages');
const { Worker } = require('../../clients/node');

const method = 'grpcline.bench.Bench/Echo';
const options = { buffers: true };

/** Starts a worker and opens its connection. */
exports.start = async (address, [path, ...args]) => {
  const worker = await Worker.start({ path, args });
  return new Package(worker, await worker.open({ address }));
};

class Package {
  constructor(worker, connection) {
    this.worker = worker;
    this.connection = connection;
    this.payload = null; // checked to come back as it goes
  }

  /** Checks that a payload comes back as it goes; once is enough. */
  async verify({ size }) {
    if (this.payload?.body.length === size) return;
    this.payload = { body: body(size) };
    const { message } = await this.connection.call(method, this.payload, options);
    if (!message.body.equals(this.payload.body)) throw new Error('the payload did not come back as it went');
  }

  /** Makes unary calls, at most width at a time. */
  async echo({ size, width, times }) {
    let left = times;
    const calls = async () => {
      while (left-- > 0) {
        const { message } = await this.connection.call(method, this.payload, options);
        if (message.body.length !== size) throw new Error('the payload came back with another size');
      }
    };
    await Promise.all(Array.from({ length: Math.min(width, times) }, calls));
  }

  stop() {
    return this.worker.close();
  }
}
