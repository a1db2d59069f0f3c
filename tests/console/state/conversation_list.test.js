// The order and the contents of the console's lists.
import assert from "node:assert/strict";
import { test } from "node:test";

import { activeQueues, listedConversations, matchesSearch, queueLoads, rowAfterKey, urgency, visibleRange, waitingTime } from "../../../chalicelib/console/state/conversation_list.js";
import { INITIAL_STATE, reduce } from "../../../chalicelib/console/state/reducer.js";
import { AT, HEAD, ME, waitingHead } from "../fixtures.js";

const stateWith = (...heads) => reduce({ ...INITIAL_STATE, me: ME }, { type: "synced", heads });
const ids = (heads) => heads.map((head) => head.id);

test("the highest priority is first, then the longest wait", () => {
  const state = stateWith(
    waitingHead("c_1", { waiting_since: "2026-01-01T00:03:00.000Z" }), waitingHead("c_2", { waiting_since: "2026-01-01T00:01:00.000Z" }),
    waitingHead("c_3", { waiting_since: "2026-01-01T00:09:00.000Z", priority: 3 }));
  assert.deepEqual(ids(listedConversations(state, "waiting")), ["c_3", "c_2", "c_1"]);
});

test("each tab lists its conversations", () => {
  const state = stateWith(waitingHead("c_1"), { ...HEAD, id: "c_2", status: "agent", owner: ME.id }, { ...HEAD, id: "c_3", status: "agent", owner: "p_bo" });
  assert.deepEqual(["waiting", "mine", "others"].map((tab) => ids(listedConversations(state, tab))), [["c_1"], ["c_2"], ["c_3"]]);
  assert.equal(listedConversations(state, "recent").length, 3);
});

test("among mine, who has waited longest for an answer is first, and the latest of the others follow", () => {
  const mine = (id, fields) => ({ ...HEAD, id, status: "agent", owner: ME.id, ...fields });
  const state = stateWith(
    mine("c_1", { updated_at: "2026-01-01T00:05:00.000Z" }), mine("c_2", { unanswered_since: "2026-01-01T00:04:00.000Z", priority: 9 }),
    mine("c_3", { updated_at: "2026-01-01T00:09:00.000Z" }), mine("c_4", { unanswered_since: "2026-01-01T00:02:00.000Z" }));
  assert.deepEqual(ids(listedConversations(state, "mine")), ["c_4", "c_2", "c_3", "c_1"]);
});

test("an offer to me is first, whatever its priority", () => {
  const state = stateWith(waitingHead("c_1", { priority: 9 }), waitingHead("c_2", { offered_to: { id: ME.id, name: "Ana", until: AT } }));
  assert.deepEqual(ids(listedConversations(state, "waiting")), ["c_2", "c_1"]);
});

test("the queue filter hides the conversations of other queues", () => {
  const state = stateWith(waitingHead("c_1", { queue: "sales" }), waitingHead("c_2", { queue: "billing" }), waitingHead("c_3"));
  assert.deepEqual(activeQueues(state), ["billing", "sales"]);
  assert.deepEqual(ids(listedConversations({ ...state, queueFilter: "sales" }, "waiting")), ["c_1"]);
});

test("the waiting time runs from the first message that is not answered and stops after one of the agent", () => {
  const now = Date.parse(AT) + 90_000;
  assert.equal(waitingTime(waitingHead("c_1"), now), 90_000);
  assert.equal(waitingTime({ ...HEAD, status: "agent", unanswered_since: AT }, now), 90_000);
  assert.equal(waitingTime({ ...HEAD, status: "agent" }, now), 0);
  assert.deepEqual([0, 60_000, 300_000].map(urgency), ["calm", "soon", "late"]);
});

test("the load of a queue counts waiting and claimed conversations and agents online", () => {
  const state = {
    ...stateWith(waitingHead("c_1", { queue: "sales" }), waitingHead("c_2"), { ...HEAD, id: "c_3", status: "agent", paused: true, owner: ME.id, queue: "sales" }),
    agents: { demo: [{ ...ME, status: "online", queues: ["sales"] }, { id: "p_bo", status: "away", queues: ["sales", "billing"] }] },
    queues: {},
  };
  const loads = queueLoads(state, "demo", Date.parse(AT) + 60_000).map((load) => [load.name, load.waiting, load.longest, load.claimed, load.online]);
  assert.deepEqual(loads, [[null, 1, 60_000, 0, 1], ["billing", 0, 0, 0, 0], ["sales", 1, 60_000, 1, 1]]);
});

test("a queue that nobody could serve has a load, too, and is marked", () => {
  const state = { ...stateWith(), agents: { demo: [{ ...ME, status: "online", queues: ["sales"] }] }, queues: { demo: [{ name: "night", served: false }, { name: "sales", served: true }] } };
  const loads = queueLoads(state, "demo", Date.parse(AT)).map((load) => [load.name, load.served]);
  assert.deepEqual(loads, [["night", false], ["sales", true]]);
});

test("only the rows near the visible part are rendered", () => {
  assert.deepEqual(visibleRange(500, 80, 0, 800), { first: 0, last: 18 });
  assert.deepEqual(visibleRange(500, 80, 8000, 800), { first: 92, last: 118 });
  assert.deepEqual(visibleRange(3, 80, 0, 800), { first: 0, last: 3 });
});

test("arrow keys move within the list and stop at its ends", () => {
  assert.deepEqual(["ArrowDown", "ArrowUp", "Home", "End", "a"].map((key) => rowAfterKey({ key }, 1, 5)), [2, 0, 0, 4, null]);
  assert.deepEqual([rowAfterKey({ key: "ArrowUp" }, 0, 5), rowAfterKey({ key: "ArrowDown" }, 4, 5)], [null, null]);
});

test("a search finds any word, without accents and case, in all that a list knows", () => {
  const head = waitingHead("c_abc", {
    user_name: "Zoë Núñez", user: "+34 600 111", tags: ["vip"], queue: "sales", handoff: { reason: "Where is order 4711?" }, last_message: { text: "مُحَمَّد" } });
  for (const search of ["nunez", "ZOE", "núñez zo", "4711", "600", "c_abc", "VIP", "sales order", "محمد"]) assert.ok(matchesSearch(head, search), search);
  for (const search of ["nunes", "zoe billing"]) assert.ok(!matchesSearch(head, search), search);
});
