// The fields and plurals of texts.
import assert from "node:assert/strict";
import test from "node:test";

import ar from "../../../chalicelib/console/strings/ar.js";
import en from "../../../chalicelib/console/strings/en.js";
import { fill } from "../../../chalicelib/console/strings/fill.js";

const filled = (text, fields, locale = "en") => fill(text, fields, locale, (value) => value);

test("fields are replaced, and a field without a value is empty", () => {
  assert.equal(filled("{a} and {b}{c}", { a: "x", b: 2 }), "x and 2");
});

test("a value with braces or a dollar sign stays as it is", () => {
  assert.equal(filled("with {agent}", { agent: "$& {agent}" }), "with $& {agent}");
});

test("English has a form for one and one for all other numbers", () => {
  assert.deepEqual([1, 2, 1000].map((count) => filled(en.unread, { count })), ["1 unread message", "2 unread messages", "1,000 unread messages"]);
});

test("Arabic has six forms", () => {
  const forms = [0, 1, 2, 3, 11, 100].map((count) => filled(ar.unread, { count }, "ar-EG").replace(/[\d٠-٩]+/, "#"));
  assert.deepEqual(forms, [
    "لا رسائل غير مقروءة", "رسالة واحدة غير مقروءة", "رسالتان غير مقروءتين", "# رسائل غير مقروءة", "# رسالة غير مقروءة", "# رسالة غير مقروءة"]);
});

test("a text with a plural keeps its other fields", () => {
  assert.equal(filled("{user}: {count|one:# file|other:# files}", { user: "Uma", count: 3 }), "Uma: 3 files");
});
