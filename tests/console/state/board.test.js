// The supervisors' table: filters and order. And what a message answers to.
import assert from "node:assert/strict";
import { test } from "node:test";

import { answerTo, quotedText } from "../../../chalicelib/console/messages/related_entries.js";
import { filtered, needsAttention, NO_FILTER, orderAfterClick, sorted } from "../../../chalicelib/console/team/board.js";

const NOW = Date.parse("2026-01-01T12:00:00Z");
const head = (/** @type {string} */ id, /** @type {object} */ fields) => /** @type {any} */ ({ id, user: id, user_name: null, tags: [], status: "waiting", queue: null, owner: null, owner_name: null, waiting_since: null, unanswered_since: null, handoff: null, last_message: null, ...fields });
const WAITS_LONG = head("zoe", { queue: "sales", waiting_since: "2026-01-01T11:50:00Z" });
const WAITS_SHORT = head("adam", { waiting_since: "2026-01-01T11:59:30Z" });
const OWNED = head("mia", { status: "agent", owner: "p1", owner_name: "Ana", queue: "sales" });
const ALL = [WAITS_LONG, WAITS_SHORT, OWNED];
const ids = (/** @type {any[]} */ heads) => heads.map((each) => each.id);

test("the filters hold together, and nobody's conversations are those that wait", () => {
  assert.deepEqual(ids(filtered(ALL, { ...NO_FILTER, queue: "sales" }, NOW)), ["zoe", "mia"]);
  assert.deepEqual(ids(filtered(ALL, { ...NO_FILTER, queue: "sales", agent: "-" }, NOW)), ["zoe"]);
  assert.deepEqual(ids(filtered(ALL, { ...NO_FILTER, longerThan: 60_000 }, NOW)), ["zoe"]);
  assert.deepEqual(ids(filtered(ALL, { ...NO_FILTER, word: " ADÁM " }, NOW)), ["adam"]);
});

test("the first click on the waiting time shows the longest at the top, the second turns the order round", () => {
  const first = orderAfterClick(null, "waiting_column");

  assert.deepEqual(ids(sorted(ALL, first, NOW)), ["zoe", "adam", "mia"]);
  assert.deepEqual(ids(sorted(ALL, orderAfterClick(first, "waiting_column"), NOW)), ["mia", "adam", "zoe"]);
  assert.deepEqual(ids(sorted(ALL, orderAfterClick(first, "user"), NOW)), ["adam", "mia", "zoe"]);
  assert.deepEqual(sorted(ALL, null, NOW), ALL);
});

test("an answer names the message and carries its first words, and a reader finds them by either", () => {
  const original = /** @type {any} */ ({ seq: 4, message_id: "m-4", text: "x".repeat(300), type: "text", payload: null });
  const payload = answerTo(original);

  assert.deepEqual([payload.reply_to, payload.reply_to_seq, payload.quote.length], ["m-4", 4, 200]);
  assert.equal(quotedText(/** @type {any} */ ({ payload }), new Map()), payload.quote);
  assert.equal(quotedText(/** @type {any} */ ({ payload: { reply_to: "m-4" } }), new Map([["m-4", original]])), payload.quote);
  assert.equal(quotedText(/** @type {any} */ ({ payload: { reply_to: "gone", quote: 7 } }), new Map()), null);
  assert.equal(answerTo({ ...original, text: null, type: "image", payload: { caption: "Cat" } }).quote, "[image] Cat");
});

test("what needs attention is said once, the worst first, and nothing is said of what goes well", () => {
  const load = (/** @type {object} */ fields) => ({ name: "sales", waiting: 1, longest: 1000, online: 1, served: true, ...fields });
  const agent = (/** @type {object} */ fields) => /** @type {any} */ ({ id: "a", open: 2, capacity: 2, status: "online", ...fields });
  const texts = (/** @type {any[]} */ loads, /** @type {any[]} */ agents = []) => needsAttention(loads, agents).map(({ text, queue, agent: of }) => [text, queue ?? of?.id]);

  assert.deepEqual(texts([load({}), load({ waiting: 0, served: false, online: 0, longest: 0 })], [agent({ open: 1 }), agent({ capacity: null }), agent({ status: "offline" })]), []);
  assert.deepEqual(texts([load({ longest: 300_000 }), load({ name: "vip", longest: 900_000, online: 0 }), load({ name: "old", online: 0, served: false })], [agent({})]), [
    ["attention_unserved", "old"],
    ["attention_offline", "vip"],
    ["attention_long", "vip"],
    ["attention_long", "sales"],
    ["attention_full", "a"],
  ]);
});
