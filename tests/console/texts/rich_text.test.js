// Links and the small part of Markdown in messages.
import assert from "node:assert/strict";
import { test } from "node:test";

import { pieces, webAddress } from "../../../chalicelib/console/messages/rich_text.js";

const link = (text, url = text) => ({ kind: "link", text, url });
const text = (words) => ({ kind: "text", text: words });

for (const [written, expected] of [
  ["No link.", [text("No link.")]],
  ["See https://shop.test/a?b=1#c.", [text("See "), link("https://shop.test/a?b=1#c"), text(".")]],
  ["(https://shop.test/a)", [text("("), link("https://shop.test/a"), text(")")]],
  ["https://en.test/A_(b)!", [link("https://en.test/A_(b)"), text("!")]],
  ["two\nlines", [text("two\nlines")]],
  ["**no** markup _of_ users", [text("**no** markup _of_ users")]],
  ["javascript:alert(1)", [text("javascript:alert(1)")]],
  ["https://", [text("https://")]],
  ["", []],
]) {
  test(`a user's text: ${JSON.stringify(written)}`, () => assert.deepEqual(pieces(written, false), expected));
}

for (const [written, expected] of [
  ["a **b** c", [text("a "), { kind: "bold", text: "b" }, text(" c")]],
  ["*b* and _c_", [{ kind: "italic", text: "b" }, text(" and "), { kind: "italic", text: "c" }]],
  ["snake_case_name 2*3*4", [text("snake_case_name 2*3*4")]],
  ["`x **y**`", [{ kind: "code", text: "x **y**" }]],
  ["- one\n- two", [text("• one\n• two")]],
  ["[Our shop](https://shop.test/a)", [link("Our shop", "https://shop.test/a")]],
  ["[Click](javascript:alert(1))", [text("[Click](javascript:alert(1))")]],
  ["https://shop.test/a_b_c", [link("https://shop.test/a_b_c")]],
]) {
  test(`a bot's text: ${JSON.stringify(written)}`, () => assert.deepEqual(pieces(written, true), expected));
}

test("no letter of a text is lost, whatever it holds", () => {
  const parts = ["https://a.test", "**", "*", "_", "`", "[", "](https://b.test)", "(", ")", " ", "x", "\n", "."];
  for (let seed = 1; seed < 3000; seed++) {
    const written = Array.from({ length: 8 }, (_, at) => parts[(seed * (at + 7) * 31 + at * at * seed) % parts.length]).join("");
    assert.equal(pieces(written, false).map((piece) => piece.text).join(""), written);
  }
});

test("a long hostile text is cut in the time of a short one", () => {
  for (const part of ["**", "*a", "_a ", "[", "`", "[a](", "https://", "((", "_"]) {
    const started = performance.now();
    pieces(part.repeat(10_000 / part.length), true);
    assert.ok(performance.now() - started < 1000, part);
  }
});

test("only addresses of web pages are links", () => {
  assert.equal(webAddress("https://a.test/ b"), "https://a.test/%20b");
  for (const other of ["javascript:alert(1)", "data:text/html,x", "ftp://a.test", "//a.test", "", null, 7, {}]) assert.equal(webAddress(other), null);
});
