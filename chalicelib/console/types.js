// @ts-check
// What the server says, as the console needs it, and what the console knows. No code: only types.

/** @typedef {{id: string, bot: string, channel: string, user: string, user_name: string | null, thread: string | null,
 *   status: "bot" | "waiting" | "agent", paused: boolean, epoch: number, owner: string | null, owner_name: string | null,
 *   queue: string | null, priority: number, handoff: {id: string, reason: string | null, requested_at: string,
 *   claimed_at: string | null, opened_seq: number} | null, offered_to: {id: string, name: string, until: string} | null,
 *   last_seq: number, last_message: {seq: number, from: string, text: string, at: string} | null,
 *   waiting_since: string | null, tags: string[], created_at: string, updated_at: string, visible?: boolean}} Head */
/** @typedef {{id: string, name: string}} Person */
/** @typedef {{seq: number, kind: string, from: string, author: Person, type: string | null,
 *   text: string | null, payload: any, epoch: number, at: string, message_id: string | null}} Entry */
/** How far the bot's server has been told, and how often the next entry has failed.
 * @typedef {{through: number, attempts: number, failed: number[]}} Delivery */
/** @typedef {{entries: Entry[], told?: number, through?: number, delivery?: Delivery | null}} Thread */
/** @typedef {"bot" | "waiting" | "agent"} Turn */
/** Entries of one stretch under one owner; of a long stretch, a part.
 * @typedef {{key: string, owner: Turn, name: string | null, isFirst: boolean, entries: Entry[]}} Block */
/** @typedef {{id: string, conversation_id: string, bot: string, text: string, epoch: number | null, suggestion?: number,
 *   phase: "queued" | "sending" | "sent" | "failed", why?: string}} Outgoing */
/** @typedef {{id: string, name: string, email: string, role: string, queues: string[], capacity: number | null,
 *   open: number, status: "online" | "away" | "offline"}} Agent */
/** @typedef {{id: string, message: string, level: string, url: string | null, conversation_id: string | null, at: string,
 *   read: boolean, bot: string}} Notice */
/** @typedef {{name: string, text: string}} Reply */
/** @typedef {{name: string, from: string, until: number}} Typist */
/** @typedef {{me: {id: string, name: string, email: string, bots: string[], role: string | null} | null, view: string,
 *   link: "off" | "connecting" | "on" | "lost", retryAt: number, status: "online" | "away" | "offline", isSynced: boolean, meanwhile: string[] | null,
 *   heads: Record<string, Head>, threads: Record<string, Thread>, selected: string | null, hidden: boolean,
 *   pane: "queue" | "thread" | "details", tab: string, queue: string, search: string, found: string[] | null,
 *   more: Record<string, string>, outbox: Outgoing[], unread: Record<string, number>,
 *   typing: Record<string, Record<string, Typist>>, viewers: Record<string, Person[]>,
 *   agents: Record<string, Agent[]>, replies: Record<string, Reply[]>, notices: Notice[],
 *   toast: {text: string, kind: string} | null}} State */
export {};
