// Tests of the mentions of colleagues in notes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { mentionParts, mentionable, mentionsIn } from "../../../chalicelib/console/thread/mentions.js";
import { completionAt } from "../../../chalicelib/console/state/reply_templates.js";

const PEOPLE = [{ id: "p_ana", name: "Ana" }, { id: "p_mar", name: "Ana María" }, { id: "p_bo", name: "Bo (L2)" }];
const mentioned = (text, people = PEOPLE, chosen = new Map()) => mentionsIn(text, people, chosen);

test("a note mentions the people whose names stand after an at sign, the longest name first", () => {
  assert.deepEqual(mentioned("@Ana María, please"), ["p_mar"]);
  assert.deepEqual(mentioned("@ana and (@Bo (L2))"), ["p_ana", "p_bo"]);
  assert.deepEqual(mentioned("@Ana Mari\u0301a"), ["p_mar"]);
  for (const text of ["ana@Ana.test", "@Anabel", "Ana", "@", "@Bo"]) assert.deepEqual(mentioned(text), [], text);
});

test("of two people with one name, the one who was picked is mentioned", () => {
  const twins = [{ id: "p_1", name: "Kim" }, { id: "p_2", name: "Kim" }];
  assert.deepEqual(mentioned("@Kim", twins, new Map([["Kim", "p_2"]])), ["p_2"]);
  assert.deepEqual(mentioned("@Kim", twins), ["p_1", "p_2"]);
});

test("each second part of a note is a mention", () => {
  assert.deepEqual(mentionParts("Ask @Ana.", ["Ana"]), ["Ask ", "@Ana", "."]);
  assert.deepEqual(mentionParts("Ask @Ana.", []), ["Ask @Ana."]);
});

test("only colleagues who may read the conversation are offered", () => {
  const agent = (id, more) => ({ id, name: `${id} Doe`, role: "agent", queues: [], ...more });
  const team = [agent("Me"), agent("Ann"), agent("Kim", { queues: ["vip"] }), agent("Sam", { role: "supervisor" }), agent("Own")];
  const ids = (head, typed = "") => mentionable(team, head, "Me", typed).map(({ id }) => id);
  assert.deepEqual(ids({ paused: true, queue: "vip", owner: "Own" }), ["Kim", "Sam", "Own"]);
  assert.deepEqual(ids({ paused: true, queue: null, owner: null }, "do").length, 4);
  assert.deepEqual(ids({ paused: true, queue: null, owner: null }, "KI"), ["Kim"]);
});

test("an at sign begins a mention, but not within an address", () => {
  const found = (text) => completionAt(text, text.length)?.kind;
  assert.deepEqual(["@", "Hi @an", "(@an"].map(found), ["mention", "mention", "mention"]);
  for (const text of ["a@b", "@an b", "@an@b"]) assert.equal(found(text), undefined, text);
});
