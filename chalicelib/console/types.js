// @ts-check
// What the server says, as the console needs it. No code: only types.

/** @typedef {{id: string, bot: string, channel: string, user: string, user_name: string | null, thread: string | null,
 *   status: "bot" | "waiting" | "agent", paused: boolean, epoch: number, owner: string | null, owner_name: string | null,
 *   queue: string | null, priority: number, handoff: {id: string, reason: string | null, requested_at: string,
 *   claimed_at: string | null, opened_seq: number} | null, offered_to: {id: string, name: string, until: string} | null,
 *   last_seq: number, last_message: {seq: number, from: string, text: string, at: string} | null,
 *   waiting_since: string | null, tags: string[], created_at: string, updated_at: string, visible?: boolean}} Head */
/** @typedef {{seq: number, kind: string, from: string, author: {id: string, name: string}, type: string | null,
 *   text: string | null, payload: any, epoch: number, at: string, message_id: string | null}} Entry */
/** @typedef {{entries: Entry[], told?: number, through?: number}} Thread */
/** @typedef {{id: string, conversation_id: string, bot: string, text: string, epoch: number | null, suggestion?: number,
 *   phase: "queued" | "sending" | "sent" | "failed", why?: string}} Outgoing */
/** @typedef {{id: string, name: string, email: string, role: string, queues: string[], capacity: number | null,
 *   open: number, status: "online" | "away" | "offline"}} Agent */
/** @typedef {{id: string, message: string, level: string, url: string | null, conversation_id: string | null, at: string,
 *   read: boolean}} Notice */
/** @typedef {{me: {id: string, name: string, email: string, bots: string[], role: string | null} | null,
 *   link: "off" | "connecting" | "on" | "lost", retryAt: number, status: "online" | "away" | "offline",
 *   heads: Record<string, Head>, threads: Record<string, Thread>, selected: string | null,
 *   pane: "queue" | "thread" | "details", tab: string, search: string, found: string[] | null, outbox: Outgoing[],
 *   unread: Record<string, number>, typing: Record<string, {name: string, until: number}>,
 *   agents: Record<string, Agent[]>, notices: Notice[], toast: {text: string, kind: string} | null}} State */
export {};
