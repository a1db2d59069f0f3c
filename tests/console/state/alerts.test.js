// Who is alerted to what.
import assert from "node:assert/strict";
import test from "node:test";

import { alertReason, offersToMe } from "../../../chalicelib/console/state/alerts.js";
import { INITIAL_STATE, reduce } from "../../../chalicelib/console/state/reducer.js";
import { entry, HEAD, ME, waitingHead } from "../fixtures.js";

const BO = { id: "p_bo", name: "Bo" };
const offer = (id, until = "2026-01-01T00:01:00.000Z") => ({ id, name: id, until });
const owned = (owner, last_seq = 2) => ({ ...HEAD, id: "c_1", status: "agent", paused: true, owner, last_seq });
const change = (kind, author) => entry(2, { kind, from: "agent", author });

const CASES = [
  ["a conversation begins to wait", undefined, waitingHead("c_1"), undefined, "waiting"],
  ["a waiting conversation is updated", waitingHead("c_1"), waitingHead("c_1", { last_seq: 2 }), undefined, null],
  ["a user who waits writes", waitingHead("c_1"), waitingHead("c_1", { last_seq: 2 }), entry(2), "message"],
  ["a conversation is offered to me", waitingHead("c_1"), waitingHead("c_1", { last_seq: 2, offered_to: offer(ME.id) }), undefined, "offered"],
  ["my offer is updated", waitingHead("c_1", { offered_to: offer(ME.id) }), waitingHead("c_1", { last_seq: 2, offered_to: offer(ME.id) }), undefined, null],
  ["a conversation is offered to another agent", undefined, waitingHead("c_1", { offered_to: offer(BO.id) }), undefined, null],
  ["the user of another agent's offer writes", waitingHead("c_1", { offered_to: offer(BO.id) }), waitingHead("c_1", { last_seq: 2, offered_to: offer(BO.id) }), entry(2), null],
  ["the last offer has expired", waitingHead("c_1", { offered_to: offer(BO.id) }), waitingHead("c_1", { last_seq: 2 }), undefined, "waiting"],
  ["a supervisor transfers a conversation to me", owned(BO.id, 1), owned(ME.id), change("transferred", BO), "assigned"],
  ["I claim a conversation", waitingHead("c_1"), owned(ME.id), change("claimed", ME), null],
  ["another agent claims", waitingHead("c_1"), owned(BO.id), change("claimed", BO), null],
  ["my user writes", owned(ME.id, 1), owned(ME.id), entry(2), "message"],
  ["the user of another agent writes", owned(BO.id, 1), owned(BO.id), entry(2), null],
  ["an event is repeated", owned(ME.id), owned(ME.id), entry(2), null],
];

for (const [name, before, after, said, expected] of CASES) {
  test(`${name}: ${expected ?? "no alert"}`, () => assert.equal(alertReason(ME.id, before, after, said), expected));
}

const stateWith = (...heads) => reduce({ ...INITIAL_STATE, me: ME }, { type: "synced", heads });

test("a conversation that is given to me is unread, and one that I claim is not", () => {
  const given = { type: "entry", conversation_id: "c_1", entry: change("transferred", BO), head: owned(ME.id) };
  assert.deepEqual(reduce(stateWith(owned(BO.id, 1)), given).unread, { c_1: 1 });
  assert.deepEqual(reduce(stateWith(owned(BO.id, 1)), { ...given, entry: change("claimed", ME) }).unread, {});
});

test("a conversation that is offered to another agent is not unread", () => {
  const offered = (id) => reduce(stateWith(), { type: "head", head: waitingHead("c_1", { offered_to: offer(id) }) }).unread;
  assert.deepEqual(offered(BO.id), {});
  assert.deepEqual(offered(ME.id), { c_1: 1 });
});

test("my offers are listed, and the one that expires first is first", () => {
  const state = stateWith(
    waitingHead("c_1", { offered_to: offer(ME.id, "2026-01-01T00:09:00.000Z") }), waitingHead("c_2", { offered_to: offer(BO.id) }), waitingHead("c_3", { offered_to: offer(ME.id) }));
  assert.deepEqual(offersToMe(state).map((head) => head.id), ["c_3", "c_1"]);
});
