// Node as a gRPC client: @grpc/grpc-js with its defaults.

'use strict';

const { promisify } = require('node:util');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');
const { body, smallBody, sameCount, sameSum } = require('./messages');

const small = { kind: 'PLAIN', size: smallBody.length, payload: { body: smallBody }, last: true };

exports.connect = (address, proto) => {
  const { Bench } = grpc.loadPackageDefinition(loader.loadSync(proto)).grpcline.bench;
  return new Client(new Bench(address, grpc.credentials.createInsecure()));
};

class Client {
  constructor(stub) {
    this.stub = stub;
    this.payload = null; // checked to come back as it goes
  }

  /** Checks that a payload comes back as it goes; once is enough. */
  async verify({ size }) {
    if (this.payload?.body.length === size) return;
    this.payload = { body: body(size) };
    const reply = await promisify(this.stub.echo.bind(this.stub))(this.payload);
    if (!reply.body.equals(this.payload.body)) throw new Error('the payload did not come back as it went');
  }

  /** Makes unary calls, at most width at a time. */
  echo({ size, width, times }) {
    return new Promise((resolve, reject) => {
      let started = 0;
      let done = 0;
      const next = () => {
        if (started === times) return;
        started++;
        this.stub.echo(this.payload, (err, reply) => {
          if (err) return reject(err);
          if (reply.body.length !== size) return reject(new Error('the payload came back with another size'));
          done++;
          if (done === times) resolve();
          else next();
        });
      };
      for (let i = 0; i < Math.min(width, times); i++) next();
    });
  }

  async push({ messages, times }) {
    for (let i = 0; i < times; i++) await this.receive(messages);
  }

  pull(work) {
    return this.push(work);
  }

  receive(messages) {
    return new Promise((resolve, reject) => {
      let count = 0;
      const stream = this.stub.produce({ count: messages, message: small });
      stream.on('data', (m) => {
        if (m.payload.body.length === smallBody.length) count++;
      });
      stream.on('error', reject);
      stream.on('end', () => {
        try {
          sameCount(count, messages);
          resolve();
        } catch (err) {
          reject(err);
        }
      });
    });
  }

  async send({ messages, times }) {
    for (let i = 0; i < times; i++) sameSum(await this.sendStream(messages), messages);
  }

  sendStream(messages) {
    return new Promise((resolve, reject) => {
      const stream = this.stub.collect((err, sum) => (err ? reject(err) : resolve(sum)));
      let left = messages;
      const write = () => {
        while (left > 0) {
          left--;
          if (!stream.write(small)) return stream.once('drain', write);
        }
        stream.end();
      };
      write();
    });
  }

  async stop() {
    this.stub.close();
  }
}
