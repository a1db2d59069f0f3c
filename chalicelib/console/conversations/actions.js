// @ts-check
// What an agent does with a conversation.
import { botPath, conversationPath, request, showError } from "../connection/api.js";
import { sendAction } from "../connection/socket.js";
import { listedConversations, pendingCommand } from "../state/conversation_list.js";
import { preferences } from "../state/preferences.js";
import { dispatch, showToast, state } from "../state/store.js";
import { t } from "../strings/translate.js";
import { discardCommand, sendMessage, sendUndoable } from "./outbox.js";
import { openConversation } from "./queries.js";

/** @typedef {import("../state/types.js").Head} Head */

/** The commands that wait for their reply. @type {Set<string>} */
const running = new Set();

/** Does nothing while the same command waits for its reply. Shows the error and answers false if it fails.
 * @param {string} action @param {Head} head @param {() => Promise<any>} send */
async function once(action, head, send) {
  const key = `${action} ${head.id}`;
  if (running.has(key)) return false;
  running.add(key);
  try {
    const after = await send();
    if (after.status) dispatch({ type: "head", head: after });
    return true;
  } catch (error) {
    showError(error);
    return false;
  } finally {
    running.delete(key);
  }
}

/** Sends a command for this conversation over the socket. It replaces one that the agent could still undo.
 * @param {string} action @param {Head} head @param {object} [fields] */
function runCommand(action, head, fields) {
  discardCommand(head.id);
  return once(action, head, () => sendAction(action, { conversation_id: head.id, bot: head.bot, ...fields }));
}

/** Not over the socket: its frames may have 32 KB. @param {Head} head @param {string} text @param {string[]} mentions ids of colleagues */
export const addNote = (head, text, mentions) => once("note", head, () => request("POST", `${conversationPath(head)}/notes`, { text, mentions }));

/** The command that gives the conversation to the agent `me`, by the conversation's status.
 * @type {Record<Head["status"], (head: Head, me: string) => Promise<boolean>>} */
const CLAIM = {
  bot: (head, me) => runCommand("pause", head, { agent: me }),
  waiting: (head) => runCommand("claim", head, { epoch: head.epoch }),
  agent: (head, me) => runCommand("transfer", head, { agent: me, epoch: head.epoch }),
};

/** @param {Head} head */
export async function claim(head) {
  if (!(await CLAIM[head.status](head, state.value.me?.id ?? ""))) return;
  if (!state.value.search) dispatch({ type: "tab", tab: "mine" });
  focusComposer("reply");
}

/** From the bot to the queue. @param {Head} head */
export const putInQueue = (head) => thenFocusThread(runCommand("pause", head));

/** The server offers the conversation to the next agent. @param {Head} head */
export const declineOffer = (head) => thenFocusThread(runCommand("release", head, { epoch: head.epoch }));

/** From the agent to the queue, unless the agent undoes it. @param {Head} head */
export const putBackInQueue = (head) => endTurn("release", head);

/** Lets the inactivity timers wait; null ends that. @param {Head} head @param {string | null} until */
export const snooze = (head, until) => runCommand("snooze", head, { epoch: head.epoch, until });

/** Ends the handoff, unless the agent undoes it. @param {Head} head @param {{outcome?: string, note?: string}} [fields] */
export function handBackToBot(head, fields = {}) {
  const isOpen = state.value.selected === head.id;
  const done = endTurn("unpause", head, fields);
  if (isOpen && preferences.openNext) openNext();
  return done;
}

/** Opens the agent's conversation whose user has waited longest, if there is one. */
function openNext() {
  const unfiltered = { ...state.value, searchResults: null, queueFilter: "" };
  const next = listedConversations(unfiltered, "mine").find((head) => !pendingCommand(state.value, head.id));
  if (next) openConversation(next.id);
}

/** @param {"unpause" | "release" | "transfer"} command @param {Head} head @param {object} [fields] */
function endTurn(command, head, fields) {
  sendUndoable(command, head, fields);
  return thenFocusThread(Promise.resolve(true));
}

/** @param {string} id of the conversation */
export function undoCommand(id) {
  discardCommand(id);
  if (state.value.selected === id) thenFocusThread(Promise.resolve(true));
}

/** To an agent or a queue, unless the agent undoes it. @param {Head} head @param {{agent?: string, queue?: string, note?: string}} target */
export const transfer = (head, target) => endTurn("transfer", head, target);

/** Adds the tags, sends the text, and then closes the handoff or transfers the conversation: with the commands that the agent could
 * give one after the other. If the tags are refused, the rest is not done.
 * @param {Head} head @param {import("../state/types.js").Reply} macro @param {string} text */
export async function applyMacro(head, { tags, outcome, queue }, text) {
  if (tags.length && !(await changeTags(head, (known) => [...new Set([...known, ...tags])]))) return;
  if (text) sendMessage(head, text);
  if (outcome) handBackToBot(head, { outcome });
  else if (queue) transfer(head, { queue });
  else focusComposer("reply");
}

/** The button that was pressed disappears with the command: moves the focus to the thread, so that it is not lost.
 * @param {Promise<boolean>} command */
async function thenFocusThread(command) {
  const isDone = await command;
  if (isDone) setTimeout(() => document.getElementById("thread")?.focus());
  return isDone;
}

/** The composer adds `text` to its draft. @param {"reply" | "note"} mode @param {string} [text] */
export function focusComposer(mode, text) {
  dispatchEvent(new CustomEvent("baton:compose", { detail: { mode, text } }));
}

/** The composer shows the message that the next reply answers to. @param {import("../state/types.js").Entry} entry */
export function quoteMessage(entry) {
  focusComposer("reply");
  dispatchEvent(new CustomEvent("baton:quote", { detail: entry }));
}

/** @param {Head} head */
export const sendTyping = (head) => sendAction("typing", { conversation_id: head.id, bot: head.bot }).catch(() => {});

/** @type {Promise<unknown>} */
let lastTagging = Promise.resolve();

/** One change after the other: each call replaces all tags. Shows the error and answers false if it fails.
 * @param {Head} head @param {(tags: string[]) => string[]} change */
export function changeTags(head, change) {
  const done = lastTagging.then(() => once("tags", head, () => {
    const { tags } = state.value.heads[head.id] ?? head;
    return request("PUT", `${conversationPath(head)}/tags`, { tags: change(tags) });
  }));
  lastTagging = done;
  return done;
}

/** A status that the agent has chosen without a connection. @type {string | null} */
let unsentStatus = null;

/** @param {string} status */
export async function setStatus(status) {
  dispatch({ type: "status", status });
  unsentStatus = status;
  try {
    await sendAction("presence", { status });
    unsentStatus = null;
  } catch (error) {
    showError(error);
  }
}

/** Sends an entry to the bot's server again. @param {Head} head @param {number} seq */
export async function resendEntry(head, seq) {
  try {
    const { status } = await request("POST", `${conversationPath(head)}/resend`, { seq });
    if (status === "delivered") dispatch({ type: "entry_resent", id: head.id, seq });
    else showToast(t("message_undelivered"), "warn");
  } catch (error) {
    showError(error);
  }
}

/** At the beginning of a session. @param {string} status */
export function restoreStatus(status) {
  unsentStatus = null;
  dispatch({ type: "status", status });
}

/** On a new connection. */
export const sendUnsentStatus = () => unsentStatus && setStatus(unsentStatus);

/** The agent may have chosen it on another device. @param {string} status */
export const showStatus = (status) => unsentStatus || dispatch({ type: "status", status });

/** @param {import("../state/types.js").Notification[]} notifications */
export function markNotificationsRead(notifications) {
  const unread = notifications.filter((each) => !each.read);
  dispatch({ type: "notifications_read", ids: unread.map((each) => each.id) });
  for (const { bot, id } of unread) {
    request("POST", `${botPath(bot)}/notifications/${encodeURIComponent(id)}/read`, {}).catch(() => {});
  }
}
