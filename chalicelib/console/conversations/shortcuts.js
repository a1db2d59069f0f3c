// @ts-check
// Keyboard shortcuts. What changes a conversation needs a modifier. Single keys only navigate: letters that were meant
// for the text box can reach the page. They are off until the agent switches them on, and do nothing while the agent types.
import { listedConversations, pendingCommand } from "../state/conversation_list.js";
import { mayManage } from "../state/permissions.js";
import { preferences } from "../state/preferences.js";
import { openDialog, selectedHead, state } from "../state/store.js";
import { isComposing } from "../ui/html.js";
import { claim, declineOffer, focusComposer, handBackToBot, putBackInQueue, putInQueue, undoCommand } from "./actions.js";
import { openConversation } from "./queries.js";

/** @typedef {import("../state/types.js").Head} Head */

/** @param {number} by 1 for the next conversation of the list, -1 for the previous one */
function step(by) {
  const list = listedConversations(state.value);
  const at = list.findIndex((head) => head.id === state.value.selected);
  const to = list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + by))];
  if (to) openConversation(to.id);
}

/** On a Mac, Option types special characters. */
const isMac = /Mac|iP/.test(navigator.platform);
export const MODIFIER = isMac ? "Control" : "Alt";

const isMine = (/** @type {Head} */ head) => head.status === "agent" && head.owner === state.value.me?.id;
const isOfferedToMe = (/** @type {Head} */ head) => head.offered_to?.id === state.value.me?.id;
const isWithAgent = (/** @type {Head} */ head) => head.status === "agent" && mayManage(state.value, head);
const isClaimable = (/** @type {Head} */ head) => head.owner !== state.value.me?.id && (head.status !== "agent" || mayManage(state.value, head));

/** Runs `act` with the open conversation if it `isPossible`: if it `applies` to it.
 * @param {(head: Head) => void} act @param {(head: Head) => boolean} [applies] */
function withOpen(act, applies = () => true) {
  const isPossible = () => {
    const head = selectedHead();
    return !!head && applies(head) && !pendingCommand(state.value, head.id);
  };
  return Object.assign(() => void (isPossible() && act(selectedHead())), { isPossible });
}

const focusSearch = () => /** @type {HTMLElement | null} */ (document.querySelector("input[type=search]"))?.focus();

const lastCommand = () => state.value.outbox.findLast((each) => each.command && each.phase !== "failed");
const undoLast = Object.assign(() => undoCommand(lastCommand()?.conversation_id ?? ""), { isPossible: () => !!lastCommand() });

/** @typedef {(() => void) & {isPossible?: () => boolean}} Action */

/** By key: what it does, and the name of its text. @type {Record<string, [run: Action, text: string]>} */
const SINGLE_KEYS = {
  j: [() => step(1), "next_conversation"],
  k: [() => step(-1), "previous_conversation"],
  s: [focusSearch, "search"],
  r: [() => focusComposer("reply"), "reply"],
  n: [() => focusComposer("note"), "note"],
  "/": [withOpen(() => focusComposer("reply", "/"), isMine), "canned_replies"],
  "?": [() => openDialog("shortcuts"), "shortcuts"],
};

/** With the modifier. @type {typeof SINGLE_KEYS} */
const MODIFIED_KEYS = {
  s: [() => dispatchEvent(new CustomEvent("baton:suggestion")), "send_suggestion"],
  t: [withOpen(claim, isClaimable), "claim"],
  d: [withOpen(declineOffer, isOfferedToMe), "decline"],
  p: [withOpen(putInQueue, (head) => head.status === "bot"), "put_in_queue"],
  b: [withOpen((head) => handBackToBot(head), isMine), "hand_back"],
  q: [withOpen(putBackInQueue, isMine), "put_back"],
  x: [withOpen(() => openDialog("transfer"), isWithAgent), "transfer"],
  e: [withOpen(() => openDialog("close"), (head) => head.status === "waiting" || isWithAgent(head)), "close_title"],
  z: [undoLast, "undo"],
};

/** What the agent can do at this moment with the open conversation. @returns {{run: Action, text: string, key: string}[]} */
export const possibleActions = () => {
  const known = Object.entries(MODIFIED_KEYS).map(([key, [run, text]]) => ({ run, text, key: `${MODIFIER}+${key.toUpperCase()}` }));
  return known.filter(({ run }) => run.isPossible?.());
};

/** All shortcuts with the names of their texts, for the list that the agent sees. */
export const SHORTCUTS = [
  ...Object.entries(MODIFIED_KEYS).map(([key, [, text]]) => [`${MODIFIER}+${key.toUpperCase()}`, text]),
  [isMac ? "Cmd+K" : "Ctrl+K", "search_and_actions"], ["Enter", "send"], ["Shift+Enter", "new_line"], ["Esc", "close_conversation"],
  ...Object.entries(SINGLE_KEYS).map(([key, [, text]]) => [key.toUpperCase(), text]),
];

/** The letter that the key types. If it is of another script, the Latin letter at the same position.
 * @param {KeyboardEvent} event */
function letter({ key, code, shiftKey }) {
  if (/^[ -~]/.test(key) || /\p{Script=Latin}/u.test(key)) return key.toLowerCase();
  if (code === "Slash") return shiftKey ? "?" : "/";
  return code.replace("Key", "").toLowerCase();
}

/** AltGr, which Windows reports as Ctrl and Alt, types characters like the Polish ś. @param {KeyboardEvent} event */
function hasOnlyModifier(event) {
  const { altKey, ctrlKey, metaKey, shiftKey } = event;
  return (isMac ? ctrlKey && !altKey : altKey && !ctrlKey) && !metaKey && !shiftKey && !event.getModifierState("AltGraph");
}

/** @param {KeyboardEvent} event @param {boolean} isTyping */
function shortcutFor(event, isTyping) {
  const key = letter(event);
  if (hasOnlyModifier(event)) return isTyping && key !== "s" ? undefined : MODIFIED_KEYS[key];
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.getModifierState("AltGraph");
  return isPlain && !isTyping && preferences.singleKeys ? SINGLE_KEYS[key] : undefined;
}

/** @param {KeyboardEvent} event */
function handleKey(event) {
  if (!state.value.me || event.defaultPrevented || isComposing(event) || document.querySelector("dialog[open]")) return;
  if ((isMac ? event.metaKey : event.ctrlKey) && !event.altKey && !event.shiftKey && letter(event) === "k") {
    event.preventDefault();
    return openDialog("palette");
  }
  const target = /** @type {HTMLElement} */ (event.target);
  const isTyping = target.matches?.("input, textarea, select");
  if (event.key === "Escape") {
    if (document.querySelector(":popover-open")) return;
    return isTyping ? target.blur() : openConversation(null);
  }
  const shortcut = shortcutFor(event, isTyping);
  if (!shortcut || state.value.view !== "conversations") return;
  event.preventDefault();
  if (!event.repeat || !hasOnlyModifier(event)) shortcut[0]();
}

export const listenForShortcuts = () => addEventListener("keydown", handleKey);
