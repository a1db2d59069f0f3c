// @ts-check
// What the console reads from the server: conversations, their entries, agents, replies and notifications.
import { ApiError, botPath, conversationPath, request, showError } from "../connection/api.js";
import { sendAction } from "../connection/socket.js";
import { byActivity, matchesSearch } from "../state/conversation_list.js";
import { dispatch, selectedHead, state } from "../state/store.js";
import { writeRoute, writeSearch } from "./router.js";

/** @typedef {import("../state/types.js").Head} Head */

/** The number of entries that are loaded when a conversation is opened. */
const LATEST_ENTRIES = 400;
/** Milliseconds without typing before a search starts. */
const SEARCH_DELAY = 250;
const CONVERSATION_ID = /^c_[a-z2-7]+$/;

/** Loads the heads of all paused conversations. Raises ApiError. */
export async function syncConversations() {
  /** @type {Head[]} */
  const heads = [];
  const read = {};
  let cursor = null;
  dispatch({ type: "syncing" });
  do {
    const page = await sendAction("sync", cursor ? { cursor } : {});
    heads.push(...page.heads);
    Object.assign(read, page.read);
    cursor = page.next;
  } while (cursor);
  dispatch({ type: "synced", heads, read });
}

// Threads

/** The loads that are running, by conversation. @type {Map<string, Promise<void>>} */
const loading = new Map();

/** Loads the entries that the open thread lacks, and subscribes to its events. Does nothing for other
 * conversations: they are loaded when they are opened. @param {string} id */
export async function loadMissingEntries(id) {
  if (state.value.selected !== id) return;
  const running = loading.get(id) ?? loadPages(id).catch(() => {}).finally(() => loading.delete(id));
  loading.set(id, running);
  await running;
}

/** @param {string} id */
async function loadPages(id) {
  for (;;) {
    const head = state.value.heads[id];
    const after = state.value.threads[id]?.completeThrough ?? Math.max(0, (head?.last_seq ?? 0) - LATEST_ENTRIES);
    const page = await sendAction("watch", { conversation_id: id, bot: head?.bot, after });
    const completeThrough = page.next ?? page.head.last_seq;
    dispatch({ type: "thread_page", id, entries: page.entries, head: page.head, completeThrough, delivery: page.delivery });
    if (page.next === null || state.value.selected !== id) return;
  }
}

/** Loads up to 200 entries: two of the server's pages. @param {string} id */
export async function loadEarlierEntries(id) {
  try {
    for (let page = 0; page < 2; page += 1) {
      const [first] = state.value.threads[id]?.entries ?? [];
      const head = state.value.heads[id];
      if (!first || first.seq === 1) return;
      const { items } = await request("GET", `${conversationPath(head)}/entries?before=${first.seq}&limit=100`);
      dispatch({ type: "thread_page", id, entries: items, head, completeThrough: 0 });
      if (!items.length) return;
    }
  } catch (error) {
    showError(error);
  }
}

/** @param {string} view */
export function openView(view) {
  dispatch({ type: "view", view });
  writeRoute(view, selectedHead());
}

/** With null, closes the open conversation. @param {string | null} id */
export function openConversation(id) {
  const before = state.value.selected;
  dispatch({ type: "selected", id });
  writeRoute("conversations", state.value.heads[id ?? ""]);
  if (before && before !== id) sendAction("unwatch", { conversation_id: before, bot: state.value.heads[before]?.bot }).catch(() => {});
  if (id) loadMissingEntries(id);
}

/** Opens a conversation that may be on no list yet. @param {string} bot @param {string} id */
export async function openConversationById(bot, id) {
  if (state.value.selected === id) return dispatch({ type: "view", view: "conversations" });
  try {
    if (!state.value.heads[id]) dispatch({ type: "head", head: await request("GET", conversationPath({ bot, id })) });
    openConversation(id);
  } catch (error) {
    showError(error);
  }
}

// Lists

let searchTimer = 0;

/** Finds what the console knows at once, and asks the server for others whose user's name begins so. @param {string} text */
export function searchConversations(text) {
  dispatch({ type: "search", search: text });
  clearTimeout(searchTimer);
  if (!text.trim()) return;
  showFound(text, []);
  searchTimer = setTimeout(() => searchServer(text), SEARCH_DELAY);
}

/** The latest activity is first. @param {string} text @param {Head[]} found by the server */
function showFound(text, found) {
  const known = Object.values(state.value.heads).filter((head) => matchesSearch(head, text.trim()));
  const all = new Map([...found, ...known].map((head) => [head.id, state.value.heads[head.id] ?? head]));
  dispatch({ type: "search_results", search: text, heads: [...all.values()].sort(byActivity) });
}

/** Opens a saved view or the search that an address holds. @param {{query: string, filters: Record<string, string>}} search */
export function openSearch(search) {
  dispatch({ type: "view", view: "conversations" });
  dispatch({ type: "pane", pane: "inbox" });
  dispatch({ type: "filtering", isFiltering: true, filters: search.filters });
  searchConversations(search.query);
  writeSearch(search);
}

/** The saved views of the agent and of their teams. */
export async function loadViews() {
  const owners = [null, ...bots()];
  try {
    const lists = await Promise.all(owners.map((bot) => request("GET", bot === null ? "/agents/me/views" : `${botPath(bot)}/views`)));
    dispatch({ type: "views", views: lists.flatMap(({ items }, at) => items.map((/** @type {object} */ each) => ({ ...each, bot: owners[at] }))) });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

/** @param {string} text */
async function searchServer(text) {
  const word = text.trim();
  try {
    const pages = await Promise.all(bots().map((bot) => conversationsPage(bot, `name=${encodeURIComponent(word)}`)));
    const named = CONVERSATION_ID.test(word) ? await Promise.all(bots().map((bot) => request("GET", conversationPath({ bot, id: word })).catch(() => null))) : [];
    showFound(text, [...pages.flatMap((page) => page.items), ...named.filter(Boolean)]);
  } catch (error) {
    showError(error);
  }
}

/** Loads the latest conversations of all bots or, with cursors, their next pages. @param {Record<string, string>} [cursors] by bot */
export async function loadRecent(cursors) {
  const wanted = cursors ? Object.keys(cursors) : bots();
  try {
    const pages = await Promise.all(wanted.map((bot) => conversationsPage(bot, cursors ? `cursor=${encodeURIComponent(cursors[bot])}` : "")));
    const nextPages = Object.fromEntries(wanted.flatMap((bot, at) => (pages[at].next ? [[bot, pages[at].next]] : [])));
    dispatch({ type: "recent_page", heads: pages.flatMap((page) => page.items), nextPages });
  } catch (error) {
    showError(error);
  }
}

const bots = () => state.value.me?.bots ?? [];

/** @param {string} bot @param {string} query */
const conversationsPage = (bot, query) => request("GET", `${botPath(bot)}/conversations?limit=50&${query}`);

// Agents, canned replies and notifications of a bot

/** @param {string} bot */
export const loadAgents = (bot) => loadItems(`${botPath(bot)}/agents`, (agents) => dispatch({ type: "agents", bot, agents }));

/** @param {string} bot */
export const loadQueues = (bot) => loadItems(`${botPath(bot)}/queues`, (queues) => dispatch({ type: "queues", bot, queues }));

/** Those of the agent and of the team. @param {string} bot */
export const loadReplies = (bot) => loadItems(`${botPath(bot)}/me/replies`, (own) =>
  loadItems(`${botPath(bot)}/replies`, (team) => dispatch({ type: "replies", bot, replies: [...own.map((each) => ({ ...each, isOwn: true })), ...team] })));

/** @param {string} bot */
export const loadNotifications = (bot) => loadItems(`${botPath(bot)}/notifications?limit=30`, (items) =>
  dispatch({ type: "notifications", notifications: items.map((/** @type {object} */ each) => ({ ...each, bot })) }));

/** If the call fails, the console keeps what it has. @param {string} path @param {(items: any[]) => void} store */
async function loadItems(path, store) {
  try {
    store((await request("GET", path)).items);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}
