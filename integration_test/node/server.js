'use strict';
// Serves library.v1.Library on a free port of 127.0.0.1, which it prints. With
// the argument `reflection` it also serves reflection.

const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');
const { ReflectionService } = require('@grpc/reflection');

const definition = loader.loadSync(path.join(__dirname, 'library.proto'), {
  keepCase: true, longs: String, enums: String, defaults: false, oneofs: true,
});
const { Library } = grpc.loadPackageDefinition(definition).library.v1;

// One sends a book back, with metadata, or fails where it has no title.
function one(call, callback) {
  const trailers = new grpc.Metadata();
  trailers.set('served-by', 'node');
  if (!call.request.title) {
    callback({ code: grpc.status.INVALID_ARGUMENT, details: 'a book has a title: Ж😀', metadata: trailers });
    return;
  }
  const headers = new grpc.Metadata();
  headers.set('raw-bin', Buffer.from([0, 255, 10]));
  headers.set('user', call.metadata.get('user').join('+')); // Node joins several values with a comma
  call.sendMetadata(headers);
  callback(null, call.request, trailers);
}

function many(call) {
  for (let pages = 1; pages <= call.request.pages; pages++) {
    call.write({ title: call.request.title, pages });
  }
  call.end();
}

function count(call, callback) {
  let pages = 0;
  let isbn = 0n;
  call.on('data', (book) => {
    pages += book.pages || 0;
    isbn += BigInt(book.isbn || 0);
  });
  call.on('end', () => callback(null, { pages, isbn: isbn.toString() }));
}

function talk(call) {
  call.on('data', (book) => {
    if (book.title === 'stop') {
      call.emit('error', { code: grpc.status.ABORTED, details: 'stopped' });
      return;
    }
    call.write(book);
  });
  call.on('end', () => call.end());
}

const server = new grpc.Server();
server.addService(Library.service, { One: one, Many: many, Count: count, Talk: talk });
if (process.argv.includes('reflection')) {
  new ReflectionService(definition).addToServer(server);
}
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) {
    throw error;
  }
  console.log(port);
});
process.stdin.resume().on('end', () => process.exit(0));
