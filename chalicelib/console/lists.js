// @ts-check
// What stands in the lists, in which order, and how urgent it is. Pure.

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Head} Head */

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
  const found = Object.values(state.heads).filter((head) => BELONGS[tab](head, me) && (!state.queue || head.queue === state.queue));
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

/** The names of all queues in which something stands. @param {State} state */
export const queuesOf = (state) =>
  [...new Set(Object.values(state.heads).flatMap((head) => (head.paused && head.queue ? [head.queue] : [])))].sort();

/** Of one bot: each queue with who waits, how long the first of them has, and who could come.
 * @param {State} state @param {string} bot @param {number} now */
export function loads(state, bot, now) {
  const agents = state.agents[bot] ?? [];
  const heads = Object.values(state.heads).filter((head) => head.bot === bot && head.paused);
  const names = [...new Set([...heads.map((head) => head.queue), ...agents.flatMap((each) => each.queues)])];
  return names.sort((a, b) => compare(a ?? "", b ?? "")).map((name) => {
    const waiting = heads.filter((head) => head.queue === name && head.status === "waiting");
    const serving = agents.filter((each) => each.status === "online" && (!name || each.queues.includes(name)));
    return {
      name,
      waiting: waiting.length,
      longest: Math.max(0, ...waiting.map((head) => waited(head, now))),
      taken: heads.filter((head) => head.queue === name && head.status === "agent").length,
      online: serving.length,
    };
  });
}

/** What a canned reply becomes: named fields and nothing else. @param {string} text @param {Record<string, string>} fields */
export const filled = (text, fields) => text.replace(/\{(agent|user)\}/g, (_, name) => fields[name] ?? "?");

/** The canned replies that fit what stands after the slash: first those whose name begins so.
 * @param {import("./types.js").Reply[]} replies @param {string} wanted */
export function fitting(replies, wanted) {
  const word = wanted.toLowerCase();
  const begins = replies.filter((each) => each.name.toLowerCase().startsWith(word));
  const holds = replies.filter((each) => !begins.includes(each) && `${each.name} ${each.text}`.toLowerCase().includes(word));
  return [...begins, ...(word ? holds : [])].slice(0, 8);
}

/** The part of a long list that is near what one sees.
 * @param {number} count @param {number} size @param {number} top @param {number} height */
export function windowOf(count, size, top, height) {
  const first = Math.max(0, Math.floor(top / size) - 8);
  return { first, last: Math.min(count, Math.ceil((top + height) / size) + 8) };
}
