// Canned replies.
import assert from "node:assert/strict";
import { test } from "node:test";

import { completionAt, excessLength, fillPlaceholders, matchingReplies } from "../../../chalicelib/console/state/reply_templates.js";
import { EMOJI } from "../../../chalicelib/console/thread/emoji.js";

test("a canned reply fills in the agent and the user, and nothing else", () => {
  const values = { agent: "Ana", user: "{agent}" };
  assert.equal(fillPlaceholders("{user}: {agent} {constructor} {{agent}} ${1}", values), "{agent}: Ana {constructor} {Ana} ${1}");
});

test("canned replies whose name begins with the text come before those that contain it", () => {
  const replies = [{ name: "refund", text: "Money back." }, { name: "hello", text: "Hi, about your refund" }, { name: "bye", text: "Bye." }];
  const names = (typed) => matchingReplies(replies, typed).map((reply) => reply.name);
  assert.deepEqual([names(""), names("REF"), names("money"), names("zzz")], [["refund", "hello", "bye"], ["refund", "hello"], ["refund"], []]);
});

test("a canned reply is found however its letters are composed", () => {
  const names = (name, typed) => matchingReplies([{ name, text: "" }], typed).map((reply) => reply.name);
  assert.deepEqual(names("zurück", "ZURU\u0308CK"), ["zurück"]);
  assert.deepEqual(names("zuru\u0308ck", "zurück"), ["zuru\u0308ck"]);
  assert.deepEqual(names("robot 🤖", "robot 🤖\ufe0f"), ["robot 🤖"]);
});

test("the length of a text is counted in characters, not in UTF-16 units", () => {
  assert.equal(excessLength("😀".repeat(10), 10), 0);
  assert.equal(excessLength("😀".repeat(12), 10), 2);
  assert.equal(excessLength("abc", 3), 0);
});

test("a slash at the beginning of a line or a word, or a colon, begins a completion at the cursor", () => {
  const found = (text, caret = text.length) => {
    const { kind, typed, start } = completionAt(text, caret) ?? {};
    return kind && [kind, typed, start];
  };
  assert.deepEqual(found("/re"), ["reply", "re", 0]);
  assert.deepEqual(found("Hi\n/two words"), ["reply", "two words", 3]);
  assert.deepEqual(found("Hi /re and more", 6), ["reply", "re", 3]);
  assert.deepEqual(found("thanks :smi"), ["emoji", "smi", 7]);
  assert.deepEqual(found(":+1:"), ["emoji", "+1", 0]);
  for (const text of ["and/or", "1 / 2", "1 /", "at 10:30", "a: b", ":)", "https://x.test"]) assert.equal(found(text), undefined, text);
});

test("emoji have unique names and are found by name", () => {
  assert.equal(new Set(EMOJI.map((each) => each.name)).size, EMOJI.length);
  assert.ok(EMOJI.every((each) => /^[\w+-]+$/.test(each.name) && /\p{Emoji}/u.test(each.text)));
  assert.deepEqual(matchingReplies(EMOJI, "thumbsu"), [{ name: "thumbsup", text: "👍" }]);
});
