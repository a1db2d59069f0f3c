// @ts-check
// Types of the console's state and of what the server sends. This file contains no code.

/** The current state of a conversation, as the server sends it.
 * @typedef {{id: string, bot: string, channel: string, user: string, user_name: string | null, thread: string | null,
 *   status: "bot" | "waiting" | "agent", paused: boolean, epoch: number, owner: string | null, owner_name: string | null,
 *   queue: string | null, priority: number, handoff: {id: string, reason: string | null, requested_at: string,
 *   claimed_at: string | null, opened_seq: number} | null, offered_to: {id: string, name: string, until: string} | null,
 *   last_seq: number, last_message: {seq: number, from: string, text: string, at: string} | null,
 *   waiting_since: string | null, unanswered_since: string | null, snoozed_until: string | null, tags: string[], created_at: string, updated_at: string, visible?: boolean}} Head */
/** @typedef {{id: string, name: string}} Person */
/** @typedef {{seq: number, kind: string, from: string, author: Person, type: string | null,
 *   text: string | null, payload: any, epoch: number, at: string, message_id: string | null, delivery?: "failed"}} Entry */
/** Deliveries to the bot's server: all entries up to the number `through` are done, the next one has
 * failed `attempts` times, and those in `failed` were given up.
 * @typedef {{through: number, attempts: number, failed: number[]}} Delivery */
/** The entries that the console has loaded. `highestSeq` is the highest number among them. The
 * console has every entry up to `completeThrough`, except those before the first one.
 * @typedef {{entries: Entry[], highestSeq?: number, completeThrough?: number, delivery?: Delivery | null}} Thread */
/** @typedef {"bot" | "waiting" | "agent"} OwnerKind */
/** Consecutive entries under the same owner. A long run is split into several blocks, or `hidden` entries before `entries`
 * are folded, until `fold` is among the open ones.
 * @typedef {{key: string, owner: OwnerKind, name: string | null, isFirst: boolean, entries: Entry[], hidden?: number, fold?: number}} Block */
/** A message that the server has not sent back yet or, with `command`, a command that it has not carried out yet.
 * The `text` of a command is its note. In the phase "undoable" the agent can still undo it.
 * @typedef {{id: string, conversation_id: string, bot: string, text: string, epoch: number | null, suggestion?: number, payload?: object,
 *   command?: "unpause" | "release" | "transfer", fields?: object, phase: "undoable" | "queued" | "sending" | "sent" | "failed", error?: string}} Outgoing */
/** @typedef {{id: string, name: string, email: string, role: string, queues: string[], capacity: number | null,
 *   open: number, status: "online" | "away" | "offline", chosen_status: "online" | "away" | "offline",
 *   has_password?: boolean}} Agent */
/** `author` has mentioned the agent in a note, if its `kind` is "mention".
 * @typedef {{id: string, message: string, level: string, kind: "message" | "mention" | "set_away" | "set_offline", author: Person | null, url: string | null, conversation_id: string | null, at: string,
 *   read: boolean, bot: string}} Notification */
/** @typedef {{text: string, kind: "info" | "warn", open?: {bot: string, id: string}, isArrival: boolean}} Toast */
/** A canned reply. It is a macro if it adds tags, or in the end closes the handoff or transfers the conversation. Only the agent
 * sees their own. @typedef {{name: string, text: string, tags: string[], outcome: string | null, queue: string | null, isOwn?: boolean}} Reply */
/** A search with a name. `bot` is that whose team has it, or null if it is the agent's own.
 * @typedef {{name: string, query: string, filters: Record<string, string>, bot: string | null}} SavedView */
/** @typedef {{name: string, from: string, until: number}} Typist */
/** `readThrough` has the number of the last entry that the agent has read on any device, as far as the server has told.
 * `hasEnded` is true after a session that the server has ended; `me` is then who signs in again, if it was not at the start. `changedDuringSync` lists the conversations that changed since the last sync began, or is null while no sync runs.
 * `seenSeqs` has the last entry that each conversation had before the page was reloaded, until the first sync.
 * `searchResults` lists the conversations that a search found, or is null while there is no search.
 * @typedef {{me: {id: string, name: string, email: string, bots: string[], role: string | null, mustEnrol?: boolean} | null, hasEnded: boolean, view: string,
 *   connection: "off" | "connecting" | "on" | "lost", retryAt: number, status: "online" | "away" | "offline", isSynced: boolean,
 *   changedDuringSync: string[] | null, seenSeqs: Record<string, number> | null, heads: Record<string, Head>, threads: Record<string, Thread>, selected: string | null,
 *   isHidden: boolean, pane: "inbox" | "thread" | "details", tab: string, queueFilter: string, search: string, isFiltering: boolean, filters: Record<string, string>, views: SavedView[],
 *   searchResults: string[] | null, nextPages: Record<string, string>, outbox: Outgoing[], unread: Record<string, number>, readThrough: Record<string, number>,
 *   typing: Record<string, Record<string, Typist>>, viewers: Record<string, Person[]>, agents: Record<string, Agent[]>,
 *   queues: Record<string, {name: string, served: boolean}[]>,
 *   replies: Record<string, Reply[]>, notifications: Notification[], dialog: string | null, macro: Reply | null,
 *   toast: Toast | null, announcement: string}} State */
export {};
