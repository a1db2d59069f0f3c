// @ts-check
// The entries of one conversation: merging pages, grouping by owner, and facts about single entries. Pure.

/** @typedef {import("./types.js").Entry} Entry */
/** @typedef {import("./types.js").Thread} Thread */
/** @typedef {import("./types.js").Block} Block */
/** @typedef {import("./types.js").OwnerKind} OwnerKind */

const ENTRIES_PER_BLOCK = 40;
/** The entries of a run that is folded, and those that a fold leaves. */
const FOLDED_FROM = 30, LEFT_BY_FOLD = 10;
/** Milliseconds. If the same person writes again within this time, the name is not repeated. */
const SAME_SPEAKER_WITHIN = 5 * 60_000;

/** Adds entries in the order of their numbers, each once. Nothing stays from before an entry `erased`. @param {Thread | undefined} thread @param {Entry[]} entries @returns {Thread} */
export function mergeEntries(thread, entries) {
  const known = thread?.entries ?? [];
  const last = known.length ? known[known.length - 1].seq : 0;
  const isInOrder = entries.every((entry, at) => entry.seq > (at ? entries[at - 1].seq : last));
  const all = isInOrder ? [...known, ...entries] : sortedUnique([...known, ...entries]);
  const erased = entries.find((entry) => entry.kind === "erased")?.seq ?? 0;
  return { ...thread, entries: erased ? all.filter((entry) => entry.seq >= erased) : all, highestSeq: Math.max(thread?.highestSeq ?? 0, ...entries.map((entry) => entry.seq)) };
}

/** @param {Thread} thread @param {Entry} entry @returns {Thread} */
export function appendEntry(thread, entry) {
  const completeThrough = thread.completeThrough ?? 0;
  return { ...mergeEntries(thread, [entry]), completeThrough: entry.seq === completeThrough + 1 ? entry.seq : completeThrough };
}

/** @param {Entry[]} entries */
function sortedUnique(entries) {
  const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** Whether the server has entries that an open thread lacks.
 * @param {Thread | undefined} thread @param {import("./types.js").Head | undefined} head */
export function isMissingEntries(thread, head) {
  return !!thread && !!head && (thread.completeThrough ?? 0) < head.last_seq;
}

/** Groups consecutive entries under the same owner. @param {Entry[]} entries @returns {Block[]} */
export function ownerBlocks(entries) {
  /** @type {Block[]} */
  const blocks = [];
  /** @type {{owner: OwnerKind, name: string | null}} */
  let current = { owner: "bot", name: null };
  for (const entry of entries) {
    const after = ownerAfter(current, entry);
    const isFirst = !blocks.length || after !== current;
    const block = blocks[blocks.length - 1];
    if (isFirst || block.entries.length >= ENTRIES_PER_BLOCK) blocks.push({ ...after, key: String(entry.seq), isFirst, entries: [] });
    current = after;
    blocks[blocks.length - 1].entries.push(entry);
  }
  return blocks;
}

/** Folds a long run that has ended: only its last entries stay. A fold is named after the run's last entry, which stays
 * the same when earlier ones are loaded. @param {Block[]} blocks @param {Set<number>} open @returns {Block[]} */
export function withFolds(blocks, open) {
  const runs = blocks.reduce((/** @type {Block[][]} */ known, block) => (block.isFirst ? [...known, [block]] : [...known.slice(0, -1), [...known[known.length - 1], block]]), []);
  return runs.flatMap((run, at) => {
    const entries = run.flatMap((block) => block.entries);
    const fold = entries[entries.length - 1].seq;
    if (at === runs.length - 1 || entries.length < FOLDED_FROM || open.has(fold)) return run;
    return [{ ...run[0], entries: entries.slice(-LEFT_BY_FOLD), hidden: entries.length - LEFT_BY_FOLD, fold }];
  });
}

/** @param {{owner: OwnerKind, name: string | null}} current @param {Entry} entry @returns {{owner: OwnerKind, name: string | null}} */
function ownerAfter(current, entry) {
  const owner = entry.payload?.owner;
  if (entry.kind === "requested" || entry.kind === "released") return { owner: "waiting", name: null };
  if (entry.kind === "claimed") return { owner: "agent", name: owner?.name ?? null };
  if (entry.kind === "transferred") return owner ? { owner: "agent", name: owner.name } : { owner: "waiting", name: null };
  if (entry.kind === "returned" && entry.payload?.outcome !== "message_left") return { owner: "bot", name: null };
  return current;
}

/** Whether the same person wrote `previous` shortly before `entry`. @param {Entry | undefined} previous @param {Entry} entry */
export function continuesMessage(previous, entry) {
  return previous?.kind === "message" && entry.kind === "message" && previous.from === entry.from
    && previous.author.id === entry.author.id && Date.parse(entry.at) - Date.parse(previous.at) < SAME_SPEAKER_WITHIN;
}

/** Whether `entry` is the first of its day, in the agent's time zone. @param {Entry | undefined} previous @param {Entry} entry */
export const startsNewDay = (previous, entry) => !previous || localDay(previous.at) !== localDay(entry.at);

/** @param {string} at */
const localDay = (at) => new Date(at).toDateString();

/** The bot's latest suggestion, or null if an agent has written since. @param {Entry[]} entries */
export function openSuggestion(entries) {
  for (let at = entries.length - 1; at >= 0; at--) {
    if (entries[at].kind === "suggestion") return entries[at];
    if (entries[at].kind === "message" && entries[at].from === "agent") return null;
  }
  return null;
}

/** Whether an agent has sent the text of the suggestion. @param {Entry[]} entries @param {Entry} suggestion */
export const wasSent = (entries, { seq, text }) =>
  entries.some((entry) => entry.seq > seq && entry.kind === "message" && entry.from === "agent" && entry.text === text);

/** Whether the bot's server has received a message: "stored" means not yet tried, "retrying" that a call failed.
 * @param {import("./types.js").Delivery | null | undefined} delivery @param {{seq: number, delivery?: string}} entry */
export function deliveryStatus(delivery, { seq, delivery: outcome }) {
  if (outcome || delivery?.failed.includes(seq)) return "undelivered";
  if (!delivery) return "stored";
  if (seq <= delivery.through) return "delivered";
  return delivery.attempts ? "retrying" : "stored";
}
