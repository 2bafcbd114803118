/** What directives say of a call, as a server sees it; the server is served by a worker too. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { Worker } from "grpcline-client";

import { host } from "./fake/vscode";
import { type Editor, withEditor } from "./support";

const proto = `
syntax = "proto3";
package books;
message Title { string title = 1; }
service Library { rpc Borrow(Title) returns (Title); }`;

interface Call {
  streamId: string;
  metadata: Record<string, string[]>;
  message: unknown;
}

/** A served library; each call is answered by what answer returns. */
async function withLibrary(
  answer: (call: Call) => object,
  fn: (address: string, editor: Editor) => Promise<void>,
  tls?: object,
): Promise<void> {
  await using worker = await Worker.start();
  const params = { address: "127.0.0.1:0", proto, serverId: "library", tls };
  const { address } = await worker.request<{ address: string }>("startServer", params);
  const aborter = new AbortController();
  const serving = (async () => {
    for (;;) {
      const call = await worker.request<Call>("acceptCall", { server: "library", timeoutMs: 0 }, aborter.signal);
      await worker.request("finishCall", { streamId: call.streamId, ...answer(call) });
    }
  })();
  try {
    await withEditor((editor) => fn(address, editor));
  } finally {
    aborter.abort();
    await assert.rejects(serving, { name: "AbortError" });
  }
}

const borrow = "books.Library/Borrow\n{}";

test("auth is what the server is told, and a line of the request wins", async () => {
  const seen: (string[] | undefined)[] = [];
  const answer = ({ metadata }: Call) => {
    seen.push(metadata.authorization);
    return { message: {} };
  };
  await withLibrary(answer, async (address, editor) => {
    const blocks = ["", "# @auth basic Ада pass", "# @auth none"].map((line) => `### a\n${line}\n${address}\n${borrow}`);
    host.open("/tmp/a.grpc", `# @auth bearer t0k\n${blocks.join("\n")}\n### b\n${address}\nauthorization: own\n${borrow}`);
    await editor.run("grpcline.runAll");
    await editor.resultWith("4 OK, 0 not");
  });
  const basic = `Basic ${Buffer.from("Ада:pass").toString("base64")}`;
  assert.deepEqual(seen, [["Bearer t0k"], [basic], undefined, ["own"]]);
});

test("a call is tried again where it may be", async () => {
  let calls = 0;
  const answer = () => (++calls % 3 === 0 ? { message: {} } : { status: { code: "UNAVAILABLE", message: `try ${calls}` } });
  await withLibrary(answer, async (address, editor) => {
    host.open("/tmp/a.grpc", `# @retry 2\n${address}\n${borrow}`, 1);
    await editor.run("grpcline.run");
    await editor.resultWith("OK  books.Library/Borrow");
    assert.equal(calls, 3);
    host.open("/tmp/b.grpc", `# @retry 2 ABORTED\n${address}\n${borrow}`, 1);
    await editor.run("grpcline.run");
    await editor.resultWith("UNAVAILABLE (14)");
    assert.equal(calls, 4);
  });
});

test("a call goes through a proxy, with its password", async () => {
  const asked: string[] = [];
  const proxy = createServer().on("connect", (request, socket) => {
    asked.push(`${request.url} ${request.headers["proxy-authorization"]}`);
    const [name, port] = request.url!.split(":");
    const there = connect(Number(port), name, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      there.pipe(socket).pipe(there);
    });
    for (const end of [socket, there]) end.on("error", () => {});
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  try {
    await withLibrary(() => ({ message: { title: "The Golden Key" } }), async (address, editor) => {
      const { port } = proxy.address() as AddressInfo;
      host.open("/tmp/a.grpc", `# @proxy http://ada:secret@127.0.0.1:${port}\n${address}\n${borrow}`, 1);
      await editor.run("grpcline.run");
      await editor.resultWith("The Golden Key");
      assert.deepEqual([...new Set(asked)], [`${address} Basic ${Buffer.from("ada:secret").toString("base64")}`]);
    });
  } finally {
    proxy.close();
  }
});

/** Makes a certificate that is its own root, for 127.0.0.1 and for a client; skips the test where nothing makes one. */
function certificate(t: TestContext): { folder: string; cert: string; key: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "grpcline-vscode-"));
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const flags = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=ada -addext subjectAltName=IP:127.0.0.1";
  try {
    execFileSync("openssl", [...flags.split(" "), "-keyout", key, "-out", cert], { stdio: "pipe" });
  } catch (err) {
    if (process.env.CI || (err as NodeJS.ErrnoException).code !== "ENOENT") throw err;
    t.skip("there is no openssl");
    return undefined;
  }
  return { folder, cert, key };
}

test("a client shows who it is", async (t) => {
  const made = certificate(t);
  if (!made) return;
  const tls = { certFile: made.cert, keyFile: made.key, clientCaFile: made.cert };
  await withLibrary(
    () => ({ message: {} }),
    async (address, editor) => {
      const path = join(made.folder, "a.grpc");
      host.open(path, `# @tls certFile=cert.pem clientCertFile=cert.pem clientKeyFile=key.pem\n${address}\n${borrow}`, 1);
      await editor.run("grpcline.run");
      await editor.resultWith("OK  books.Library/Borrow");
      host.open(path, `# @tls certFile=cert.pem\n${address}\n${borrow}`, 1);
      await editor.run("grpcline.run");
      await editor.resultWith("UNAVAILABLE (14)");
    },
    tls,
  );
});
