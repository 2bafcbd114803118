'use strict';
// Calls the library.v1.Library that is served on the address in its first argument. It
// prints "all as expected", or ends with an error if an answer is not what it should be.

const assert = require('node:assert/strict');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const definition = loader.loadSync(path.join(__dirname, 'library.proto'), {
  keepCase: true, longs: String, enums: String, defaults: false, oneofs: true,
});
const { Library } = grpc.loadPackageDefinition(definition).library.v1;
const library = new Library(process.argv[2], grpc.credentials.createInsecure());

// settled collects what a call says until its status; make starts it.
function settled(make) {
  return new Promise((resolve) => {
    const said = { messages: [] };
    const call = make((error, message) => { said.error = error; said.message = message; });
    call.on('metadata', (headers) => { said.headers = headers; });
    call.on('data', (message) => said.messages.push(message));
    call.on('error', (error) => { said.error = error; });
    call.on('status', (status) => setImmediate(() => resolve({ ...said, status })));
  });
}

async function unary() {
  const book = {
    title: 'Мастер и Маргарита', pages: 480, isbn: '9785170878871', binding: 'BINDING_HARD', authors: ['Булгаков'],
    copies: { Москва: '3' }, key: Buffer.from([0, 255]),
  };
  const sent = new grpc.Metadata();
  sent.add('user', 'a');
  sent.add('raw-bin', Buffer.from([0, 255, 10]));
  const { message, headers, status } = await settled((done) => library.One(book, sent, done));
  const { owner, ...echo } = message;
  assert.deepEqual(echo, book);
  assert.deepEqual(headers.get('user'), ['a']);
  assert.deepEqual(headers.get('raw-bin'), [Buffer.from([0, 255, 10])]);
  assert.deepEqual(status.metadata.get('served-by'), ['host']);

  const { error } = await settled((done) => library.One({}, done));
  assert.equal(error.code, grpc.status.INVALID_ARGUMENT);
  assert.equal(error.details, 'a book has a title: Ж😀');
  assert.deepEqual(error.metadata.get('served-by'), ['host']);
}

async function streams() {
  const many = await settled(() => library.Many({ title: 'x', pages: 1000 }));
  assert.equal(many.messages.length, 1000);
  assert.deepEqual(many.messages[999], { title: 'x', pages: 1000 });

  const count = await settled((done) => {
    const call = library.Count(done);
    for (let pages = 1; pages <= 100; pages++) call.write({ pages });
    call.end();
    return call;
  });
  assert.deepEqual(count.message, { pages: 5050 });

  const talk = library.Talk();
  const replies = talk[Symbol.asyncIterator]();
  for (const title of ['one', 'two']) {
    talk.write({ title });
    assert.deepEqual((await replies.next()).value, { title });
  }
  talk.write({ title: 'stop' });
  await assert.rejects(replies.next(), { code: grpc.status.ABORTED, details: 'stopped' });

  const ended = await settled(() => {
    const call = library.Talk();
    call.write({ title: 'last' });
    call.end();
    return call;
  });
  assert.deepEqual([ended.messages, ended.status.code], [[{ title: 'last' }], grpc.status.OK]);
}

async function goneAway() {
  const talk = library.Talk();
  const replies = talk[Symbol.asyncIterator]();
  talk.write({ title: 'one' });
  await replies.next();
  talk.cancel();
  await assert.rejects(replies.next(), { code: grpc.status.CANCELLED });

  const { error } = await settled(() => library.Talk({ deadline: Date.now() + 100 }));
  // The server resets a call at its deadline. If that comes before this client's own timer
  // has fired, grpc-js calls it CANCELLED.
  assert.ok([grpc.status.DEADLINE_EXCEEDED, grpc.status.CANCELLED].includes(error.code), error.message);

  const all = Array.from({ length: 200 }, (_, i) => settled((done) => library.One({ title: `book ${i}` }, done)));
  (await Promise.all(all)).forEach(({ message }, i) => assert.equal(message.title, `book ${i}`));
}

unary().then(streams).then(goneAway).then(() => {
  library.close();
  console.log('all as expected');
});
