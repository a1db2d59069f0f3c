// What stands in the lists, without a browser.
import assert from "node:assert/strict";
import { test } from "node:test";

import { filled, fitting, loads, queuesOf, rows, urgency, waited, windowOf } from "../../chalicelib/console/lists.js";
import { EMPTY, next } from "../../chalicelib/console/logic.js";
import { AT, HEAD, ME, waitingHead } from "./cast.js";

const board = (...heads) => next({ ...EMPTY, me: ME }, { type: "synced", heads });
const ids = (heads) => heads.map((head) => head.id);

test("what is urgent comes first, then who has waited longest", () => {
  const state = board(
    waitingHead("c_1", { waiting_since: "2026-01-01T00:03:00.000Z" }), waitingHead("c_2", { waiting_since: "2026-01-01T00:01:00.000Z" }),
    waitingHead("c_3", { waiting_since: "2026-01-01T00:09:00.000Z", priority: 3 }));
  assert.deepEqual(ids(rows(state, "waiting")), ["c_3", "c_2", "c_1"]);
});

test("each conversation stands where it belongs", () => {
  const state = board(waitingHead("c_1"), { ...HEAD, id: "c_2", status: "agent", owner: ME.id }, { ...HEAD, id: "c_3", status: "agent", owner: "p_bo" });
  assert.deepEqual(["waiting", "mine", "others"].map((tab) => ids(rows(state, tab))), [["c_1"], ["c_2"], ["c_3"]]);
  assert.equal(rows(state, "recent").length, 3);
});

test("of one queue, only what stands in it", () => {
  const state = board(waitingHead("c_1", { queue: "sales" }), waitingHead("c_2", { queue: "billing" }), waitingHead("c_3"));
  assert.deepEqual(queuesOf(state), ["billing", "sales"]);
  assert.deepEqual(ids(rows({ ...state, queue: "sales" }, "waiting")), ["c_1"]);
});

test("the clock runs while the user waits, and stands while the agent spoke last", () => {
  const now = Date.parse(AT) + 90_000;
  const said = (from) => ({ ...HEAD, status: "agent", last_message: { seq: 1, from, text: "", at: AT } });
  assert.equal(waited(waitingHead("c_1"), now), 90_000);
  assert.equal(waited(said("user"), now), 90_000);
  assert.equal(waited(said("agent"), now), 0);
  assert.deepEqual([0, 60_000, 300_000].map(urgency), ["calm", "soon", "late"]);
});

test("a queue shows who waits, since when, and who could come", () => {
  const state = {
    ...board(waitingHead("c_1", { queue: "sales" }), waitingHead("c_2"), { ...HEAD, id: "c_3", status: "agent", paused: true, owner: ME.id, queue: "sales" }),
    agents: { demo: [{ ...ME, status: "online", queues: ["sales"] }, { id: "p_bo", status: "away", queues: ["sales", "billing"] }] },
  };
  const found = loads(state, "demo", Date.parse(AT) + 60_000).map((each) => [each.name, each.waiting, each.longest, each.taken, each.online]);
  assert.deepEqual(found, [[null, 1, 60_000, 0, 1], ["billing", 0, 0, 0, 0], ["sales", 1, 60_000, 1, 1]]);
});

test("a canned reply knows two fields and no language", () => {
  const fields = { agent: "Ana", user: "{agent}" };
  assert.equal(filled("{user}: {agent} {constructor} {{agent}} ${1}", fields), "{agent}: Ana {constructor} {Ana} ${1}");
});

test("canned replies are found by the beginning of their name, and then by anything in them", () => {
  const replies = [{ name: "refund", text: "Money back." }, { name: "hello", text: "Hi, about your refund" }, { name: "bye", text: "Bye." }];
  const names = (word) => fitting(replies, word).map((each) => each.name);
  assert.deepEqual([names(""), names("REF"), names("money"), names("zzz")], [["refund", "hello", "bye"], ["refund", "hello"], ["refund"], []]);
});

test("only what is near the eye is drawn", () => {
  assert.deepEqual(windowOf(500, 80, 0, 800), { first: 0, last: 18 });
  assert.deepEqual(windowOf(500, 80, 8000, 800), { first: 92, last: 118 });
  assert.deepEqual(windowOf(3, 80, 0, 800), { first: 0, last: 3 });
});
