// @ts-check
// Messages: shown at once, sent in order, never twice; kept in the tab until the server has them.
import { Refused } from "./api.js";
import { ask } from "./link.js";
import { catchUp } from "./reading.js";
import { state, tell } from "./store.js";

/** @typedef {import("./types.js").Head} Head */
/** @typedef {import("./types.js").Outgoing} Outgoing */

const KEPT = "baton.outbox";

/** @param {Head} head @param {string} text @param {number} [suggestion] */
export function say(head, text, suggestion) {
  queue({ id: crypto.randomUUID(), conversation_id: head.id, bot: head.bot, text, epoch: head.epoch, suggestion, phase: "queued" });
}

/** @param {Outgoing} message */
function queue(message) {
  tell({ type: "queued", message });
  keep();
  flush();
}

/** As a new message, under today's epoch: the old one was refused. @param {string} id */
export function again(id) {
  const message = state.value.outbox.find((each) => each.id === id);
  const head = message && state.value.heads[message.conversation_id];
  if (!message || !head) return;
  drop(id);
  say(head, message.text, message.suggestion);
}

/** @param {string} id */
export function drop(id) {
  tell({ type: "dropped", id });
  keep();
}

/** What was on its way when the page was left. */
export function restore() {
  const known = new Set(state.value.outbox.map((each) => each.id));
  for (const message of JSON.parse(sessionStorage.getItem(KEPT) ?? "[]")) {
    if (!known.has(message.id)) tell({ type: "queued", message });
  }
}

export const forgetOutbox = () => sessionStorage.removeItem(KEPT);

function keep() {
  const open = state.value.outbox.filter((each) => each.phase !== "sent");
  const after = open.map((each) => (each.phase === "sending" ? { ...each, phase: "queued" } : each));
  sessionStorage.setItem(KEPT, JSON.stringify(after));
}

let isFlushing = false;

/** One after the other: frames of one connection may overtake each other. */
export async function flush() {
  if (isFlushing) return;
  isFlushing = true;
  try {
    for (;;) {
      const message = state.value.outbox.find((each) => each.phase === "queued");
      if (!message || state.value.link !== "on" || !(await sent(message))) return;
    }
  } finally {
    isFlushing = false;
  }
}

/** False where nobody knows whether it arrived: it is sent again, under the same id.
 * @param {Outgoing} message */
async function sent(message) {
  const { id, conversation_id, bot, text, epoch, suggestion } = message;
  tell({ type: "moved", id, phase: "sending" });
  try {
    const said = suggestion ? { suggestion } : { text };
    await ask("message", { conversation_id, bot, message_id: id, epoch, ...said });
    tell({ type: "accepted", id });
    setTimeout(() => settle(message), 3000);
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const isUnknown = !error.status || error.status === 503;
    tell({ type: "moved", id, phase: isUnknown ? "queued" : "failed", why: error.message });
    if (isUnknown) setTimeout(flush, 2000);
    return !isUnknown;
  } finally {
    keep();
  }
}

/** Accepted, but the event was lost on its way: look. @param {Outgoing} message */
function settle({ id, conversation_id }) {
  if (state.value.outbox.some((each) => each.id === id)) catchUp(conversation_id);
}
