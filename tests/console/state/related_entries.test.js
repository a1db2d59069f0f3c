// Edits, reactions and pressed buttons.
import assert from "node:assert/strict";
import { test } from "node:test";

import { chosenOption, relatedEntries } from "../../../chalicelib/console/messages/related_entries.js";
import { entry } from "../fixtures.js";

const zoe = { id: "u-1", name: "Zoe" };
const said = (seq, more = {}) => entry(seq, { from: "user", author: zoe, message_id: `m${seq}`, type: "text", ...more });
const edit = (seq, of, text, more = {}) => said(seq, { type: "edit", text: null, payload: { of, text }, ...more });

test("the last edit of a message counts, and only its author edits it", () => {
  const mine = edit(3, "m1", "Second");
  const foreign = edit(4, "m1", "Forged", { from: "agent", author: { id: "p_ana", name: "Ana" } });
  const { edits } = relatedEntries([said(1), edit(2, "m1", "First"), mine, foreign]);
  assert.deepEqual([...edits], [["m1", mine]]);
});

test("an edit without a text, or of a message that is not there, changes nothing", () => {
  assert.equal(relatedEntries([said(1), edit(2, "m1", null), edit(3, "m9", "x"), edit(4, undefined, "x")]).edits.size, 0);
});

test("reactions are collected in their order", () => {
  const reaction = (seq, emoji) => said(seq, { type: "reaction", text: null, payload: { of: "m1", emoji } });
  assert.deepEqual([...relatedEntries([said(1), reaction(2, "👍"), reaction(3, "🎉"), reaction(4, 7)]).reactions], [["m1", ["👍", "🎉"]]]);
});

test("the option that was chosen is the user's next button or text", () => {
  const choice = said(1, { from: "bot", type: "choice" });
  const postback = said(3, { type: "postback", text: null, payload: { value: "L" } });
  assert.equal(chosenOption([choice, said(2, { from: "bot" }), postback], choice), "L");
  assert.equal(chosenOption([choice, said(2, { text: "Large" })], choice), "Large");
  assert.equal(chosenOption([choice], choice), undefined);
});

test("the relations of the same entries are found once", () => {
  const entries = [said(1)];
  assert.equal(relatedEntries(entries), relatedEntries(entries));
});
