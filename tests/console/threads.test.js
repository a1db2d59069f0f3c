// A conversation's entries, without a browser.
import assert from "node:assert/strict";
import { test } from "node:test";

import { blocks, fateOf, isNewDay, isSameBreath, openSuggestion } from "../../chalicelib/console/threads.js";
import { entry } from "./cast.js";

const change = (seq, kind, payload = null) => entry(seq, { kind, payload, from: "system" });

test("the log shows who owned each moment", () => {
  const log = [
    entry(1), change(2, "requested"), entry(3), change(4, "claimed", { owner: { id: "p", name: "Ana" } }), entry(5),
    change(6, "transferred", { owner: { id: "q", name: "Bo" } }), change(7, "transferred", { queue: "sales" }),
    change(8, "returned", { outcome: "resolved" }), change(9, "returned", { outcome: "message_left" }),
  ];
  assert.deepEqual(blocks(log).map((each) => [each.owner, each.name, each.entries.map((e) => e.seq)]), [
    ["bot", null, [1]], ["waiting", null, [2, 3]], ["agent", "Ana", [4, 5]], ["agent", "Bo", [6]], ["waiting", null, [7]],
    ["bot", null, [8, 9]],
  ]);
});

test("a long stretch is several blocks with one name", () => {
  const found = blocks(Array.from({ length: 100 }, (_, at) => entry(at + 1)));
  assert.deepEqual(found.map((each) => [each.isFirst, each.entries.length]), [[true, 40], [false, 40], [false, 20]]);
  assert.deepEqual(found.flatMap((each) => each.entries).map((each) => each.seq), Array.from({ length: 100 }, (_, at) => at + 1));
});

test("who goes on speaking is not named again, until five minutes have passed", () => {
  const at = (minute) => ({ at: `2026-01-01T00:0${minute}:00.000Z` });
  assert.equal(isSameBreath(entry(1, at(0)), entry(2, at(4))), true);
  assert.equal(isSameBreath(entry(1, at(0)), entry(2, at(5))), false);
  assert.equal(isSameBreath(entry(1), entry(2, { from: "bot" })), false);
  assert.equal(isSameBreath(entry(1), entry(2, { author: { id: "x", name: "X" } })), false);
  assert.equal(isSameBreath(entry(1, { kind: "note" }), entry(2)), false);
  assert.equal(isSameBreath(undefined, entry(2)), false);
});

test("a new day is said once", () => {
  assert.equal(isNewDay(undefined, entry(1)), true);
  assert.equal(isNewDay(entry(1), entry(2)), false);
  assert.equal(isNewDay(entry(1), entry(2, { at: "2026-01-03T12:00:00.000Z" })), true);
});

test("a suggestion is open until an agent has spoken", () => {
  const suggested = entry(2, { kind: "suggestion" });
  assert.equal(openSuggestion([entry(1), suggested, entry(3)]), suggested);
  assert.equal(openSuggestion([entry(1), suggested, entry(3, { from: "agent" })]), null);
  assert.equal(openSuggestion([]), null);
});

test("a message has come as far as the bot's server says", () => {
  const delivery = { through: 5, attempts: 1, failed: [4] };
  assert.deepEqual([3, 4, 6].map((seq) => fateOf(delivery, seq)), ["delivered", "undelivered", "retrying"]);
  assert.equal(fateOf({ ...delivery, attempts: 0 }, 6), "stored");
  assert.equal(fateOf(null, 6), "stored");
});
