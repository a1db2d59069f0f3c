// @ts-check
// The keyboard: one table. Single keys can be switched off, and never fire while one writes.
import { rows } from "./lists.js";
import { decline, queue, release, resume, take, write } from "./moves.js";
import { preferences } from "./preferences.js";
import { open } from "./reading.js";
import { current, state } from "./store.js";
import { show } from "./views/dialogs.js";
import { governs } from "./views/header.js";

/** @param {number} by */
function step(by) {
  const list = rows(state.value);
  const at = list.findIndex((head) => head.id === state.value.selected);
  const to = list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + by))];
  if (to) open(to.id);
}

/** Only with a conversation that is open, and mine. @param {(head: import("./types.js").Head) => void} act */
const withMine = (act) => () => {
  const head = current();
  if (head?.status === "agent" && head.owner === state.value.me?.id) act(head);
};

/** @param {(head: import("./types.js").Head) => void} act */
const withOpen = (act) => () => {
  const head = current();
  if (head) act(head);
};

/** Only with what waits, or what one may move. @param {(head: import("./types.js").Head) => void} act */
const withMovable = (act) => withOpen((head) => (head.status === "waiting" || (head.status === "agent" && governs(state.value, head))) && act(head));

const find = () => /** @type {HTMLElement | null} */ (document.querySelector("input[type=search]"))?.focus();

/** Key, what it does, and the name of it in the sheet. @type {Record<string, [act: () => void, name: string]>} */
const SINGLE = {
  j: [() => step(1), "key_j"],
  k: [() => step(-1), "key_k"],
  s: [find, "key_s"],
  t: [withOpen((head) => head.owner !== state.value.me?.id && (head.status !== "agent" || governs(state.value, head)) && take(head)), "key_t"],
  d: [withOpen((head) => head.offered_to?.id === state.value.me?.id && decline(head)), "decline"],
  p: [withOpen((head) => head.status === "bot" && queue(head)), "queue_it"],
  r: [withOpen(() => write("reply")), "key_r"],
  n: [withOpen(() => write("note")), "key_n"],
  "/": [withMine(() => write("reply", "/")), "key_slash"],
  b: [withMine(resume), "key_b"],
  q: [withMine(release), "key_q"],
  x: [withMovable((head) => head.status === "agent" && show("transfer")), "key_x"],
  e: [withMovable(() => show("end")), "key_e"],
  "?": [() => show("keys"), "key_help"],
};

export const SHEET = [
  ...Object.entries(SINGLE).map(([key, [, name]]) => [key.toUpperCase(), name]),
  ["Alt+S", "key_suggest"], ["Enter", "key_send"], ["Shift+Enter", "key_line"], ["Esc", "key_escape"],
];

/** By its letter; on a keyboard of another script, by its place. @param {KeyboardEvent} event */
function letter({ key, code, shiftKey }) {
  if (/^[ -~]/.test(key)) return key.toLowerCase();
  if (code === "Slash") return shiftKey ? "?" : "/";
  return code.replace("Key", "").toLowerCase();
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (!state.value.me || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && document.querySelector(":popover-open")) return;
  if (event.altKey && event.code === "KeyS") {
    event.preventDefault();
    return void dispatchEvent(new CustomEvent("baton:suggestion"));
  }
  const target = /** @type {HTMLElement} */ (event.target);
  const isWriting = target.matches?.("input, textarea, select");
  if (event.key === "Escape") return isWriting ? target.blur() : open(null);
  if (isWriting || event.ctrlKey || event.metaKey || event.altKey || !preferences.keys) return;
  const found = SINGLE[letter(event)];
  if (!found || state.value.view !== "conversations") return;
  event.preventDefault();
  found[0]();
}

export const listenToKeys = () => addEventListener("keydown", pressed);
