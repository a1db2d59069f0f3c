// @ts-check
// Which conversations each list shows, in which order, and how urgent they are. Pure.
import { isOfferedTo } from "./alerts.js";

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

/** The search results, if there are any; otherwise the conversations of the tab and the chosen queue.
 * @param {State} state @param {string} tab @returns {Head[]} */
export function listedConversations(state, tab = state.tab) {
  if (state.searchResults) return state.searchResults.map((id) => state.heads[id]).filter(Boolean);
  const { queueFilter } = state;
  const me = state.me?.id ?? "";
  const listed = Object.values(state.heads).filter((head) => BELONGS[tab](head, me) && (!queueFilter || head.queue === queueFilter));
  const isOffer = (/** @type {Head} */ head) => +isOfferedTo(head, me);
  /** @type {Record<string, (a: Head, b: Head) => number>} */
  const orders = { recent: byActivity, mine: byUnanswered, waiting: (a, b) => isOffer(b) - isOffer(a) || byUrgency(a, b) };
  return listed.sort(orders[tab] ?? byUrgency);
}

/** @param {Head} a @param {Head} b */
function byUrgency(a, b) {
  const since = (/** @type {Head} */ head) => head.waiting_since ?? head.handoff?.requested_at ?? head.updated_at;
  return b.priority - a.priority || compare(since(a), since(b)) || compare(a.id, b.id);
}

/** The user who has waited longest for an answer is first; those who are answered come last.
 * @param {Head} a @param {Head} b */
const byUnanswered = (a, b) => compare(a.unanswered_since ?? "~", b.unanswered_since ?? "~") || byActivity(a, b);

/** @param {Head} a @param {Head} b */
export const byActivity = (a, b) => compare(b.updated_at, a.updated_at) || compare(a.id, b.id);

/** @param {string} a @param {string} b */
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** How long the user has been waiting, in ms. In the queue, the time since the request. With an agent, the time
 * since the first message that is not answered, or 0 if the agent wrote last. @param {Head} head @param {number} now */
export function waitingTime(head, now) {
  if (head.status === "waiting") return now - Date.parse(head.waiting_since ?? head.updated_at);
  return head.unanswered_since ? now - Date.parse(head.unanswered_since) : 0;
}

/** The command that was given for the conversation and that the server has not answered yet. @param {State} state @param {string} id */
export const pendingCommand = ({ outbox }, id) =>
  outbox.find((each) => each.command && each.conversation_id === id && each.phase !== "failed");

/** Whether the conversation is snoozed at this moment. @param {Head} head @param {number} now */
export const isSnoozed = (head, now) => Date.parse(head.snoozed_until ?? "") > now;

/** The names of texts and the times, in local time, that an agent can choose. The server accepts at most seven days ahead:
 * 6e8 ms are almost that long. @param {Date} now @returns {[text: string, until: Date][]} */
export function snoozeChoices(now) {
  const nine = (/** @type {number} */ days) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 9);
  const week = Math.min(+nine(8 - (now.getDay() || 7)), +now + 6e8);
  return [["in_1_hour", new Date(+now + 3_600_000)], ["tomorrow", nine(1)], ["next_week", new Date(week)]];
}

/** @param {number} ms @returns {"calm" | "soon" | "late"} */
export const urgency = (ms) => (ms >= 300_000 ? "late" : ms >= 60_000 ? "soon" : "calm");

/** The number of conversations with something unread. @param {State} state */
export const unreadCount = (state) => Object.keys(state.unread).length;

/** The names of the queues that contain a conversation. @param {State} state */
export const activeQueues = (state) =>
  [...new Set(Object.values(state.heads).flatMap((head) => (head.paused && head.queue ? [head.queue] : [])))].sort();

/** The load of each queue of a bot. `longest` is the longest waiting time in ms, `claimed` the number of
 * conversations with agents, `online` the number of agents online who serve the queue.
 * @param {State} state @param {string} bot @param {number} now */
export function queueLoads(state, bot, now) {
  const agents = state.agents[bot] ?? [];
  const queues = state.queues[bot] ?? [];
  const heads = Object.values(state.heads).filter((head) => head.bot === bot && head.paused);
  const names = [...new Set([...heads.map((head) => head.queue), ...agents.flatMap((agent) => agent.queues), ...queues.map((queue) => queue.name)])];
  return names.sort((a, b) => compare(a ?? "", b ?? "")).map((name) => {
    const waiting = heads.filter((head) => head.queue === name && head.status === "waiting");
    const serving = agents.filter((agent) => agent.status === "online" && (!name || agent.queues.includes(name)));
    return {
      name,
      waiting: waiting.length,
      longest: Math.max(0, ...waiting.map((head) => waitingTime(head, now))),
      claimed: heads.filter((head) => head.queue === name && head.status === "agent").length,
      online: serving.length,
      served: queues.find((queue) => queue.name === name)?.served ?? true,
    };
  });
}

/** What a search compares: lower case, without accents. @param {string} text */
export const folded = (text) => text.normalize("NFKD").replace(/[\p{M}\ufe0f]/gu, "").toLowerCase();

/** Whether each word of the search is in what the list knows about the conversation. @param {Head} head @param {string} search */
export function matchesSearch(head, search) {
  const { user_name, user, id, thread, channel, queue, owner_name, tags, handoff, last_message } = head;
  const known = folded([user_name, user, id, thread, channel, queue, owner_name, ...tags, handoff?.reason, last_message?.text].filter(Boolean).join("\n"));
  return folded(search).split(/\s+/).every((word) => known.includes(word));
}

/** The rows of a long list that are on the screen, and eight more on each side.
 * @param {number} count @param {number} rowHeight @param {number} top @param {number} height */
export function visibleRange(count, rowHeight, top, height) {
  const first = Math.max(0, Math.floor(top / rowHeight) - 8);
  return { first, last: Math.min(count, Math.ceil((top + height) / rowHeight) + 8) };
}

/** The row that gets the focus after an arrow key, Home or End, or null for other keys.
 * @param {{key: string}} event @param {number} at @param {number} count */
export function rowAfterKey({ key }, at, count) {
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: count - 1 }[key];
  return to === undefined || to < 0 || to >= count ? null : to;
}
