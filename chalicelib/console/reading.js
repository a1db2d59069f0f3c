// @ts-check
// What is read from the server: the board, threads and their gaps, lists, who is there.
import { Refused, request } from "./api.js";
import { ask } from "./link.js";
import { forPlace } from "./place.js";
import { botPath, complain, pathOf, state, tell } from "./store.js";

/** @typedef {import("./types.js").Head} Head */

/** Of a long thread, so many of the latest entries are read at first. */
const LATEST = 400;

export async function sync() {
  /** @type {Head[]} */
  const heads = [];
  let cursor = null;
  tell({ type: "syncing" });
  do {
    const page = await ask("sync", cursor ? { cursor } : {});
    heads.push(...page.heads);
    cursor = page.next;
  } while (cursor);
  tell({ type: "synced", heads });
}

// Threads

/** @type {Map<string, Promise<void>>} */
const catching = new Map();

/** Of the conversation that is open: what it lacks, and from then on what happens. Another is read on
 * when it is opened again. @param {string} id */
export async function catchUp(id) {
  if (state.value.selected !== id) return;
  const running = catching.get(id) ?? readOn(id).catch(() => {}).finally(() => catching.delete(id));
  catching.set(id, running);
  await running;
}

/** @param {string} id */
async function readOn(id) {
  for (;;) {
    const head = state.value.heads[id];
    const after = state.value.threads[id]?.through ?? Math.max(0, (head?.last_seq ?? 0) - LATEST);
    const page = await ask("watch", { conversation_id: id, bot: head?.bot, after });
    const through = page.next ?? page.head.last_seq;
    tell({ type: "watched", id, entries: page.entries, head: page.head, through, delivery: page.delivery });
    if (page.next === null || state.value.selected !== id) return;
  }
}

/** @param {string} id */
export async function earlier(id) {
  const [first] = state.value.threads[id]?.entries ?? [];
  const head = state.value.heads[id];
  if (!first || first.seq === 1) return;
  try {
    const page = await request("GET", `${pathOf(head)}/entries?before=${first.seq}&limit=100`);
    tell({ type: "watched", id, entries: page.items, head, through: 0 });
  } catch (error) {
    complain(error);
  }
}

/** @param {string | null} id */
export function open(id) {
  const before = state.value.selected;
  tell({ type: "selected", id });
  forPlace(state.value.heads[id ?? ""]);
  if (before && before !== id) ask("unwatch", { conversation_id: before, bot: state.value.heads[before]?.bot }).catch(() => {});
  if (id) catchUp(id);
}

/** What an address names, be it on no list. @param {string} bot @param {string} id */
export async function visit(bot, id) {
  if (state.value.selected === id) return;
  try {
    if (!state.value.heads[id]) tell({ type: "head", head: await request("GET", `${botPath(bot)}/conversations/${encodeURIComponent(id)}`) });
    open(id);
  } catch (error) {
    complain(error);
  }
}

// Lists

let pending = 0;

/** @param {string} text */
export function find(text) {
  tell({ type: "search", search: text });
  clearTimeout(pending);
  if (text.trim()) pending = setTimeout(() => look(text), 250);
}

/** @param {string} text */
async function look(text) {
  try {
    const pages = await Promise.all(bots().map((bot) => page(bot, `name=${encodeURIComponent(text.trim())}`)));
    tell({ type: "found", search: text, heads: pages.flatMap((each) => each.items) });
  } catch (error) {
    complain(error);
  }
}

/** The latest of all bots, or what follows them. @param {Record<string, string>} [cursors] by bot */
export async function recent(cursors) {
  const wanted = cursors ? Object.keys(cursors) : bots();
  try {
    const pages = await Promise.all(wanted.map((bot) => page(bot, cursors ? `cursor=${encodeURIComponent(cursors[bot])}` : "")));
    const more = Object.fromEntries(wanted.flatMap((bot, at) => (pages[at].next ? [[bot, pages[at].next]] : [])));
    tell({ type: "listed", heads: pages.flatMap((each) => each.items), more });
  } catch (error) {
    complain(error);
  }
}

const bots = () => state.value.me?.bots ?? [];

/** @param {string} bot @param {string} query */
const page = (bot, query) => request("GET", `${botPath(bot)}/conversations?limit=50&${query}`);

// Who is there, what the bot has said, what may be said

/** @param {string} bot */
export const agentsOf = (bot) => kept(`${botPath(bot)}/agents`, (agents) => tell({ type: "agents", bot, agents }));

/** @param {string} bot */
export const repliesOf = (bot) => kept(`${botPath(bot)}/replies`, (replies) => tell({ type: "replies", bot, replies }));

/** @param {string} bot */
export const noticesOf = (bot) => kept(`${botPath(bot)}/notifications?limit=30`, (notices) =>
  tell({ type: "notices", notices: notices.map((/** @type {object} */ each) => ({ ...each, bot })) }));

/** A list that is nice to have: without it, what was known stays. @param {string} path @param {(items: any[]) => void} keep */
async function kept(path, keep) {
  try {
    keep((await request("GET", path)).items);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}
