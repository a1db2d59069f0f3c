// Canned replies.
import assert from "node:assert/strict";
import { test } from "node:test";

import { fillPlaceholders, matchingReplies } from "../../chalicelib/console/state/reply_templates.js";

test("a canned reply fills in the agent and the user, and nothing else", () => {
  const values = { agent: "Ana", user: "{agent}" };
  assert.equal(fillPlaceholders("{user}: {agent} {constructor} {{agent}} ${1}", values), "{agent}: Ana {constructor} {Ana} ${1}");
});

test("canned replies whose name begins with the text come before those that contain it", () => {
  const replies = [{ name: "refund", text: "Money back." }, { name: "hello", text: "Hi, about your refund" }, { name: "bye", text: "Bye." }];
  const names = (typed) => matchingReplies(replies, typed).map((reply) => reply.name);
  assert.deepEqual([names(""), names("REF"), names("money"), names("zzz")], [["refund", "hello", "bye"], ["refund", "hello"], ["refund"], []]);
});
