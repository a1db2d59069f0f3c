// @ts-check
// What the console knows, and how it changes: (state, event) -> state. Pure: no clock, no network.
import { grown, merged } from "./threads.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Head} Head */
/** @typedef {import("./types.js").Entry} Entry */
/** @typedef {import("./types.js").Outgoing} Outgoing */

const TYPING_LASTS = 5000;
const NOTICES = 50;

/** @type {State} */
export const EMPTY = {
  me: null, view: "conversations", link: "off", retryAt: 0, status: "offline", isSynced: false, meanwhile: null, heads: {}, threads: {},
  selected: null, hidden: false, pane: "queue", tab: "waiting", queue: "", search: "", found: null, more: {}, outbox: [],
  unread: {}, typing: {}, viewers: {}, agents: {}, replies: {}, notices: [], toast: null,
};

/** @param {State} state @param {{type: string, [more: string]: any}} event @returns {State} */
export function next(state, event) {
  const step = STEPS[event.type];
  return step ? step(state, event) : state;
}

// Heads: one with a lower number never replaces one with a higher.

/** @param {State} state @param {Head} head @returns {State} */
function withHead(state, head) {
  const known = state.heads[head.id];
  if (known && known.last_seq > head.last_seq) return state;
  const heads = { ...state.heads };
  if (head.visible === false) delete heads[head.id];
  else heads[head.id] = head;
  return { ...state, heads };
}

/** @param {State} state @param {Head} head @returns {State} */
function withNews(state, head) {
  const after = withHead(state, head);
  return state.meanwhile ? { ...after, meanwhile: [...state.meanwhile, head.id] } : after;
}

/** The whole board: what is absent is gone, but what is open or was found stays, and what was told
 * while the board was on its way. Of what happened to an agent who was there before, the news are news.
 * @param {State} state @param {{heads: Head[]}} event */
function synced(state, { heads }) {
  const listed = Object.fromEntries(heads.map((head) => [head.id, head]));
  const stays = (/** @type {Head} */ head) => head.id in state.threads || head.status === "bot" || state.meanwhile?.includes(head.id);
  const kept = Object.values(state.heads).filter(stays);
  const before = { ...state, isSynced: true, meanwhile: null, heads: Object.fromEntries(kept.map((head) => [head.id, head])) };
  const after = Object.values(listed).reduce(withHead, before);
  const news = state.isSynced ? heads.filter((head) => isNews(state, head)) : [];
  return news.reduce((known, head) => noticed(known, head.id), after);
}

/** Somebody waits, or one's own user has written, since the console last heard of it.
 * @param {State} state @param {Head} head */
function isNews(state, head) {
  const known = state.heads[head.id];
  const said = head.last_message;
  const hasWritten = head.owner === state.me?.id && said?.from === "user" && said.seq > (known?.last_seq ?? 0);
  return head.last_seq > (known?.last_seq ?? 0) && (head.status === "waiting" || hasWritten);
}

/** A page of a thread; `through` is how far the server has told everything.
 * @param {State} state @param {{id: string, entries: Entry[], head: Head, through: number, delivery?: any}} event */
function watched(state, { id, entries, head, through, delivery }) {
  const thread = merged(state.threads[id], entries);
  const reached = Math.max(through, thread.through ?? 0);
  const told = delivery ? { ...delivery, failed: thread.delivery?.failed ?? [] } : thread.delivery;
  const known = { ...thread, through: reached, delivery: told };
  const threads = { ...state.threads, [id]: known };
  return arrived(withHead({ ...state, threads }, head), entries);
}

/** @param {State} state @param {{conversation_id: string, entry: Entry, head: Head}} event */
function entryCame(state, { conversation_id: id, entry, head }) {
  const before = withNews(state, head);
  const thread = state.threads[id];
  const isNew = !thread || entry.seq > (thread.told ?? 0);
  const threads = thread ? { ...before.threads, [id]: grown(thread, entry) } : before.threads;
  const after = quiet(arrived({ ...before, threads }, [entry]), id, entry.author.id);
  return isNew && entry.from === "user" ? noticed(after, id) : after;
}

/** @param {State} state @param {{head: Head}} event */
function headCame(state, { head }) {
  const after = withNews(state, head);
  return head.status === "waiting" && isNews(state, head) ? noticed(after, head.id) : after;
}

/** What has come back is no longer on its way.
 * @param {State} state @param {Entry[]} entries */
function arrived(state, entries) {
  const ids = new Set(entries.map((entry) => entry.message_id).filter(Boolean));
  if (!ids.size || !state.outbox.length) return state;
  return { ...state, outbox: state.outbox.filter((each) => !ids.has(each.id)) };
}

/** How far the bot's server has been told; it never goes back.
 * @param {State} state @param {{conversation_id: string, through: number, attempts: number, failed: number | null}} event */
function deliveryCame(state, { conversation_id: id, through, attempts, failed }) {
  const thread = state.threads[id];
  if (!thread) return state;
  const known = thread.delivery?.failed ?? [];
  const delivery = {
    through: Math.max(through, thread.delivery?.through ?? 0),
    attempts,
    failed: failed === null ? known : [...known, failed],
  };
  return { ...state, threads: { ...state.threads, [id]: { ...thread, delivery } } };
}

// What one has not seen, and who is about

/** @param {State} state @param {string} id */
function noticed(state, id) {
  const isSeen = state.selected === id && state.pane !== "queue" && state.view === "conversations" && !state.hidden;
  return isSeen ? state : { ...state, unread: { ...state.unread, [id]: (state.unread[id] ?? 0) + 1 } };
}

/** @param {State} state @param {string | null} id */
function seen(state, id) {
  if (!id || !(id in state.unread)) return state;
  const { [id]: _, ...unread } = state.unread;
  return { ...state, unread };
}

/** @param {State} state @param {string} id @param {string} author */
function quiet(state, id, author) {
  if (!state.typing[id]?.[author]) return state;
  const { [author]: _, ...others } = state.typing[id];
  return { ...state, typing: { ...state.typing, [id]: others } };
}

/** @param {State} state @param {{conversation_id: string, from: string, author: import("./types.js").Person, at: number}} event */
function typed(state, { conversation_id: id, from, author, at }) {
  const typist = { name: author.name || author.id, from, until: at + TYPING_LASTS };
  return { ...state, typing: { ...state.typing, [id]: { ...state.typing[id], [author.id]: typist } } };
}

/** @param {State} state @param {{agent: import("./types.js").Person, status: any}} event */
function presenceCame(state, { agent, status }) {
  const agents = Object.entries(state.agents).map(([bot, all]) =>
    [bot, all.map((each) => (each.id === agent.id ? { ...each, status } : each))]);
  return { ...state, agents: Object.fromEntries(agents) };
}

// What the agent does

/** @param {State} state @param {{id: string | null}} event @returns {State} */
function selected(state, { id }) {
  const before = { ...state, view: "conversations", selected: id };
  return id === null ? { ...before, pane: "queue" } : seen({ ...before, pane: "thread" }, id);
}

/** @param {State} state @param {{hidden: boolean}} event */
const looked = (state, { hidden }) => seen({ ...state, hidden }, hidden || state.pane === "queue" ? null : state.selected);

/** @param {State} state @param {{id: string, phase: Outgoing["phase"], why?: string}} event */
const moved = (state, { id, phase, why }) => ({
  ...state,
  outbox: state.outbox.map((each) => (each.id === id ? { ...each, phase, why } : each)),
});

/** Newest first, each once. @param {State} state @param {{notices: import("./types.js").Notice[]}} event */
function noticesCame(state, { notices }) {
  const byId = new Map([...state.notices, ...notices].map((each) => [each.id, each]));
  const all = [...byId.values()].sort((a, b) => (a.at < b.at ? 1 : -1));
  return { ...state, notices: all.slice(0, NOTICES) };
}

/** @type {Record<string, (state: State, event: any) => State>} */
const STEPS = {
  signed_in: (state, { me }) => ({ ...state, me }),
  signed_out: () => EMPTY,
  link: (state, { link, retryAt = 0 }) => ({ ...state, link, retryAt }),
  status: (state, { status }) => ({ ...state, status }),
  view: (state, { view }) => ({ ...state, view }),
  looked,
  syncing: (state) => ({ ...state, meanwhile: [] }),
  synced,
  head: headCame,
  entry: entryCame,
  watched,
  delivery: deliveryCame,
  selected,
  pane: (state, { pane }) => ({ ...state, pane }),
  tab: (state, { tab }) => ({ ...state, tab, search: "", found: null }),
  queue: (state, { queue }) => ({ ...state, queue }),
  search: (state, { search }) => ({ ...state, search, found: search ? state.found : null }),
  found: (state, { heads, search }) =>
    search === state.search ? heads.reduce(withHead, { ...state, found: heads.map((/** @type {Head} */ h) => h.id) }) : state,
  listed: (state, { heads, more }) => heads.reduce(withHead, { ...state, more }),
  queued: (state, { message }) => ({ ...state, outbox: [...state.outbox, message] }),
  moved,
  dropped: (state, { id }) => ({ ...state, outbox: state.outbox.filter((each) => each.id !== id) }),
  accepted: (state, { id }) => moved(state, { id, phase: "sent" }),
  typing: typed,
  still: (state, { id, author }) => quiet(state, id, author),
  viewers: (state, { conversation_id: id, people }) => ({ ...state, viewers: { ...state.viewers, [id]: people } }),
  agents: (state, { bot, agents }) => ({ ...state, agents: { ...state.agents, [bot]: agents } }),
  presence: presenceCame,
  replies: (state, { bot, replies }) => ({ ...state, replies: { ...state.replies, [bot]: replies } }),
  notices: noticesCame,
  read: (state, { ids }) => ({ ...state, notices: state.notices.map((each) => (ids.includes(each.id) ? { ...each, read: true } : each)) }),
  toast: (state, { toast }) => ({ ...state, toast }),
};
