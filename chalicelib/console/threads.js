// @ts-check
// A conversation's entries: each once, by number; and who owned each moment. Pure.

/** @typedef {import("./types.js").Entry} Entry */
/** @typedef {import("./types.js").Thread} Thread */
/** @typedef {import("./types.js").Block} Block */
/** @typedef {import("./types.js").Turn} Turn */

/** Of a long stretch, so many entries are one block. */
const BLOCK = 40;
/** Milliseconds: what somebody says sooner after what they said before needs no name again. */
const BREATH = 5 * 60_000;

/** @param {Thread | undefined} thread @param {Entry[]} entries @returns {Thread} */
export function merged(thread, entries) {
  const known = thread?.entries ?? [];
  const last = known.length ? known[known.length - 1].seq : 0;
  const isFresh = entries.every((entry, at) => entry.seq > (at ? entries[at - 1].seq : last));
  const all = isFresh ? [...known, ...entries] : sorted([...known, ...entries]);
  const told = Math.max(thread?.told ?? 0, ...entries.map((entry) => entry.seq));
  return { ...thread, entries: all, told };
}

/** @param {Thread} thread @param {Entry} entry @returns {Thread} */
export function grown(thread, entry) {
  const through = thread.through ?? 0;
  return { ...merged(thread, [entry]), through: entry.seq === through + 1 ? entry.seq : through };
}

/** @param {Entry[]} entries */
function sorted(entries) {
  const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** Where a thread has a gap that only the server can fill.
 * @param {Thread | undefined} thread @param {import("./types.js").Head | undefined} head */
export function isBehind(thread, head) {
  return !!thread && !!head && (thread.through ?? 0) < head.last_seq;
}

/** Who owned each moment: consecutive entries of one stretch together, a long one in several blocks.
 * @param {Entry[]} entries @returns {Block[]} */
export function blocks(entries) {
  /** @type {Block[]} */
  const found = [];
  /** @type {{owner: Turn, name: string | null}} */
  let turn = { owner: "bot", name: null };
  for (const entry of entries) {
    const after = turnAfter(turn, entry);
    const isFirst = !found.length || after !== turn;
    const block = found[found.length - 1];
    if (isFirst || block.entries.length >= BLOCK) found.push({ ...after, key: String(entry.seq), isFirst, entries: [] });
    turn = after;
    found[found.length - 1].entries.push(entry);
  }
  return found;
}

/** @param {{owner: Turn, name: string | null}} turn @param {Entry} entry @returns {{owner: Turn, name: string | null}} */
function turnAfter(turn, entry) {
  const owner = entry.payload?.owner;
  if (entry.kind === "requested" || entry.kind === "released") return { owner: "waiting", name: null };
  if (entry.kind === "claimed") return { owner: "agent", name: owner?.name ?? null };
  if (entry.kind === "transferred") return owner ? { owner: "agent", name: owner.name } : { owner: "waiting", name: null };
  if (entry.kind === "returned" && entry.payload?.outcome !== "message_left") return { owner: "bot", name: null };
  return turn;
}

/** Whether `entry` goes on where `before` stopped: the same person, in one breath.
 * @param {Entry | undefined} before @param {Entry} entry */
export function isSameBreath(before, entry) {
  return before?.kind === "message" && entry.kind === "message" && before.from === entry.from
    && before.author.id === entry.author.id && Date.parse(entry.at) - Date.parse(before.at) < BREATH;
}

/** Whether a new day begins with `entry`, where the reader is. @param {Entry | undefined} before @param {Entry} entry */
export const isNewDay = (before, entry) => !before || dayOf(before.at) !== dayOf(entry.at);

/** @param {string} at */
const dayOf = (at) => new Date(at).toDateString();

/** What the bot suggested last and nobody has sent or overtaken. @param {Entry[]} entries */
export function openSuggestion(entries) {
  for (let at = entries.length - 1; at >= 0; at--) {
    if (entries[at].kind === "suggestion") return entries[at];
    if (entries[at].kind === "message" && entries[at].from === "agent") return null;
  }
  return null;
}

/** Whether somebody has said just that since. @param {Entry[]} entries @param {Entry} suggestion */
export const isSaid = (entries, { seq, text }) =>
  entries.some((entry) => entry.seq > seq && entry.kind === "message" && entry.from === "agent" && entry.text === text);

/** How far a message has come: with the bot's server, on its way there, or given up.
 * @param {import("./types.js").Delivery | null | undefined} delivery @param {number} seq */
export function fateOf(delivery, seq) {
  if (!delivery) return "stored";
  if (delivery.failed.includes(seq)) return "undelivered";
  if (seq <= delivery.through) return "delivered";
  return delivery.attempts ? "retrying" : "stored";
}
