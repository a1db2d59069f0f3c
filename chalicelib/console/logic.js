// @ts-check
// What the console knows, and how it changes: (state, event) -> state. Pure: no clock, no network.

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Head} Head */
/** @typedef {import("./types.js").Entry} Entry */
/** @typedef {import("./types.js").Thread} Thread */
/** @typedef {import("./types.js").Outgoing} Outgoing */

/** @type {State} */
export const EMPTY = {
  me: null,
  link: "off",
  retryAt: 0,
  status: "offline",
  heads: {},
  threads: {},
  selected: null,
  pane: "queue",
  tab: "waiting",
  search: "",
  found: null,
  outbox: [],
  unread: {},
  typing: {},
  agents: {},
  notices: [],
  toast: null,
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

/** The whole board: what is absent is gone, but what is open or was found stays.
 * @param {State} state @param {{heads: Head[]}} event */
function synced(state, { heads }) {
  const listed = Object.fromEntries(heads.map((head) => [head.id, head]));
  const kept = Object.values(state.heads).filter((head) => head.id in state.threads || head.status === "bot");
  const before = { ...state, heads: Object.fromEntries(kept.map((head) => [head.id, head])) };
  return Object.values(listed).reduce(withHead, before);
}

// Threads: entries by number, each once.

/** @param {Thread | undefined} thread @param {Entry[]} entries @returns {Thread} */
function merged(thread, entries) {
  const known = thread?.entries ?? [];
  const last = known.length ? known[known.length - 1].seq : 0;
  const fresh = entries.every((entry, at) => entry.seq > (at ? entries[at - 1].seq : last));
  const all = fresh ? [...known, ...entries] : sorted([...known, ...entries]);
  const told = Math.max(thread?.told ?? 0, ...entries.map((entry) => entry.seq));
  return { ...thread, entries: all, told };
}

/** @param {Thread} thread @param {Entry} entry @returns {Thread} */
function grown(thread, entry) {
  const through = thread.through ?? 0;
  return { ...merged(thread, [entry]), through: entry.seq === through + 1 ? entry.seq : through };
}

/** @param {Entry[]} entries */
function sorted(entries) {
  const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** A page of a thread; `through` is how far the server has told everything.
 * @param {State} state @param {{id: string, entries: Entry[], head: Head, through: number}} event */
function watched(state, { id, entries, head, through }) {
  const thread = merged(state.threads[id], entries);
  const known = { ...thread, through: Math.max(through, thread.through ?? 0) };
  const threads = { ...state.threads, [id]: known };
  return delivered(withHead({ ...state, threads }, head), entries);
}

/** @param {State} state @param {{conversation_id: string, entry: Entry, head: Head}} event */
function entryCame(state, { conversation_id: id, entry, head }) {
  const before = withHead(state, head);
  const thread = state.threads[id];
  const isNews = !thread || entry.seq > (thread.told ?? 0);
  const threads = thread ? { ...before.threads, [id]: grown(thread, entry) } : before.threads;
  const after = delivered({ ...before, threads }, [entry]);
  return isNews && entry.from === "user" ? noticed(quiet(after, id), id) : after;
}

/** @param {State} state @param {{head: Head}} event */
function headCame(state, { head }) {
  const known = state.heads[head.id];
  const after = withHead(state, head);
  const news = after.heads[head.id] === head && head.last_seq > (known?.last_seq ?? 0);
  return news && head.status === "waiting" ? noticed(after, head.id) : after;
}

/** What has come back is no longer on its way.
 * @param {State} state @param {Entry[]} entries */
function delivered(state, entries) {
  const ids = new Set(entries.map((entry) => entry.message_id).filter(Boolean));
  if (!ids.size || !state.outbox.length) return state;
  return { ...state, outbox: state.outbox.filter((each) => !ids.has(each.id)) };
}

/** @param {State} state @param {string} id */
function noticed(state, id) {
  if (state.selected === id && state.pane === "thread") return state;
  return { ...state, unread: { ...state.unread, [id]: (state.unread[id] ?? 0) + 1 } };
}

/** @param {State} state @param {string} id */
function quiet(state, id) {
  if (!state.typing[id]) return state;
  const typing = { ...state.typing };
  delete typing[id];
  return { ...state, typing };
}

// What the agent does

/** @param {State} state @param {{id: string | null}} event @returns {State} */
function selected(state, { id }) {
  if (id === null) return { ...state, selected: null, pane: "queue" };
  const unread = { ...state.unread };
  delete unread[id];
  return { ...state, selected: id, pane: "thread", unread };
}

/** @param {State} state @param {{message: Outgoing}} event */
const queued = (state, { message }) => ({ ...state, outbox: [...state.outbox, message] });

/** @param {State} state @param {{id: string, phase: Outgoing["phase"], why?: string}} event */
const moved = (state, { id, phase, why }) => ({
  ...state,
  outbox: state.outbox.map((each) => (each.id === id ? { ...each, phase, why } : each)),
});

/** @param {State} state @param {{id: string}} event */
const dropped = (state, { id }) => ({ ...state, outbox: state.outbox.filter((each) => each.id !== id) });

/** @type {Record<string, (state: State, event: any) => State>} */
const STEPS = {
  signed_in: (state, { me }) => ({ ...state, me }),
  signed_out: () => EMPTY,
  link: (state, { link, retryAt = 0 }) => ({ ...state, link, retryAt }),
  status: (state, { status }) => ({ ...state, status }),
  synced,
  head: headCame,
  entry: entryCame,
  watched,
  selected,
  pane: (state, { pane }) => ({ ...state, pane }),
  tab: (state, { tab }) => ({ ...state, tab, search: "", found: null }),
  search: (state, { search }) => ({ ...state, search, found: search ? state.found : null }),
  found: (state, { heads, search }) =>
    search === state.search ? heads.reduce(withHead, { ...state, found: heads.map((/** @type {Head} */ h) => h.id) }) : state,
  queued,
  moved,
  dropped,
  accepted: (state, { id }) => moved(state, { id, phase: "sent" }),
  listed: (state, { heads }) => heads.reduce(withHead, state),
  typing: (state, { conversation_id: id, author, at }) => ({
    ...state,
    typing: { ...state.typing, [id]: { name: author.name, until: at + 5000 } },
  }),
  still: (state, { id }) => quiet(state, id),
  agents: (state, { bot, agents }) => ({ ...state, agents: { ...state.agents, [bot]: agents } }),
  presence: (state, { agent, status }) => ({
    ...state,
    agents: Object.fromEntries(
      Object.entries(state.agents).map(([bot, all]) => [
        bot,
        all.map((each) => (each.id === agent.id ? { ...each, status } : each)),
      ]),
    ),
  }),
  notification: (state, { notification }) => ({
    ...state,
    notices: [notification, ...state.notices.filter((each) => each.id !== notification.id)].slice(0, 50),
  }),
  toast: (state, { toast }) => ({ ...state, toast }),
};

// What is shown

export const TABS = ["waiting", "mine", "others", "recent"];

/** @type {Record<string, (head: Head, me: string) => boolean>} */
const BELONGS = {
  waiting: (head) => head.status === "waiting",
  mine: (head, me) => head.status === "agent" && head.owner === me,
  others: (head, me) => head.status === "agent" && head.owner !== me,
  recent: () => true,
};

/** @param {State} state @param {string} tab @returns {Head[]} */
export function rows(state, tab = state.tab) {
  if (state.found) return state.found.map((id) => state.heads[id]).filter(Boolean);
  const me = state.me?.id ?? "";
  const found = Object.values(state.heads).filter((head) => BELONGS[tab](head, me));
  return found.sort(tab === "recent" ? byActivity : byUrgency);
}

/** @param {Head} a @param {Head} b */
function byUrgency(a, b) {
  const since = (/** @type {Head} */ head) => head.waiting_since ?? head.handoff?.requested_at ?? head.updated_at;
  return b.priority - a.priority || compare(since(a), since(b)) || compare(a.id, b.id);
}

/** @param {Head} a @param {Head} b */
const byActivity = (a, b) => compare(b.updated_at, a.updated_at) || compare(a.id, b.id);

/** @param {string} a @param {string} b */
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** Who owned each moment: consecutive entries of one stretch together.
 * @param {Entry[]} entries @returns {{owner: "bot" | "waiting" | "agent", name: string | null, entries: Entry[]}[]} */
export function stretches(entries) {
  /** @type {ReturnType<typeof stretches>} */
  const found = [];
  /** @type {{owner: "bot" | "waiting" | "agent", name: string | null}} */
  let turn = { owner: "bot", name: null };
  for (const entry of entries) {
    const after = turnAfter(turn, entry);
    if (!found.length || after !== turn) found.push({ ...after, entries: [] });
    turn = after;
    found[found.length - 1].entries.push(entry);
  }
  return found;
}

/** @param {{owner: "bot" | "waiting" | "agent", name: string | null}} turn @param {Entry} entry
 * @returns {{owner: "bot" | "waiting" | "agent", name: string | null}} */
function turnAfter(turn, entry) {
  const owner = entry.payload?.owner;
  if (entry.kind === "requested" || entry.kind === "released") return { owner: "waiting", name: null };
  if (entry.kind === "claimed") return { owner: "agent", name: owner?.name ?? null };
  if (entry.kind === "transferred") return owner ? { owner: "agent", name: owner.name } : { owner: "waiting", name: null };
  if (entry.kind === "returned" && entry.payload?.outcome !== "message_left") return { owner: "bot", name: null };
  return turn;
}

/** How long the user has waited, in ms: while in the queue since the request; with an agent, since
 * the user wrote unanswered, and not at all while the agent spoke last. @param {Head} head @param {number} now */
export function waited(head, now) {
  if (head.status === "waiting") return now - Date.parse(head.waiting_since ?? head.updated_at);
  const last = head.last_message;
  return head.status === "agent" && last?.from === "user" ? now - Date.parse(last.at) : 0;
}

/** @param {number} ms @returns {"calm" | "soon" | "late"} */
export const urgency = (ms) => (ms >= 300_000 ? "late" : ms >= 60_000 ? "soon" : "calm");

/** @param {State} state */
export const unreadCount = (state) => Object.keys(state.unread).length;

/** What a canned reply becomes: named fields and nothing else. @param {string} text @param {Record<string, string>} fields */
export const filled = (text, fields) => text.replace(/\{(agent|user)\}/g, (_, name) => fields[name] ?? "?");

/** Where a thread has a gap that only the server can fill. @param {Thread | undefined} thread @param {Head | undefined} head */
export function isBehind(thread, head) {
  return !!thread && !!head && (thread.through ?? 0) < head.last_seq;
}

/** The part of a long list that is near what one sees.
 * @param {number} count @param {number} size @param {number} top @param {number} height */
export function windowOf(count, size, top, height) {
  const first = Math.max(0, Math.floor(top / size) - 8);
  return { first, last: Math.min(count, Math.ceil((top + height) / size) + 8) };
}
