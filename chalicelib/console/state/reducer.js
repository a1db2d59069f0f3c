// @ts-check
// How each event changes the console's state: (state, event) -> state. Pure: no clock, no network.
import { alertReason, isOfferedTo, isOwnedBy } from "./alerts.js";
import { appendEntry, mergeEntries } from "./thread_entries.js";

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Head} Head */
/** @typedef {import("./types.js").Entry} Entry */
/** @typedef {import("./types.js").Outgoing} Outgoing */

/** Milliseconds. A typing sign without a successor disappears after this time. */
const TYPING_DURATION = 5000;
const MAX_NOTIFICATIONS = 50;

/** @type {State} */
export const INITIAL_STATE = {
  me: null, hasEnded: false, view: "conversations", connection: "off", retryAt: 0, status: "offline", isSynced: false, changedDuringSync: null, seenSeqs: null,
  heads: {}, threads: {}, selected: null, isHidden: false, pane: "inbox", tab: "waiting", queueFilter: "", search: "", isFiltering: false, filters: {}, views: [],
  searchResults: null, nextPages: {}, outbox: [], unread: {}, readThrough: {}, typing: {}, viewers: {}, agents: {}, queues: {}, replies: {},
  notifications: [], dialog: null, macro: null, toast: null, announcement: "",
};

/** An unknown event changes nothing. @param {State} state @param {{type: string, [field: string]: any}} event @returns {State} */
export function reduce(state, event) {
  const reducer = REDUCERS[event.type];
  return reducer ? reducer(state, event) : state;
}

/** After a session that the server has ended, the same person goes on where they were. @param {State} state @param {{me: NonNullable<State["me"]>}} event @returns {State} */
const signedIn = (state, { me }) => ({ ...(state.me?.id === me.id ? state : INITIAL_STATE), me, hasEnded: false });

// Heads: an older head (lower `last_seq`) never replaces a newer one.

/** @param {State} state @param {Head} head @returns {State} */
function withHead(state, head) {
  const known = state.heads[head.id];
  if (known && known.last_seq > head.last_seq) return state;
  if (head.visible !== false) return { ...state, heads: { ...state.heads, [head.id]: head } };
  const { [head.id]: _, ...heads } = state.heads;
  return withoutRemoved({ ...state, heads });
}

/** @param {State} state @param {Head} head @returns {State} */
function withLiveHead(state, head) {
  const after = withHead(state, head);
  return state.changedDuringSync ? { ...after, changedDuringSync: [...state.changedDuringSync, head.id] } : after;
}

/** The server sent all paused conversations. Remove the others, except those that are open, with the
 * bot, or changed while the answer was on its way. On a later sync, and on the first one after a reload, mark
 * what the agent missed as unread.
 * @param {State} state @param {{heads: Head[], read?: Record<string, number>}} event how far the agent has read, on any device */
function synced(state, { heads, read = {} }) {
  const listed = Object.fromEntries(heads.map((head) => [head.id, head]));
  const stays = (/** @type {Head} */ head) => head.id in state.threads || head.status === "bot" || state.changedDuringSync?.includes(head.id);
  const kept = Object.values(state.heads).filter(stays);
  const before = { ...state, isSynced: true, changedDuringSync: null, seenSeqs: null, heads: Object.fromEntries(kept.map((head) => [head.id, head])) };
  const after = Object.values(listed).reduce(withHead, before);
  const isLater = state.isSynced || state.seenSeqs;
  // The entries of the open conversation are loaded next, and mark it then.
  const isMissed = (/** @type {Head} */ head) => (isLater ? needsAttention(state, head) : isUnread(state, head, read[head.id] ?? 0));
  const missed = heads.filter((head) => head.id !== openThread(state) && !isReadThrough(head, read[head.id]) && isMissed(head));
  const marked = missed.reduce((known, head) => markUnread(known, head.id), withoutRemoved(after));
  return Object.entries(read).reduce(withRead, marked);
}

/** Remembers how far the agent has read, because the mark of another device may arrive before the entry that it is about.
 * @param {State} state @param {[id: string, seq: number]} mark */
function withRead(state, [id, seq]) {
  const reached = Math.max(seq, state.readThrough[id] ?? 0);
  const after = { ...state, readThrough: { ...state.readThrough, [id]: reached } };
  return isReadThrough(state.heads[id], reached) ? markSeen(after, id) : after;
}

/** @param {State} state @param {string} id @param {Entry} entry */
const isRead = (state, id, entry) => entry.seq <= (state.readThrough[id] ?? 0);

/** Whether the agent has read the user's last words, on any device. @param {Head | undefined} head @param {number | undefined} seq */
const isReadThrough = (head, seq) => seq !== undefined && seq >= (head?.last_message?.seq ?? head?.last_seq ?? 0);

/** Whether the agent's own user has written after the entry `seq`. @param {State} state @param {Head} head @param {number} seq */
const isUnread = (state, head, seq) => isOwnedBy(head, state.me?.id) && head.last_message?.from === "user" && head.last_message.seq > seq;

/** @param {State} state */
const openThread = ({ selected, threads }) => (selected && threads[selected] ? selected : null);

/** @param {State} state */
function withoutRemoved(state) {
  const unread = Object.entries(state.unread).filter(([id]) => id in state.heads);
  return { ...state, unread: Object.fromEntries(unread) };
}

/** Whether the agent missed something: see `alertReason`. After a reload, only the numbers of the last entries are known.
 * @param {State} state @param {Head} head */
function needsAttention(state, head) {
  const { me, heads, seenSeqs } = state;
  const known = heads[head.id];
  const last = known?.last_seq ?? seenSeqs?.[head.id] ?? 0;
  if (head.last_seq <= last) return false;
  const message = head.last_message;
  const userWrote = message?.from === "user" && message.seq > last;
  const isAsked = head.status === "waiting" ? !head.offered_to || isOfferedTo(head, me?.id) : head.owner === me?.id && userWrote;
  return isAsked || alertReason(me?.id, known, head) === "assigned";
}

/** A page of a thread. The page and what was loaded before contain every entry up to `completeThrough`.
 * A first page may overtake the event of a new message: what the head did not count yet is new to the agent.
 * @param {State} state @param {{id: string, entries: Entry[], head: Head, completeThrough: number, delivery?: any}} event */
function threadPage(state, { id, entries, head, completeThrough, delivery }) {
  const before = state.threads[id]?.highestSeq ?? state.heads[id]?.last_seq;
  const missed = before ? entries.filter((entry) => entry.seq > before && entry.from === "user" && !isRead(state, id, entry)).length : 0;
  const thread = mergeEntries(state.threads[id], entries);
  const known = {
    ...thread,
    completeThrough: Math.max(completeThrough, thread.completeThrough ?? 0),
    delivery: delivery ? { ...delivery, failed: thread.delivery?.failed ?? [] } : thread.delivery,
  };
  const threads = { ...state.threads, [id]: known };
  return markUnread(withoutStored(withHead({ ...state, threads }, head), entries), id, missed);
}

/** @param {State} state @param {{conversation_id: string, entry: Entry, head: Head}} event */
function entryArrived(state, { conversation_id: id, entry, head }) {
  const before = withLiveHead(state, head);
  const thread = state.threads[id];
  const isNew = entry.seq > (thread?.highestSeq ?? 0) && !isRead(state, id, entry);
  const threads = thread ? { ...before.threads, [id]: appendEntry(thread, entry) } : before.threads;
  const after = typingEnded(withoutStored({ ...before, threads }, [entry]), { id, author: entry.author.id });
  const isGiven = alertReason(state.me?.id, state.heads[id], head, entry) === "assigned";
  return isNew && (entry.from === "user" || isGiven) ? markUnread(after, id) : after;
}

/** @param {State} state @param {{head: Head}} event */
function headArrived(state, { head }) {
  const after = withLiveHead(state, head);
  return head.status === "waiting" && needsAttention(state, head) && !isReadThrough(head, state.readThrough[head.id]) ? markUnread(after, head.id) : after;
}

/** Removes the messages from the outbox that the server has stored. @param {State} state @param {Entry[]} entries */
function withoutStored(state, entries) {
  const ids = new Set(entries.map((entry) => entry.message_id).filter(Boolean));
  if (!ids.size || !state.outbox.length) return state;
  return { ...state, outbox: state.outbox.filter((message) => !ids.has(message.id)) };
}

/** The progress never goes back, even if events arrive out of order.
 * @param {State} before @param {{conversation_id: string, through: number, attempts: number, failed: number | null, resent?: number | null}} event */
function deliveryArrived(before, { conversation_id: id, through, attempts, failed, resent }) {
  const state = resent ? entryResent(before, { id, seq: resent }) : before;
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

/** The bot's server has accepted an entry that had been given up. @param {State} state @param {{id: string, seq: number}} event */
function entryResent(state, { id, seq }) {
  const thread = state.threads[id];
  if (!thread) return state;
  const entries = thread.entries.map((entry) => (entry.seq === seq ? { ...entry, delivery: undefined } : entry));
  const delivery = thread.delivery && { ...thread.delivery, failed: thread.delivery.failed.filter((each) => each !== seq) };
  return { ...state, threads: { ...state.threads, [id]: { ...thread, entries, delivery } } };
}

// Unread marks, typing signs and presence

/** The conversation that the agent is looking at, or null. @param {State} state */
export const visibleConversation = ({ selected, pane, view, isHidden }) => (pane !== "inbox" && view === "conversations" && !isHidden ? selected : null);

/** Does nothing if the agent is looking at the conversation. @param {State} state @param {string} id @param {number} [count] */
function markUnread(state, id, count = 1) {
  return visibleConversation(state) === id || !count ? state : { ...state, unread: { ...state.unread, [id]: (state.unread[id] ?? 0) + count } };
}

/** @param {State} state @param {string | null} id */
function markSeen(state, id) {
  if (!id || !(id in state.unread)) return state;
  const { [id]: _, ...unread } = state.unread;
  return { ...state, unread };
}

/** @param {State} state @param {{conversation_id: string, from: string, author: import("./types.js").Person, at: number}} event */
function typingArrived(state, { conversation_id: id, from, author, at }) {
  const typist = { name: author.name || author.id, from, until: at + TYPING_DURATION };
  return { ...state, typing: { ...state.typing, [id]: { ...state.typing[id], [author.id]: typist } } };
}

/** @param {State} state @param {{id: string, author: string}} event */
function typingEnded(state, { id, author }) {
  if (!state.typing[id]?.[author]) return state;
  const { [author]: _, ...others } = state.typing[id];
  return { ...state, typing: { ...state.typing, [id]: others } };
}

/** The agent may have chosen the status on another device. @param {State} state @param {{agent: import("./types.js").Person, status: any}} event */
function presenceArrived(state, { agent: { id }, status }) {
  const agents = Object.entries(state.agents).map(([bot, team]) =>
    [bot, team.map((agent) => (agent.id === id ? { ...agent, status } : agent))]);
  return { ...state, status: id === state.me?.id ? status : state.status, agents: Object.fromEntries(agents) };
}

// What the agent does

/** @param {State} state @param {{id: string | null}} event @returns {State} */
function selected(state, { id }) {
  const before = { ...state, view: "conversations", selected: id };
  return id === null ? { ...before, pane: "inbox" } : markSeen({ ...before, pane: "thread" }, id);
}

/** @param {State} state @param {{isHidden: boolean}} event */
const visibilityChanged = (state, { isHidden }) =>
  markSeen({ ...state, isHidden }, isHidden || state.pane === "inbox" ? null : state.selected);

/** @param {State} state @param {{id: string, phase: Outgoing["phase"], error?: string}} event */
const outgoingChanged = (state, { id, phase, error }) => ({
  ...state,
  outbox: state.outbox.map((message) => (message.id === id ? { ...message, phase, error } : message)),
});

/** The newest is first, and each appears once. @param {State} state @param {{notifications: import("./types.js").Notification[]}} event */
function notificationsArrived(state, { notifications }) {
  const byId = new Map([...state.notifications, ...notifications].map((each) => [each.id, each]));
  const all = [...byId.values()].sort((a, b) => (a.at < b.at ? 1 : -1));
  return { ...state, notifications: all.slice(0, MAX_NOTIFICATIONS) };
}

/** By event type. @type {Record<string, (state: State, event: any) => State>} */
const REDUCERS = {
  signed_in: signedIn,
  signed_out: (state, { hasEnded = false }) => (hasEnded ? { ...state, hasEnded, connection: "off", viewers: {}, typing: {} } : INITIAL_STATE),
  connection: (state, { connection, retryAt = 0 }) => ({ ...state, connection, retryAt }),
  status: (state, { status }) => ({ ...state, status }),
  view: (state, { view }) => ({ ...state, view }),
  dialog: (state, { dialog, macro = null }) => ({ ...state, dialog, macro }),
  visibility: visibilityChanged,
  unread_restored: (state, { unread, seenSeqs }) => ({ ...state, unread, seenSeqs }),
  syncing: (state) => ({ ...state, changedDuringSync: [] }),
  synced,
  head: headArrived,
  entry: entryArrived,
  thread_page: threadPage,
  delivery: deliveryArrived,
  entry_resent: entryResent,
  selected,
  pane: (state, { pane }) => ({ ...state, pane }),
  tab: (state, { tab }) => ({ ...state, tab, search: "", searchResults: null, isFiltering: false }),
  queue_filter: (state, { queue }) => ({ ...state, queueFilter: queue }),
  search: (state, { search }) => ({ ...state, search, searchResults: search ? state.searchResults : null }),
  filtering: (state, { isFiltering, filters = state.filters }) => ({ ...state, isFiltering, filters }),
  views: (state, { views }) => ({ ...state, views }),
  search_results: (state, { heads, search }) =>
    search === state.search ? heads.reduce(withHead, { ...state, searchResults: heads.map((/** @type {Head} */ head) => head.id) }) : state,
  recent_page: (state, { heads, nextPages }) => heads.reduce(withHead, { ...state, nextPages }),
  outgoing_added: (state, { message }) => ({ ...state, outbox: [...state.outbox, message] }),
  outgoing_changed: outgoingChanged,
  outgoing_removed: (state, { id }) => ({ ...state, outbox: state.outbox.filter((message) => message.id !== id) }),
  typing: typingArrived,
  typing_ended: typingEnded,
  read: (state, { conversation_id: id, seq }) => withRead(state, [id, seq]),
  viewers: (state, { conversation_id: id, people }) => ({ ...state, viewers: { ...state.viewers, [id]: people } }),
  queues: (state, { bot, queues }) => ({ ...state, queues: { ...state.queues, [bot]: queues } }),
  agents: (state, { bot, agents }) => ({ ...state, agents: { ...state.agents, [bot]: agents } }),
  presence: presenceArrived,
  replies: (state, { bot, replies }) => ({ ...state, replies: { ...state.replies, [bot]: replies } }),
  notifications: notificationsArrived,
  notifications_read: (state, { ids }) => ({
    ...state,
    notifications: state.notifications.map((each) => (ids.includes(each.id) ? { ...each, read: true } : each)),
  }),
  toast: (state, { toast }) => ({ ...state, toast }),
  announcement: (state, { text }) => ({ ...state, announcement: text }),
};
