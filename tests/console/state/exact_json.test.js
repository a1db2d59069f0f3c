// Numbers that JavaScript would round.
import assert from "node:assert/strict";
import { test } from "node:test";

import { parseJson, showJson } from "../../../chalicelib/console/state/exact_json.js";

for (const number of ["9007199254740993", "-9007199254740993", "12345678901234567890123", "100000000000000000000000", "0.12345678901234567890", "1234567.8901234567890"]) {
  test(`${number} is shown as it came, alone, in a list and in an object`, () => {
    assert.equal(showJson(parseJson(number)), number);
    assert.equal(showJson(parseJson(`{"a":[${number},1],"b":${number}}`)), `{"a":[${number},1],"b":${number}}`);
  });
}

test("numbers that JavaScript holds stay numbers, also beside one that it would round", () => {
  const text = `{"a":1.2345678901234568e-05,"b":1764363600000,"c":-0.1,"d":12.0,"e":0.30000000000000004,"f":9007199254740993}`;
  const { f: _, ...kept } = parseJson(text);
  assert.deepEqual(kept, { a: 1.2345678901234568e-5, b: 1764363600000, c: -0.1, d: 12, e: 0.30000000000000004 });
});

test("numbers within texts are left alone", () => {
  const value = { 'k"9007199254740993': 'a \\"9007199254740993\\\\', b: "9007199254740993 \\", "c:9007199254740993,": ['"', "9007199254740993"] };
  assert.deepEqual(parseJson(JSON.stringify(value)), value);
});

test("texts are shown as they are, and other values as JSON", () => {
  assert.deepEqual(["a", 1, null, true, [1, "a"]].map((value) => showJson(value)), ["a", "1", "null", "true", '[1,"a"]']);
});

test("a text that is no JSON is refused", () => {
  assert.throws(() => parseJson("{9007199254740993"), SyntaxError);
});
