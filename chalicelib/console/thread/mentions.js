// @ts-check
// Mentions of colleagues in notes. Pure.
import { searchable } from "../state/reply_templates.js";

/** @typedef {import("../state/types.js").Person} Person */

const MAX_MATCHES = 8;
const IN_WORD = /[\p{L}\p{N}_]/u;

/** The place of one of these names after an at sign: name, start and end. The longest is tried first: "@Ana María" is not "@Ana".
 * @param {string} text @param {string[]} names */
function findMentions(text, names) {
  const longestFirst = names.filter(Boolean).sort((a, b) => b.length - a.length);
  const found = [];
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const beginsWord = !IN_WORD.test(text[at - 1] ?? "");
    const isHere = (/** @type {string} */ each) => searchable(text.slice(at + 1, at + 1 + each.length)) === searchable(each);
    const name = longestFirst.find((each) => isHere(each) && !IN_WORD.test(text[at + 1 + each.length] ?? ""));
    if (beginsWord && name) found.push({ name, start: at, end: at + 1 + name.length });
  }
  return found;
}

/** The people whom the note mentions, by id. `chosen` tells apart those who have the same name.
 * @param {string} text @param {Person[]} people @param {Map<string, string>} chosen ids by name */
export function mentionsIn(text, people, chosen) {
  const names = people.map((each) => each.name.normalize());
  const found = new Set(findMentions(text.normalize(), names).map(({ name }) => searchable(name)));
  const isMeant = (/** @type {Person} */ { id, name }) => found.has(searchable(name)) && (chosen.get(name) ?? id) === id;
  return people.filter(isMeant).map((each) => each.id);
}

/** The text in parts; each second one is a mention. @param {string} text @param {string[]} names of the people whom it mentions */
export function mentionParts(text, names) {
  const whole = text.normalize();
  const parts = [];
  let last = 0;
  for (const { start, end } of findMentions(whole, names.map((name) => name.normalize()))) {
    parts.push(whole.slice(last, start), whole.slice(start, end));
    last = end;
  }
  return [...parts, whole.slice(last)];
}

/** The colleagues who may read the conversation, one word of whose name begins with what was typed.
 * @param {import("../state/types.js").Agent[]} agents @param {import("../state/types.js").Head} head @param {string | undefined} me @param {string} typed */
export function mentionable(agents, head, me, typed) {
  const word = searchable(typed);
  const mayRead = (/** @type {import("../state/types.js").Agent} */ { id, role, queues }) =>
    role !== "agent" || !head.paused || !head.queue || queues.includes(head.queue) || head.owner === id;
  const fits = (/** @type {string} */ name) => searchable(name).split(/\s+/).some((each) => each.startsWith(word));
  return agents.filter((each) => each.id !== me && mayRead(each) && fits(each.name)).slice(0, MAX_MATCHES);
}
