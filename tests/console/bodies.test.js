// What an admin's form says, as the API takes it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOf, minutes, queueOf, textsOf, written } from "../../chalicelib/console/bodies.js";

const form = (/** @type {[string, string][]} */ ...fields) => {
  const made = new FormData();
  for (const [name, text] of fields) made.append(name, text);
  return made;
};

test("seconds shown as minutes are the same seconds again", () => {
  for (let seconds = 1; seconds <= 20_000; seconds++) {
    const { limits } = queueOf(form(["limits.give_up", minutes(seconds)]));
    assert.equal(limits.give_up, seconds);
  }
});

test("a limit left empty is none, and a week without a time zone is always open", () => {
  const queue = queueOf(form(["limits.give_up", ""], ["limits.escalate", " 5, 1.5 ,"]));

  assert.equal(queue.limits.give_up, null);
  assert.deepEqual(queue.limits.escalate, [300, 90]);
  assert.equal(queue.hours, null);
});

test("hours are read as they are written, and what is no time is handed on to be refused", () => {
  const week = [["09:00", "12:30"], ["13:30", "24:00"]];
  const { hours } = queueOf(form(["hours.time_zone", "UTC"], ["hours.weekly.monday", written(week)], ["hours.weekly.friday", "soon"]));

  assert.deepEqual(hours?.weekly, { monday: week, friday: [["soon", ""]] });
});

test("an empty text is switched off, and no name of a locale reaches the prototype of anything", () => {
  const texts = textsOf(form(["texts.es-MX.claimed", " Hola "], ["texts.es-MX.closed", " "], ["texts.__proto__.closed", "x"]));

  assert.equal(JSON.stringify(texts), '{"es-MX":{"claimed":"Hola","closed":null},"__proto__":{"closed":"x"}}');
  assert.equal(/** @type {any} */ ({}).closed, undefined);
});

test("a key with a last day is good until that day is over", () => {
  const { name, scopes, expires_at } = keyOf(form(["name", ""], ["scopes", "read"], ["expires_at", "2040-02-01"]));

  assert.deepEqual([name, scopes], [null, ["read"]]);
  assert.equal(new Date(expires_at ?? "").toString().slice(0, 24), "Wed Feb 01 2040 23:59:59");
});
