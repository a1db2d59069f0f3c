// @ts-check
// Messages that the agent sends. They are shown at once, sent in order, and stored in this tab until
// the server has them. The server stores each message id once, so a retry never sends twice.
// Commands that end the agent's turn wait here too, so that they can be undone and are not lost.
import { ApiError, conversationPath, request, showError } from "../connection/api.js";
import { sendAction } from "../connection/socket.js";
import { pendingCommand } from "../state/conversation_list.js";
import { readObject, store } from "../state/storage.js";
import { dispatch, state } from "../state/store.js";
import { loadMissingEntries } from "./queries.js";

/** @typedef {import("../state/types.js").Head} Head */
/** @typedef {import("../state/types.js").Outgoing} Outgoing */

const STORAGE_KEY = "baton.outbox";
const RETRY_DELAY = 2000;
/** Bytes. Longer texts are sent over REST: API Gateway closes a socket whose frame is longer than 32 KB. */
const MAX_FRAME = 24_000;
/** Milliseconds in which a command can be undone. */
const UNDO_TIME = 5000;
/** Milliseconds after which an accepted message must have come back as an entry. */
const ENTRY_EXPECTED_WITHIN = 3000;

/** A suggestion that is on its way is not sent again.
 * @param {Head} head @param {string} text @param {number} [suggestion] number of the suggestion that is sent @param {object} [payload] */
export function sendMessage(head, text, suggestion, payload) {
  if (suggestion && state.value.outbox.some((each) => each.conversation_id === head.id && each.suggestion === suggestion)) return;
  add(head, { text, suggestion, payload, phase: "queued" });
  flushOutbox();
}

/** @param {Head} head @param {Partial<Outgoing>} fields */
function add(head, fields) {
  const message = { id: crypto.randomUUID(), conversation_id: head.id, bot: head.bot, epoch: head.epoch, ...fields };
  dispatch({ type: "outgoing_added", message });
  storeOutbox();
  return message.id;
}

/** Sends the command in `UNDO_TIME`. It replaces an earlier one of the conversation that has not been sent.
 * @param {NonNullable<Outgoing["command"]>} command @param {Head} head @param {{note?: string, [field: string]: any}} [fields] */
export function sendUndoable(command, head, fields = {}) {
  discardCommand(head.id);
  const id = add(head, { command, fields, text: fields.note ?? "", phase: "undoable" });
  setTimeout(() => {
    enqueueUndoable(id);
    flushOutbox();
  }, UNDO_TIME);
}

/** From now on, the command or, without `id`, every command waits only for the connection. @param {string} [id] */
function enqueueUndoable(id) {
  const due = state.value.outbox.filter((each) => each.phase === "undoable" && (!id || each.id === id));
  for (const each of due) dispatch({ type: "outgoing_changed", id: each.id, phase: "queued" });
}

/** Discards the conversation's command if it has not been sent. @param {string} conversation */
export function discardCommand(conversation) {
  const command = pendingCommand(state.value, conversation);
  if (command && command.phase !== "sending") discardMessage(command.id);
}

/** Sends the commands at once: the page or the session may end before their time. */
export function sendCommandsNow() {
  enqueueUndoable();
  return Promise.all(state.value.outbox.filter((each) => each.command && each.phase === "queued").map(trySend));
}

/** Sends a refused message again, as a new message under the current epoch. @param {string} id */
export function resendMessage(id) {
  const message = state.value.outbox.find((each) => each.id === id);
  const head = message && state.value.heads[message.conversation_id];
  if (!message || !head) return;
  discardMessage(id);
  if (message.command) sendUndoable(message.command, head, message.fields);
  else sendMessage(head, message.text, message.suggestion);
}

/** @param {string} id */
export function discardMessage(id) {
  dispatch({ type: "outgoing_removed", id });
  storeOutbox();
}

/** Restores the messages that were not sent when the page was left. */
export function restoreOutbox() {
  const known = new Set(state.value.outbox.map((message) => message.id));
  for (const message of Object.values(readObject("sessionStorage", STORAGE_KEY))) {
    const isValid = message?.id && message.conversation_id && ["queued", "failed"].includes(message.phase);
    if (isValid && !known.has(message.id)) dispatch({ type: "outgoing_added", message });
  }
}

export const clearOutbox = () => store("sessionStorage", STORAGE_KEY, null);

/** The number of replies that the server has not accepted. */
export const countUnsent = () => Object.values(readObject("sessionStorage", STORAGE_KEY)).filter((each) => !each?.command).length;

/** After the session has ended, what is stored stays for the next one. */
function storeOutbox() {
  if (!state.value.me) return;
  const unsent = state.value.outbox.filter((message) => message.phase !== "sent");
  const stored = unsent.map((message) => (message.phase === "failed" ? message : { ...message, phase: "queued" }));
  store("sessionStorage", STORAGE_KEY, stored);
}

let isFlushing = false;

/** Sends one message after the other: the server may handle frames of one connection in any order. Commands come
 * last, because they end the turn in which the agent may write. */
export async function flushOutbox() {
  if (isFlushing) return;
  isFlushing = true;
  try {
    for (;;) {
      const queued = state.value.outbox.filter((each) => each.phase === "queued");
      const message = queued.find((each) => !each.command) ?? queued[0];
      if (!message || state.value.connection !== "on" || !(await trySend(message))) return;
    }
  } finally {
    isFlushing = false;
  }
}

/** Answers false if it is unknown whether the message arrived. It is then sent again under the same id.
 * @param {Outgoing} message */
async function trySend(message) {
  const { id, conversation_id, bot, text, epoch, suggestion, payload, command, fields } = message;
  dispatch({ type: "outgoing_changed", id, phase: "sending" });
  try {
    if (command) {
      const head = await request("POST", `${conversationPath({ bot, id: conversation_id })}/${command}`, { epoch, ...fields }, id);
      discardMessage(id);
      if (state.value.me) dispatch({ type: "head", head });
      return true;
    }
    const content = { message_id: id, epoch, ...(suggestion ? { suggestion } : { text, payload }) };
    if (new Blob([JSON.stringify(content)]).size > MAX_FRAME) await request("POST", `${conversationPath({ bot, id: conversation_id })}/messages`, content);
    else await sendAction("message", { conversation_id, bot, ...content });
    dispatch({ type: "outgoing_changed", id, phase: "sent" });
    setTimeout(() => loadIfMissing(message), ENTRY_EXPECTED_WITHIN);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const isUnknown = !error.status || [401, 429].includes(error.status) || error.status > 500;
    dispatch({ type: "outgoing_changed", id, phase: isUnknown ? "queued" : "failed", error: error.message });
    if (command && !isUnknown) commandFailed(message, error);
    if (isUnknown) setTimeout(flushOutbox, RETRY_DELAY);
    return !isUnknown;
  } finally {
    storeOutbox();
  }
}

/** A refused command is kept only for its note. @param {Outgoing} command @param {ApiError} error */
function commandFailed({ id, text }, error) {
  showError(error);
  if (!text) discardMessage(id);
}

/** If the server accepted the message but its event was lost, load the entry. @param {Outgoing} message */
function loadIfMissing({ id, conversation_id }) {
  if (state.value.outbox.some((each) => each.id === id)) loadMissingEntries(conversation_id);
}
