// @ts-check
// The supervisors' table of conversations: its order and its filters. Pure.
import { matchesSearch, waitingTime } from "../state/conversation_list.js";

/** @typedef {import("../state/types.js").Head} Head */
/** `word` is as in the search of the inbox; `longerThan` is in ms. An empty field lets everything through; `agent` "-" means: nobody.
 * @typedef {{word: string, queue: string, agent: string, longerThan: number}} Filter */
/** @typedef {{column: string, isDescending: boolean}} Order */

/** @type {Filter} */
export const NO_FILTER = { word: "", queue: "", agent: "", longerThan: 0 };

/** @param {Head[]} heads @param {Filter} filter @param {number} now */
export const filtered = (heads, { word, queue, agent, longerThan }, now) => heads.filter((head) =>
  (!word.trim() || matchesSearch(head, word.trim())) && (!queue || head.queue === queue)
  && (!agent || (head.owner ?? "-") === agent) && (!longerThan || waitingTime(head, now) >= longerThan));

/** By the columns of the table. @type {Record<string, (head: Head, now: number) => string | number>} */
const VALUES = {
  user: (head) => (head.user_name ?? head.user).toLowerCase(),
  queue: (head) => (head.queue ?? "").toLowerCase(),
  waiting_column: waitingTime,
  agent: (head) => (head.owner_name ?? "").toLowerCase(),
};
export const COLUMNS = Object.keys(VALUES);

/** Heads that are equal in the column keep their order. @param {Head[]} heads @param {Order | null} order @param {number} now */
export function sorted(heads, order, now) {
  if (!order) return heads;
  const valueOf = VALUES[order.column];
  const sign = order.isDescending ? -1 : 1;
  const compare = (/** @type {string | number} */ a, /** @type {string | number} */ b) =>
    (typeof a === "number" ? a - Number(b) : a.localeCompare(String(b)));
  return [...heads].sort((a, b) => sign * compare(valueOf(a, now), valueOf(b, now)));
}

/** The order after a click on the column's name. Times are first shown with the longest at the top. @param {Order | null} order @param {string} column @returns {Order} */
export const orderAfterClick = (order, column) =>
  ({ column, isDescending: order?.column === column ? !order.isDescending : column === "waiting_column" });

/** In ms: whoever waits longer, waits too long. It is where the mark of a waiting time turns red. */
const TOO_LONG = 300_000;

/** The findings that need a supervisor, by the key of their text: users in queues that nobody serves or where nobody is online, long waits,
 * and agents who take no more. The worst comes first.
 * @param {{name: string | null, waiting: number, longest: number, online: number, served: boolean}[]} loads @param {import("../state/types.js").Agent[]} agents
 * @returns {{text: string, queue?: string | null, count?: number, longest?: number, agent?: import("../state/types.js").Agent}[]} */
export function needsAttention(loads, agents) {
  const waiting = loads.filter((load) => load.waiting > 0);
  const about = (/** @type {string} */ text, /** @type {typeof loads} */ found) => found.map(({ name, waiting: count, longest }) => ({ text, queue: name, count, longest }));
  return [
    ...about("attention_unserved", waiting.filter((load) => !load.served)),
    ...about("attention_offline", waiting.filter((load) => load.served && !load.online)),
    ...about("attention_long", waiting.filter((load) => load.longest >= TOO_LONG).sort((a, b) => b.longest - a.longest)),
    ...agents.filter((agent) => agent.status !== "offline" && isFull(agent)).map((agent) => ({ text: "attention_full", agent })),
  ];
}

/** @param {import("../state/types.js").Agent} agent */
export const isFull = ({ open, capacity }) => capacity !== null && open >= capacity;
