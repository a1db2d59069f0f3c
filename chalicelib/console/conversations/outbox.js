// @ts-check
// Messages that the agent sends. They are shown at once, sent in order, and stored in this tab until
// the server has them. The server stores each message id once, so a retry never sends twice.
import { ApiError } from "../connection/api.js";
import { sendAction } from "../connection/socket.js";
import { dispatch, state } from "../state/store.js";
import { loadMissingEntries } from "./queries.js";

/** @typedef {import("../state/types.js").Head} Head */
/** @typedef {import("../state/types.js").Outgoing} Outgoing */

const STORAGE_KEY = "baton.outbox";
const RETRY_DELAY = 2000;
/** Milliseconds after which an accepted message must have come back as an entry. */
const ENTRY_EXPECTED_WITHIN = 3000;

/** @param {Head} head @param {string} text @param {number} [suggestion] number of the suggestion that is sent */
export function sendMessage(head, text, suggestion) {
  const message = { id: crypto.randomUUID(), conversation_id: head.id, bot: head.bot, text, epoch: head.epoch, suggestion, phase: "queued" };
  dispatch({ type: "outgoing_added", message });
  storeOutbox();
  flushOutbox();
}

/** Sends a refused message again, as a new message under the current epoch. @param {string} id */
export function resendMessage(id) {
  const message = state.value.outbox.find((each) => each.id === id);
  const head = message && state.value.heads[message.conversation_id];
  if (!message || !head) return;
  discardMessage(id);
  sendMessage(head, message.text, message.suggestion);
}

/** @param {string} id */
export function discardMessage(id) {
  dispatch({ type: "outgoing_removed", id });
  storeOutbox();
}

/** Restores the messages that were not sent when the page was left. */
export function restoreOutbox() {
  const known = new Set(state.value.outbox.map((message) => message.id));
  for (const message of JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "[]")) {
    if (!known.has(message.id)) dispatch({ type: "outgoing_added", message });
  }
}

export const clearOutbox = () => sessionStorage.removeItem(STORAGE_KEY);

function storeOutbox() {
  const unsent = state.value.outbox.filter((message) => message.phase !== "sent");
  const stored = unsent.map((message) => (message.phase === "sending" ? { ...message, phase: "queued" } : message));
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(stored));
}

let isFlushing = false;

/** Sends one message after the other: the server may handle frames of one connection in any order. */
export async function flushOutbox() {
  if (isFlushing) return;
  isFlushing = true;
  try {
    for (;;) {
      const message = state.value.outbox.find((each) => each.phase === "queued");
      if (!message || state.value.connection !== "on" || !(await trySend(message))) return;
    }
  } finally {
    isFlushing = false;
  }
}

/** Answers false if it is unknown whether the message arrived. It is then sent again under the same id.
 * @param {Outgoing} message */
async function trySend(message) {
  const { id, conversation_id, bot, text, epoch, suggestion } = message;
  dispatch({ type: "outgoing_changed", id, phase: "sending" });
  try {
    const content = suggestion ? { suggestion } : { text };
    await sendAction("message", { conversation_id, bot, message_id: id, epoch, ...content });
    dispatch({ type: "outgoing_changed", id, phase: "sent" });
    setTimeout(() => loadIfMissing(message), ENTRY_EXPECTED_WITHIN);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const isUnknown = !error.status || error.status === 503;
    dispatch({ type: "outgoing_changed", id, phase: isUnknown ? "queued" : "failed", error: error.message });
    if (isUnknown) setTimeout(flushOutbox, RETRY_DELAY);
    return !isUnknown;
  } finally {
    storeOutbox();
  }
}

/** If the server accepted the message but its event was lost, load the entry. @param {Outgoing} message */
function loadIfMissing({ id, conversation_id }) {
  if (state.value.outbox.some((each) => each.id === id)) loadMissingEntries(conversation_id);
}
