import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const worker = spawn(process.env.GRPCLINE ?? "grpcline", ["--demo"], { stdio: ["pipe", "pipe", "inherit"] });
const lines = createInterface({ input: worker.stdout })[Symbol.asyncIterator]();

async function request(method, params) {
  worker.stdin.write(JSON.stringify({ id: 1, method, params }) + "\n");
  const answer = JSON.parse((await lines.next()).value);
  if (answer.error) throw new Error(answer.error.message);
  return answer.result;
}

const { connectionId } = await request("openConnection", { address: "demo:///" });
const reply = await request("callMethod", {
  connection: connectionId, service: "grpcline.demo.Demo", method: "SayHello", request: { name: "Ann" },
});
console.log(reply.message.greeting);

worker.stdin.end(); // the end of the input ends the worker
