// Until when a conversation can be snoozed.
import assert from "node:assert/strict";
import test from "node:test";

import { isSnoozed, snoozeChoices } from "../../../chalicelib/console/state/conversation_list.js";
import { AT, HEAD } from "../fixtures.js";

const choices = (...now) => Object.fromEntries(snoozeChoices(new Date(...now)));

test("a conversation is snoozed until its time has passed", () => {
  const head = { ...HEAD, snoozed_until: AT };
  assert.equal(isSnoozed(head, Date.parse(AT) - 1), true);
  assert.equal(isSnoozed(head, Date.parse(AT)), false);
  assert.equal(isSnoozed(HEAD, 0), false);
});

test("the choices are in an hour, tomorrow at nine and next Monday at nine", () => {
  const found = choices(2026, 0, 1, 15, 30); // a Thursday
  assert.deepEqual(found.in_1_hour, new Date(2026, 0, 1, 16, 30));
  assert.deepEqual(found.tomorrow, new Date(2026, 0, 2, 9));
  assert.deepEqual(found.next_week, new Date(2026, 0, 5, 9));
});

test("on a Sunday next week is tomorrow, and on a Monday the Monday after", () => {
  assert.deepEqual(choices(2026, 0, 4, 12).next_week, new Date(2026, 0, 5, 9));
  assert.deepEqual(choices(2026, 0, 5, 12).next_week, new Date(2026, 0, 12, 9));
});

test("no choice is more than seven days ahead, not even early on a Monday", () => {
  const now = new Date(2026, 0, 5, 7);
  for (const [, until] of snoozeChoices(now)) assert.ok(until - now < 7 * 86_400_000 && until > now);
});
