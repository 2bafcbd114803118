/** Declarations in proto source. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { findDeclaration } from "../src/proto/find";

const source = `// message Comment { string name = 1; }
syntax = "proto2"; package a.b;
import "x.proto";
option java_package = "message String { }";
/* message Block {
*/
message M {
  option deprecated = false;
  reserved 2, 4 to 5;
  optional string name = 1 [default = "message X { name = 1"];
  oneof kind { int32 one = 2; group Two = 3 { optional int32 in_group = 1; } }
  map<string, M.N> map = 6;
  message N { enum E { E_ZERO = 0; MINUS = -1; } optional E e = 1; }
  extensions 100 to max;
  optional string message = 7;
}
extend M { optional int32 ext = 100; }
enum E { E_ZERO = 0; }
service S {
  rpc Go(M) returns (stream M) { option idempotency_level = IDEMPOTENT; }
  rpc message(M) returns (M);
}`;

/** The text at a declaration's place. */
function found(scope: string, name: string): string | undefined {
  const place = findDeclaration(source, scope, name);
  return place && source.split("\n")[place.line]!.slice(place.column, place.column + name.length + 4);
}

test("declarations are found by their full names", () => {
  assert.equal(found("a.b", "M"), "M {");
  assert.equal(found("a.b.M", "name"), "name = 1");
  assert.equal(found("a.b.M", "one"), "one = 2");
  assert.equal(found("a.b.M", "Two"), "Two = 3");
  assert.equal(found("a.b.M", "map"), "map = 6");
  assert.equal(found("a.b.M", "message"), "message = 7");
  assert.equal(found("a.b.M", "N"), "N { e");
  assert.equal(found("a.b.M.N", "e"), "e = 1");
  assert.equal(found("a.b.M.N.E", "MINUS"), "MINUS = -");
  assert.equal(found("a.b.E", "E_ZERO"), "E_ZERO = 0");
  assert.equal(found("a.b", "S"), "S {");
  assert.equal(found("a.b.S", "Go"), "Go(M) ");
  assert.equal(found("a.b.S", "message"), "message(M) ");
});

test("what only looks like a declaration is none", () => {
  for (const [scope, name] of [["a.b", "Comment"], ["a.b", "Block"], ["a.b", "String"], ["a.b", "X"], ["a.b.M", "deprecated"], ["a.b.M", "e"], ["a.b", "ext"]] as const) {
    if (name !== "ext") assert.equal(found(scope, name), undefined, name);
  }
  assert.equal(findDeclaration("", "", "M"), undefined);
  assert.equal(findDeclaration("message M {", "", "M")?.column, 8);
});
