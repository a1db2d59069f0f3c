// @ts-check
// The texts of replies: canned replies, their placeholders, and the length of a text. Pure.

const MAX_MATCHES = 8;

/** How many characters the text has too many. Counts like the server: an emoji is one or more characters, but
 * never its UTF-16 units. @param {string} text @param {number} limit */
export const excessLength = (text, limit) => (text.length > limit ? Math.max(0, [...text].length - limit) : 0);

/** Fills in `{agent}` and `{user}`. Other braces stay as they are. @param {string} text @param {Record<string, string>} values */
export const fillPlaceholders = (text, values) => text.replace(/\{(agent|user)\}/g, (_, name) => values[name] ?? "?");

/** True if choosing the canned reply does more than write its text. @param {Partial<import("./types.js").Reply>} reply */
export const isMacro = ({ tags, outcome, queue }) => !!(tags?.length || outcome || queue);

/** Equal for texts that look the same: one letter can be written as one character or as a letter and its accent.
 * @param {string} text */
export const searchable = (text) => text.normalize().replace(/\ufe0f/g, "").toLowerCase();

/** What the agent is typing the beginning of, before the cursor: a canned reply after a slash at the beginning of a line or of a
 * word, an emoji after a colon, or a colleague after an at sign. @param {string} text @param {number} caret
 * @returns {{kind: "reply" | "emoji" | "mention", typed: string, start: number} | null} */
export function completionAt(text, caret) {
  const before = text.slice(0, caret);
  const [, reply] = /(?:^|\n)\/([^\n]*)$/.exec(before) ?? /\s\/(\p{L}\S*)$/u.exec(before) ?? [];
  if (reply !== undefined) return { kind: "reply", typed: reply, start: caret - reply.length - 1 };
  const [, emoji] = /(?:^|\s):([\w+-]{2,}):?$/.exec(before) ?? [];
  if (emoji !== undefined) return { kind: "emoji", typed: emoji, start: before.lastIndexOf(`:${emoji}`) };
  const [, name] = /(?:^|[\s(])@([^\s@]*)$/.exec(before) ?? [];
  return name === undefined ? null : { kind: "mention", typed: name, start: caret - name.length - 1 };
}

/** The replies that match what the agent typed after the slash. Those whose name begins with it come
 * first, then those that contain it. @template {{name: string, text: string}} T @param {T[]} replies @param {string} typed */
export function matchingReplies(replies, typed) {
  const word = searchable(typed);
  const byName = replies.filter((reply) => searchable(reply.name).startsWith(word));
  const byText = replies.filter((reply) => !byName.includes(reply) && searchable(`${reply.name} ${reply.text}`).includes(word));
  return [...byName, ...(word ? byText : [])].slice(0, MAX_MATCHES);
}

/** A text to users as one of them reads it. Other braces stay as they are. @param {string} text @param {Record<string, string>} values */
export const fillSample = (text, values) => text.replace(/(?<!\{)\{(agent|position|wait|queue)\}(?!\})/g, (_, name) => values[name]);

/** The text that is sent without one of the bot's own: the nearest language's, or the English one.
 * @param {{locale: string, name: string, text: string}[]} texts @param {string} locale @param {string} name */
export function builtInText(texts, locale, name) {
  const [language] = locale.toLowerCase().split(/[-_]/);
  const found = texts.filter((each) => each.name === name);
  return (found.find((each) => each.locale === language) ?? found.find((each) => each.locale === "en"))?.text;
}
