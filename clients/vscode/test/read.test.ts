/** Hover, definition, outline, and grpcurl commands, as the editor asks for them. */
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { host, type Location, Position } from "./fake/vscode";
import type { TextDocument } from "./fake/textdocument";
import { withEditor } from "./support";

const proto = `syntax = "proto3";
package grpcline.demo;

// A person to greet.
message HelloRequest {
  // The person's name.
  string name = 1;
  oneof more {
    Language language = 2 [deprecated = true];
    Inner inner = 3;
  }
  message Inner { repeated string names = 1; map<string, Inner> by_key = 2; }
}
enum Language { ENGLISH = 0; RUSSIAN = 1; }
message HelloReply { string greeting = 1; }
service Demo {
  // Greets a person.
  rpc SayHello(HelloRequest) returns (HelloReply);
}
`;

const text = `@who = Ada
### greet
demo:///
grpcline.demo.Demo/SayHello
# a comment
{"name": "{{who}} {{greet.response.greeting}}", "language": "RUSSIAN",
 "inner": {"byKey": {"k": {"names": ["a"]}}}}
`;

/** The place of the bar in a text that has one, or of part in it. */
function positionOf(document: TextDocument, part: string): Position {
  const before = document.text.slice(0, document.text.indexOf(part) + 1).split("\n");
  return new Position(before.length - 1, before.at(-1)!.length);
}

/** Opens the text, with the schema in a file beside it where that is asked for. */
function open(withSchema: boolean): { document: TextDocument; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "grpcline-vscode-"));
  writeFileSync(join(folder, "demo.proto"), proto);
  return { document: host.open(join(folder, "a.grpc"), withSchema ? `# @proto ./demo.proto\n\n${text}` : text), folder };
}

async function hover(document: TextDocument, part: string): Promise<string | undefined> {
  return (await host.hoverProviders[0].provideHover(document, positionOf(document, part)))?.contents.value;
}

test("hover tells of methods, fields, values and variables", () =>
  withEditor(async () => {
    const { document } = open(true);
    const rpc = "```proto\n// grpcline.demo.Demo\nrpc SayHello(grpcline.demo.HelloRequest) returns (grpcline.demo.HelloReply);\n```\n";
    assert.equal(await hover(document, "SayHello"), `${rpc}Greets a person.\n\n`);
    assert.equal(await hover(document, "grpcline.demo.Demo"), `${rpc}Greets a person.\n\n`);
    const name = "```proto\n// grpcline.demo.HelloRequest\nstring name = 1;\n```\nThe person's name.\n\n";
    assert.equal(await hover(document, 'name"'), name);
    assert.match((await hover(document, 'language"'))!, /grpcline\.demo\.Language language = 2;\n```\n\*\*Deprecated\.\*\*/);
    assert.match((await hover(document, "RUSSIAN"))!, /Language language = 2;/);
    assert.match((await hover(document, "byKey"))!, /grpcline\.demo\.HelloRequest\.Inner\n.*by_key = 2;/);
    assert.match((await hover(document, "names"))!, /grpcline\.demo\.HelloRequest\.Inner\nrepeated string names = 1;/);
    assert.equal(await hover(document, "{{who"), "```proto\n@who = Ada\n```\nLine 3.\n\n");
    assert.equal(await hover(document, "{{greet"), "```proto\n### greet\n```\nIts last answer.\n\n");
    for (const part of ["a comment", "demo:///", "### greet"]) assert.equal(await hover(document, part), undefined, part);
    assert.deepEqual(host.log, []);
  }));

test("hover tells in the log why there is nothing", () =>
  withEditor(async () => {
    const document = host.open("/tmp/a.grpc", "passthrough:///127.0.0.1:1\na.B/C");
    assert.equal(await hover(document, "a.B"), undefined);
    assert.match(host.log[0]!, /cannot connect/);
  }));

/** Where a definition is: the document's path, and the line there. */
async function definition(document: TextDocument, part: string): Promise<string | undefined> {
  const found: Location | undefined = await host.definitionProviders[0].provideDefinition(document, positionOf(document, part));
  if (!found) return undefined;
  const provider = host.contentProviders.get(found.uri.scheme);
  const source = found.uri.scheme === "file" && found.uri.path.endsWith(".grpc") ? document.text : (provider?.provideTextDocumentContent(found.uri) ?? proto);
  return `${found.uri.path.replace(/^.*\//, "")}: ${source.split("\n")[found.position.line]!.trim()}`;
}

test("definitions are in the schema that the request names", () =>
  withEditor(async () => {
    const { document } = open(true);
    assert.equal(await definition(document, "SayHello"), "demo.proto: rpc SayHello(HelloRequest) returns (HelloReply);");
    assert.equal(await definition(document, "grpcline.demo.Demo"), "demo.proto: service Demo {");
    assert.equal(await definition(document, 'name"'), "demo.proto: string name = 1;");
    assert.equal(await definition(document, 'language"'), "demo.proto: Language language = 2 [deprecated = true];");
    assert.equal(await definition(document, "RUSSIAN"), "demo.proto: enum Language { ENGLISH = 0; RUSSIAN = 1; }");
    assert.equal(await definition(document, "byKey"), "demo.proto: message Inner { repeated string names = 1; map<string, Inner> by_key = 2; }");
    assert.equal(await definition(document, "{{who"), "a.grpc: @who = Ada");
    assert.equal(await definition(document, "{{greet"), "a.grpc: ### greet");
    assert.equal(await definition(document, "a comment"), undefined);
  }));

test("without one they are in the schema that the server has", () =>
  withEditor(async () => {
    const { document } = open(false);
    assert.equal(await definition(document, "SayHello"), "demo.proto: rpc SayHello(HelloRequest) returns (HelloReply);");
    assert.equal(await definition(document, 'language"'), "demo.proto: Language language = 2;");
    assert.equal(await definition(document, "RUSSIAN"), "demo.proto: RUSSIAN = 1;");
  }));

test("the outline has variables and requests", () =>
  withEditor(async () => {
    const document = host.open("/tmp/a.grpc", `${text}### \ndemo:///\na.B/C`);
    const symbols = host.symbolProviders[0].provideDocumentSymbols(document);
    assert.deepEqual(
      symbols.map(({ name, detail, range }: { name: string; detail: string; range: { start: Position; end: Position } }) =>
        [name, detail, range.start.line, range.end.line],
      ),
      [["@who", "Ada", 0, 0], ["greet", "grpcline.demo.Demo/SayHello", 1, 6], ["a.B/C", "", 7, 9]],
    );
  }));

test("a request is copied as a grpcurl command, and pasted as a request", () =>
  withEditor(async (editor) => {
    const document = host.open("/tmp/a.grpc", "@n = 1\n# @retry 2\n### one\nhost:1\na.B/C\n{\"n\": {{n}}}\n### two\ndemo:///\na.B/C\n", 3);
    await editor.run("grpcline.copyGrpcurl");
    assert.equal(host.clipboard, "grpcurl -plaintext -d '{\"n\": 1}' host:1 a.B/C");
    assert.deepEqual(host.warnings, ["Copied, without what grpcurl does not have: # @retry"]);
    await editor.run("grpcline.pasteGrpcurl");
    const pasted = '### C\nhost:1\n\na.B/C\n\n{\n  "n": 1\n}\n';
    assert.equal(document.text, `@n = 1\n# @retry 2\n### one\nhost:1\na.B/C\n{"n": {{n}}}\n${pasted}\n### two\ndemo:///\na.B/C\n`);
    host.clipboard = "grpcurl -user-agent x host:1 a.B/D";
    await editor.run("grpcline.pasteGrpcurl", document.uri, 15);
    assert.match(document.text, /demo:\/\/\/\na\.B\/C\n\n### D\nhttps:\/\/host:1\n\na\.B\/D\n$/);
    assert.match(host.warnings.at(-1)!, /Pasted, without .*: -user-agent$/);
    host.clipboard = "ls";
    await editor.run("grpcline.pasteGrpcurl");
    assert.match(host.errors.at(-1)!, /this is not a grpcurl command/);
    await editor.run("grpcline.copyGrpcurl", document.uri, 16);
    assert.match(host.errors.at(-1)!, /demo:\/\/\/ is inside the worker/);
  }));
