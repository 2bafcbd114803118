// Does work when told, one line of JSON at a time (nodeWork in node.go), and
// answers with the time it took.
//
//   node driver.js grpc-js ADDRESS PROTO
//   node driver.js grpcline-client ADDRESS WORKER [ARGUMENT…]
//   node driver.js WHO ADDRESS WORKER [ARGUMENT…]

'use strict';

const readline = require('node:readline');

const [who, address, ...rest] = process.argv.slice(2);

function start() {
  if (who === 'grpc-js') return require('./client').connect(address, rest[0]);
  return require(who === 'grpcline-client' ? './package' : './host').start(address, rest);
}

async function main() {
  const contender = await start();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const work = JSON.parse(line);
    let answer;
    try {
      if (work.work === 'echo') await contender.verify(work);
      const begin = process.hrtime.bigint();
      await contender[work.work](work);
      answer = { seconds: Number(process.hrtime.bigint() - begin) / 1e9 };
    } catch (err) {
      answer = { error: err.message };
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
  await contender.stop();
}

main();
