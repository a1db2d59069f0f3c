// @ts-check
// Keyboard shortcuts. Single keys can be switched off in the settings, and do nothing while the agent types.
import { listedConversations } from "../state/conversation_list.js";
import { mayManage } from "../state/permissions.js";
import { preferences } from "../state/preferences.js";
import { openDialog, selectedHead, state } from "../state/store.js";
import { claim, declineOffer, focusComposer, handBackToBot, putBackInQueue, putInQueue } from "./actions.js";
import { openConversation } from "./queries.js";

/** @typedef {import("../state/types.js").Head} Head */

/** @param {number} by 1 for the next conversation of the list, -1 for the previous one */
function step(by) {
  const list = listedConversations(state.value);
  const at = list.findIndex((head) => head.id === state.value.selected);
  const to = list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + by))];
  if (to) openConversation(to.id);
}

const isMine = (/** @type {Head} */ head) => head.status === "agent" && head.owner === state.value.me?.id;
const isOfferedToMe = (/** @type {Head} */ head) => head.offered_to?.id === state.value.me?.id;
const isWithAgent = (/** @type {Head} */ head) => head.status === "agent" && mayManage(state.value, head);
const isClaimable = (/** @type {Head} */ head) => head.owner !== state.value.me?.id && (head.status !== "agent" || mayManage(state.value, head));

/** Runs `act` with the open conversation if `applies` to it. @param {(head: Head) => void} act @param {(head: Head) => boolean} [applies] */
const withOpen = (act, applies = () => true) => () => {
  const head = selectedHead();
  if (head && applies(head)) act(head);
};

const focusSearch = () => /** @type {HTMLElement | null} */ (document.querySelector("input[type=search]"))?.focus();

/** By key: what it does, and the name of its text. @type {Record<string, [run: () => void, text: string]>} */
const SINGLE_KEYS = {
  j: [() => step(1), "key_j"],
  k: [() => step(-1), "key_k"],
  s: [focusSearch, "key_s"],
  t: [withOpen(claim, isClaimable), "key_t"],
  d: [withOpen(declineOffer, isOfferedToMe), "decline"],
  p: [withOpen(putInQueue, (head) => head.status === "bot"), "queue_it"],
  r: [withOpen(() => focusComposer("reply")), "key_r"],
  n: [withOpen(() => focusComposer("note")), "key_n"],
  "/": [withOpen(() => focusComposer("reply", "/"), isMine), "key_slash"],
  b: [withOpen((head) => handBackToBot(head), isMine), "key_b"],
  q: [withOpen(putBackInQueue, isMine), "key_q"],
  x: [withOpen(() => openDialog("transfer"), isWithAgent), "key_x"],
  e: [withOpen(() => openDialog("close"), (head) => head.status === "waiting" || isWithAgent(head)), "key_e"],
  "?": [() => openDialog("shortcuts"), "key_help"],
};

/** All shortcuts with the names of their texts, for the list that the agent sees. */
export const SHORTCUTS = [
  ...Object.entries(SINGLE_KEYS).map(([key, [, text]]) => [key.toUpperCase(), text]),
  ["Alt+S", "key_suggest"], ["Enter", "key_send"], ["Shift+Enter", "key_line"], ["Esc", "key_escape"],
];

/** The letter on the key. On a keyboard with another script, the Latin letter at the same position.
 * @param {KeyboardEvent} event */
function letter({ key, code, shiftKey }) {
  if (/^[ -~]/.test(key)) return key.toLowerCase();
  if (code === "Slash") return shiftKey ? "?" : "/";
  return code.replace("Key", "").toLowerCase();
}

/** @param {KeyboardEvent} event */
function handleKey(event) {
  if (!state.value.me || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && document.querySelector(":popover-open")) return;
  if (event.altKey && event.code === "KeyS") {
    event.preventDefault();
    return void dispatchEvent(new CustomEvent("baton:suggestion"));
  }
  const target = /** @type {HTMLElement} */ (event.target);
  const isTyping = target.matches?.("input, textarea, select");
  if (event.key === "Escape") return isTyping ? target.blur() : openConversation(null);
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !preferences.keys) return;
  const shortcut = SINGLE_KEYS[letter(event)];
  if (!shortcut || state.value.view !== "conversations") return;
  event.preventDefault();
  shortcut[0]();
}

export const listenForShortcuts = () => addEventListener("keydown", handleKey);
