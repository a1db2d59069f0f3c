// @ts-check
// What later entries of a thread say about a message: its edits, reactions, and the button that was pressed. Pure.

/** @typedef {import("../state/types.js").Entry} Entry */
/** By message id. Only the author edits a message. @typedef {{edits: Map<string, Entry>, reactions: Map<string, string[]>, messages: Map<string, Entry>}} Related */

/** @type {WeakMap<Entry[], Related>} */
const known = new WeakMap();

/** @param {Entry[]} entries @returns {Related} */
export function relatedEntries(entries) {
  const found = known.get(entries) ?? related(entries);
  known.set(entries, found);
  return found;
}

/** @param {Entry[]} entries @returns {Related} */
function related(entries) {
  /** @type {Related} */
  const found = { edits: new Map(), reactions: new Map(), messages: new Map() };
  for (const entry of entries) {
    const target = found.messages.get(entry.payload?.of);
    if (entry.type === "edit" && target && isSameAuthor(target, entry) && editedText(entry)) found.edits.set(entry.payload.of, entry);
    if (entry.type === "reaction" && target && typeof entry.payload.emoji === "string") {
      found.reactions.set(entry.payload.of, [...(found.reactions.get(entry.payload.of) ?? []), entry.payload.emoji]);
    }
    if (entry.kind === "message" && entry.message_id) found.messages.set(entry.message_id, entry);
  }
  return found;
}

/** @param {Entry} one @param {Entry} other */
const isSameAuthor = (one, other) => one.from === other.from && one.author.id === other.author.id;

/** @param {Entry} edit @returns {string | null} */
export const editedText = ({ text, payload }) => (typeof payload?.text === "string" ? payload.text : text);

/** The value or label that the user's first message after these buttons chose. @param {Entry[]} entries @param {Entry} choice */
export function chosenOption(entries, choice) {
  const answer = entries.find((entry) => entry.seq > choice.seq && entry.kind === "message" && entry.from === "user");
  return answer?.type === "postback" ? answer.payload?.value ?? answer.payload?.label : answer?.text;
}
