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
  j: [() => step(1), "next_conversation"],
  k: [() => step(-1), "previous_conversation"],
  s: [focusSearch, "search"],
  t: [withOpen(claim, isClaimable), "claim"],
  d: [withOpen(declineOffer, isOfferedToMe), "decline"],
  p: [withOpen(putInQueue, (head) => head.status === "bot"), "put_in_queue"],
  r: [withOpen(() => focusComposer("reply")), "reply"],
  n: [withOpen(() => focusComposer("note")), "note"],
  "/": [withOpen(() => focusComposer("reply", "/"), isMine), "canned_replies"],
  b: [withOpen((head) => handBackToBot(head), isMine), "hand_back"],
  q: [withOpen(putBackInQueue, isMine), "put_back"],
  x: [withOpen(() => openDialog("transfer"), isWithAgent), "transfer"],
  e: [withOpen(() => openDialog("close"), (head) => head.status === "waiting" || isWithAgent(head)), "close_title"],
  "?": [() => openDialog("shortcuts"), "shortcuts"],
};

/** All shortcuts with the names of their texts, for the list that the agent sees. */
export const SHORTCUTS = [
  ...Object.entries(SINGLE_KEYS).map(([key, [, text]]) => [key.toUpperCase(), text]),
  ["Alt+S", "send_suggestion"], ["Enter", "send"], ["Shift+Enter", "new_line"], ["Esc", "close_conversation"],
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
