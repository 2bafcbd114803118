// Node as a host that drives the worker through child_process pipes.

'use strict';

const { spawn } = require('node:child_process');
const { body, smallBody, sameCount, sameSum } = require('./messages');
const { Lines } = require('./lines');
const { Request, answerID, contains } = require('./request');

const service = 'grpcline.bench.Bench';
const small = { kind: 'PLAIN', size: smallBody.length, payload: { body: smallBody.toString('base64') }, last: true };
const mark = Buffer.from('"payload":'); // once in each small message
const streamEnd = Buffer.from('"streamEnd"');
const isDone = Buffer.from('"done":true');
const ahead = 16; // requests on a stream that are kept in flight
const batch = 100; // messages of a sendMessages and a getMessages

/** Starts a worker and opens its connection. */
exports.start = async (address, [command, ...args]) => {
  const host = new Host(spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
  await host.call(new Request('openConnection', { address, connectionId: 'bench' }));
  return host;
};

class Host {
  constructor(child) {
    this.child = child;
    this.exited = new Promise((resolve) => child.once('exit', resolve));
    this.lines = new Lines(child.stdout);
    this.nextID = 100000000;
    this.requests = new Map(); // made once, by what they say
    this.verified = null; // the size of the payload that was
  }

  /** The request that says this, made when it is first asked for. */
  request(method, key, params) {
    const name = method + key;
    let request = this.requests.get(name);
    if (!request) this.requests.set(name, (request = new Request(method, params())));
    return request;
  }

  /** Writes a request that may be one of several in flight. */
  write(request) {
    this.child.stdin.write(request.text(this.nextID++), 'latin1');
  }

  /** Sends a request; its answer's line is the next one. */
  async call(request) {
    const id = this.nextID++;
    this.child.stdin.write(request.line(id));
    const line = await this.lines.next();
    if (answerID(line) !== id) throw new Error(`not an answer to ${id}: ${line.latin1Slice(0, 300)}`);
    return line;
  }

  /** Checks that a payload comes back as it goes; once is enough. */
  async verify({ size }) {
    if (this.verified === size) return;
    const answer = JSON.parse(await this.call(this.echoRequest(size)));
    if (answer.result.message.body !== body(size).toString('base64')) throw new Error('the payload did not come back as it went');
    this.verified = size;
  }

  echoRequest(size) {
    return this.request('callMethod', size, () => ({
      connection: 'bench', service, method: 'Echo', request: { body: body(size).toString('base64') },
    }));
  }

  /** Makes unary calls, at most width at a time. */
  echo({ size, width, times }) {
    const request = this.echoRequest(size);
    const first = this.nextID;
    this.nextID += times;
    return new Promise((resolve, reject) => {
      let [sent, done, sum] = [0, 0, 0];
      const write = (count) => {
        if (count === 1) return this.child.stdin.write(request.line(first + sent++));
        let text = '';
        for (; count > 0; count--) text += request.text(first + sent++);
        this.child.stdin.write(text, 'latin1');
      };
      this.lines.each(
        (line) => {
          sum += answerID(line) - first;
          done++;
          return done < times;
        },
        () => {
          // A read's lines are done: what they freed goes out in one write.
          const free = Math.min(width - (sent - done), times - sent);
          if (free > 0) write(free);
        },
        () => (sum === (times * (times - 1)) / 2 ? resolve() : reject(new Error('some calls were answered twice'))),
        reject,
      );
      write(Math.min(width, times));
    });
  }

  async push({ messages, times }) {
    for (let i = 0; i < times; i++) {
      await this.call(this.open('initServerStream', 'Produce', messages, { push: true, request: { count: messages, message: small } }));
      let count = 0;
      await this.lines.until((line) => {
        if (contains(line, streamEnd)) return false;
        count++;
        return true;
      });
      sameCount(count, messages);
      await this.close();
    }
  }

  async pull({ messages, times }) {
    const get = this.onStream('getMessages', { max: batch });
    for (let i = 0; i < times; i++) {
      await this.call(this.open('initServerStream', 'Produce', messages, { request: { count: messages, message: small } }));
      let [count, done, inFlight] = [0, false, ahead];
      for (let k = 0; k < ahead; k++) this.write(get);
      await this.lines.until((line) => {
        answerID(line);
        for (let at = line.indexOf(mark); at >= 0; at = line.indexOf(mark, at + mark.length)) count++;
        done ||= contains(line, isDone);
        if (done) inFlight--;
        else this.write(get);
        return inFlight > 0;
      });
      sameCount(count, messages);
      await this.close();
    }
  }

  async send({ messages, times }) {
    const send = this.onStream('sendMessages', { messages: Array(batch).fill(small) });
    for (let i = 0; i < times; i++) {
      await this.call(this.open('initClientStream', 'Collect', '', {}));
      let left = messages / batch;
      let answers = left;
      for (let k = 0; k < ahead && left > 0; k++, left--) this.write(send);
      await this.lines.until((line) => {
        answerID(line);
        if (left-- > 0) this.write(send);
        return --answers > 0;
      });
      await this.call(this.onStream('completeSend', {}));
      const line = await this.call(this.onStream('getMessage', {}));
      sameSum(JSON.parse(line).result.message, messages);
      await this.close();
    }
  }

  open(method, name, key, rest) {
    return this.request(method, key, () => ({ connection: 'bench', service, method: name, streamId: 'stream', ...rest }));
  }

  onStream(method, rest) {
    return this.request(method, '', () => ({ streamId: 'stream', ...rest }));
  }

  close() {
    return this.call(this.onStream('closeStream', {}));
  }

  async stop() {
    this.child.stdin.end();
    await this.exited;
  }
}
