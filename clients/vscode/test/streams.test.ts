/** Streams while they are open: messages arrive, are sent, and end. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { host } from "./fake/vscode";
import { type Editor, withEditor } from "./support";

const chat = `### Talk
# @keep-open
demo:///
grpcline.demo.Demo/Chat
{"text": "hi"}
{"text": "again"}`;

async function openChat(editor: Editor): Promise<void> {
  host.open("/tmp/chat.grpc", chat, 2);
  void editor.run("grpcline.run");
  await editor.resultWith("You said: again");
}

test("a stream is sent to and completed from its file", () =>
  withEditor(async (editor) => {
    await openChat(editor);
    await editor.resultWith("open  grpcline.demo.Demo/Chat  demo:///  2 sent, 2 received");
    const [file] = [...host.documents.values()];
    await editor.run("grpcline.send", file!.uri, 5);
    await editor.resultWith("3 sent, 3 received");
    await editor.run("grpcline.completeSend");
    assert.match(await editor.resultWith("OK  "), /3 sent, 3 received, N ms/);
  }));

test("a stream is sent to from its result, and cancelled there", () =>
  withEditor(async (editor) => {
    await openChat(editor);
    host.input = '{"text": "asked"}';
    const { uri } = editor.resultDocument();
    await editor.run("grpcline.send", uri);
    await editor.resultWith("You said: asked");
    await editor.run("grpcline.cancel", uri);
    await editor.resultWith("CANCELLED (1)");
  }));

test("a message that does not fit leaves an open stream open", () =>
  withEditor(async (editor) => {
    await openChat(editor);
    const { uri } = editor.resultDocument();
    host.input = '{"txt": "typed"}';
    await editor.run("grpcline.send", uri);
    await editor.resultWith('! not sent: message.txt: no field "txt"');
    host.input = '{"text": "right"}';
    await editor.run("grpcline.send", uri);
    await editor.resultWith("You said: right");
    host.input = '{"text": ';
    await editor.run("grpcline.send", uri);
    assert.match(host.errors.at(-1)!, /this is not JSON: a value is expected before the end/);
  }));

test("messages arrive while the server goes on", () =>
  withEditor(async (editor) => {
    host.open("/tmp/count.grpc", 'demo:///\ngrpcline.demo.Demo/Countdown\n{"limit": 1000, "pause": "0.02s"}');
    const ended = editor.run("grpcline.run");
    assert.match(await editor.resultWith('← {"value": "998"}'), /^open {2}/);
    await editor.run("grpcline.cancel");
    await ended;
    assert.match(await editor.resultWith("CANCELLED (1)"), /headers\n {2}content-type: application\/grpc/);
  }));

test("the oldest messages give way", () =>
  withEditor(async (editor) => {
    host.settings["grpcline.keepMessages"] = 2;
    host.open("/tmp/count.grpc", 'demo:///\ngrpcline.demo.Demo/Countdown\n{"limit": 500}');
    await editor.run("grpcline.run");
    assert.match(await editor.resultWith("OK  "), /501 received(.|\n)*grpc\n\n← \{"value": "1"\}\n← \{\}$/);
  }));

test("a call is cancelled while it waits", () =>
  withEditor(async (editor) => {
    host.open("/tmp/sleep.grpc", 'demo:///\ngrpcline.demo.Demo/Sleep\n{"time": "60s"}');
    const ended = editor.run("grpcline.run");
    await editor.resultWith("running");
    await editor.run("grpcline.cancel");
    await ended;
    await editor.resultWith("CANCELLED (1)");
  }));

test("running again cancels what ran, in the same document", () =>
  withEditor(async (editor) => {
    host.open("/tmp/chat.grpc", chat, 2);
    const first = editor.run("grpcline.run");
    await editor.resultWith("2 sent, 2 received");
    const before = editor.resultDocument();
    await openChat(editor);
    await first;
    await editor.resultWith("open  grpcline.demo.Demo/Chat  demo:///  2 sent, 2 received");
    assert.equal(editor.resultDocument(), before);
  }));

test("closing a result ends its stream", () =>
  withEditor(async (editor) => {
    host.open("/tmp/chat.grpc", chat, 2);
    const ended = editor.run("grpcline.run");
    await editor.resultWith("You said: again");
    host.close(editor.resultDocument());
    await ended;
  }));

test("a stream that takes one answer is sent to by hand", () =>
  withEditor(async (editor) => {
    host.open("/tmp/sum.grpc", "demo:///\ngrpcline.demo.Demo/Sum");
    const ended = editor.run("grpcline.run");
    await editor.resultWith("open");
    host.input = '{"value": 20} {"value": 22}';
    await editor.run("grpcline.send");
    await editor.run("grpcline.completeSend");
    await ended;
    await editor.resultWith('← {"sum": "42", "count": 2}');
  }));

test("another request of the file takes the tab, and the stream goes on", () =>
  withEditor(async (editor) => {
    await openChat(editor);
    const [file] = [...host.documents.values()];
    const tab = editor.resultDocument();
    host.edit(file!, `${chat}\n### Hello\ndemo:///\ngrpcline.demo.Demo/SayHello`);
    await editor.run("grpcline.run", file!.uri, 8);
    await editor.resultWith("Hello, world!");
    assert.equal(editor.resultDocument(), tab);
    await editor.run("grpcline.show", file!.uri, 2);
    await editor.resultWith("2 sent, 2 received");
    await editor.run("grpcline.send", file!.uri, 5);
    await editor.resultWith("3 sent, 3 received");
    host.choice = "Hello";
    await editor.run("grpcline.history");
    await editor.resultWith("Hello, world!");
    assert.deepEqual(host.offered.map((label) => label.replace(/^.*? {2}/, "")), ["OK  Hello", "open  Talk"]);
    const ended = editor.run("grpcline.run", file!.uri, 2);
    await editor.resultWith("open  grpcline.demo.Demo/Chat  demo:///  2 sent, 2 received");
    await editor.run("grpcline.run", file!.uri, 8);
    await editor.resultWith("Hello, world!");
    host.close(editor.resultDocument());
    await ended; // closing the tab ends what it does not show too
  }));

test("running all is cancelled with the request that runs", () =>
  withEditor(async (editor) => {
    const sleep = 'demo:///\ngrpcline.demo.Demo/Sleep\n{"time": "60s"}';
    host.open("/tmp/sleep.grpc", `demo:///\ngrpcline.demo.Demo/SayHello\n### nap\n${sleep}\n### again\n${sleep}`);
    const ended = editor.run("grpcline.runAll");
    await editor.resultWith("running, 1 of 3  sleep.grpc");
    await editor.run("grpcline.cancel", editor.resultDocument().uri);
    await ended;
    await editor.resultWith("cancelled, 2 of 3  sleep.grpc  N ms\n\nOK  grpcline.demo.Demo/SayHello  N ms\nCANCELLED (1)  nap  N ms");
  }));
