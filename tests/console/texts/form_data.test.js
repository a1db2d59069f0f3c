// The fields of the admin forms as the API's bodies.
import assert from "node:assert/strict";
import { test } from "node:test";

import { apiKeyFromForm, formatIntervals, queueFromForm, textsFromForm, toMinutes } from "../../../chalicelib/console/admin/form_data.js";

const form = (/** @type {[string, string][]} */ ...fields) => {
  const data = new FormData();
  for (const [name, text] of fields) data.append(name, text);
  return data;
};

test("seconds that are shown as minutes become the same seconds again", () => {
  for (let seconds = 1; seconds <= 20_000; seconds++) {
    const { limits } = queueFromForm(form(["limits.give_up", toMinutes(seconds)]));
    assert.equal(limits.give_up, seconds);
  }
});

test("an empty limit becomes null, and hours without a time zone become null", () => {
  const queue = queueFromForm(form(["limits.give_up", ""], ["limits.escalate", " 5, 1.5 ,"]));

  assert.equal(queue.limits.give_up, null);
  assert.deepEqual(queue.limits.escalate, [300, 90]);
  assert.equal(queue.hours, null);
});

test("formatted hours are parsed to the same hours, and an invalid time is kept for the server to refuse", () => {
  const week = [["09:00", "12:30"], ["13:30", "24:00"]];
  const { hours } = queueFromForm(form(["hours.time_zone", "UTC"], ["hours.weekly.monday", formatIntervals(week)], ["hours.weekly.friday", "soon"]));

  assert.deepEqual(hours?.weekly, { monday: week, friday: [["soon", ""]] });
});

test("an empty text becomes null, and a locale named __proto__ does not change the prototype of objects", () => {
  const texts = textsFromForm(form(["texts.es-MX.claimed", " Hola "], ["texts.es-MX.closed", " "], ["texts.__proto__.closed", "x"]));

  assert.equal(JSON.stringify(texts), '{"es-MX":{"claimed":"Hola","closed":null},"__proto__":{"closed":"x"}}');
  assert.equal(/** @type {any} */ ({}).closed, undefined);
});

test("a key with a last day expires at the end of that day", () => {
  const { name, scopes, expires_at } = apiKeyFromForm(form(["name", ""], ["scopes", "read"], ["expires_at", "2040-02-01"]));

  assert.deepEqual([name, scopes], [null, ["read"]]);
  assert.equal(new Date(expires_at ?? "").toString().slice(0, 24), "Wed Feb 01 2040 23:59:59");
});
