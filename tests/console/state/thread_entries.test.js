// The entries of a conversation.
import assert from "node:assert/strict";
import { test } from "node:test";

import { continuesMessage, deliveryStatus, openSuggestion, ownerBlocks, startsNewDay, withFolds } from "../../../chalicelib/console/state/thread_entries.js";
import { entry } from "../fixtures.js";

const change = (seq, kind, payload = null) => entry(seq, { kind, payload, from: "system" });

test("entries are grouped by the owner of the conversation", () => {
  const entries = [
    entry(1), change(2, "requested"), entry(3), change(4, "claimed", { owner: { id: "p", name: "Ana" } }), entry(5),
    change(6, "transferred", { owner: { id: "q", name: "Bo" } }), change(7, "transferred", { queue: "sales" }),
    change(8, "returned", { outcome: "resolved" }), change(9, "returned", { outcome: "message_left" }),
  ];
  assert.deepEqual(ownerBlocks(entries).map((block) => [block.owner, block.name, block.entries.map((each) => each.seq)]), [
    ["bot", null, [1]], ["waiting", null, [2, 3]], ["agent", "Ana", [4, 5]], ["agent", "Bo", [6]], ["waiting", null, [7]],
    ["bot", null, [8, 9]],
  ]);
});

test("a long run of entries is split into blocks, and only the first shows the owner", () => {
  const blocks = ownerBlocks(Array.from({ length: 100 }, (_, at) => entry(at + 1)));
  assert.deepEqual(blocks.map((block) => [block.isFirst, block.entries.length]), [[true, 40], [false, 40], [false, 20]]);
  assert.deepEqual(blocks.flatMap((block) => block.entries).map((each) => each.seq), Array.from({ length: 100 }, (_, at) => at + 1));
});

test("a long run of one owner is folded once it has ended, until the agent opens it", () => {
  const entries = [...Array.from({ length: 50 }, (_, at) => entry(at + 1)), change(51, "requested"), ...Array.from({ length: 40 }, (_, at) => entry(at + 52))];
  const shown = (blocks) => blocks.map((block) => [block.owner, block.isFirst, block.hidden, block.entries[0].seq, block.entries.length]);

  const folded = withFolds(ownerBlocks(entries), new Set());

  assert.deepEqual(shown(folded), [["bot", true, 40, 41, 10], ["waiting", true, undefined, 51, 40], ["waiting", false, undefined, 91, 1]]);
  assert.equal(folded[0].key, "1");
  assert.deepEqual(withFolds(ownerBlocks(entries), new Set([folded[0].fold])), ownerBlocks(entries));
  const withEarlierEntries = withFolds(ownerBlocks(entries.slice(5)), new Set());
  assert.equal(withEarlierEntries[0].fold, folded[0].fold);
});

test("the author's name is repeated after five minutes, another author or another kind of entry", () => {
  const at = (minute) => ({ at: `2026-01-01T00:0${minute}:00.000Z` });
  assert.equal(continuesMessage(entry(1, at(0)), entry(2, at(4))), true);
  assert.equal(continuesMessage(entry(1, at(0)), entry(2, at(5))), false);
  assert.equal(continuesMessage(entry(1), entry(2, { from: "bot" })), false);
  assert.equal(continuesMessage(entry(1), entry(2, { author: { id: "x", name: "X" } })), false);
  assert.equal(continuesMessage(entry(1, { kind: "note" }), entry(2)), false);
  assert.equal(continuesMessage(undefined, entry(2)), false);
});

test("the first entry of a day starts a new day", () => {
  assert.equal(startsNewDay(undefined, entry(1)), true);
  assert.equal(startsNewDay(entry(1), entry(2)), false);
  assert.equal(startsNewDay(entry(1), entry(2, { at: "2026-01-03T12:00:00.000Z" })), true);
});

test("a suggestion is open until an agent has written", () => {
  const suggestion = entry(2, { kind: "suggestion" });
  assert.equal(openSuggestion([entry(1), suggestion, entry(3)]), suggestion);
  assert.equal(openSuggestion([entry(1), suggestion, entry(3, { from: "agent" })]), null);
  assert.equal(openSuggestion([]), null);
});

test("the delivery status follows what the bot's server has received", () => {
  const delivery = { through: 5, attempts: 1, failed: [4] };
  assert.deepEqual([3, 4, 6].map((seq) => deliveryStatus(delivery, { seq })), ["delivered", "undelivered", "retrying"]);
  assert.equal(deliveryStatus({ ...delivery, attempts: 0 }, { seq: 6 }), "stored");
  assert.equal(deliveryStatus(null, { seq: 6 }), "stored");
  assert.equal(deliveryStatus(delivery, { seq: 3, delivery: "failed" }), "undelivered");
});
