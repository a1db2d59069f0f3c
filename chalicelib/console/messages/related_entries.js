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

/** Characters of a quoted text. */
const LONGEST_QUOTE = 200;

/** What the payload of an answer says about the message that it answers to. `reply_to` is that message's id, if it has one.
 * @param {Entry} entry */
export const answerTo = ({ message_id: id, seq, text, type, payload }) => ({
  ...(id && { reply_to: id }),
  reply_to_seq: seq,
  quote: [...(text ?? `[${type}] ${payload?.caption ?? payload?.name ?? ""}`.trim())].slice(0, LONGEST_QUOTE).join(""),
});

/** The words that a message answers to, or null. A channel may name only the message.
 * @param {Entry} entry @param {Map<string, Entry>} messages by id @returns {string | null} */
export function quotedText({ payload }, messages) {
  if (typeof payload?.quote === "string" && payload.quote) return payload.quote;
  const original = messages.get(payload?.reply_to);
  return original ? answerTo(original).quote : null;
}

/** @param {Entry} edit @returns {string | null} */
export const editedText = ({ text, payload }) => (typeof payload?.text === "string" ? payload.text : text);

/** The value or label that the user's first message after these buttons chose. @param {Entry[]} entries @param {Entry} choice */
export function chosenOption(entries, choice) {
  const answer = entries.find((entry) => entry.seq > choice.seq && entry.kind === "message" && entry.from === "user");
  return answer?.type === "postback" ? answer.payload?.value ?? answer.payload?.label : answer?.text;
}
