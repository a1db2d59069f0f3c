// @ts-check
// The keyboard: one table. Single keys can be switched off, and never fire while one writes.
import { rows } from "./lists.js";
import { release, resume, take, write } from "./moves.js";
import { preferences } from "./preferences.js";
import { open } from "./reading.js";
import { current, state } from "./store.js";
import { show } from "./views/dialogs.js";

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

const find = () => /** @type {HTMLElement | null} */ (document.querySelector("input[type=search]"))?.focus();

/** Key, what it does, and the name of it in the sheet. @type {Record<string, [act: () => void, name: string]>} */
const SINGLE = {
  j: [() => step(1), "key_j"],
  k: [() => step(-1), "key_k"],
  s: [find, "key_s"],
  t: [withOpen((head) => head.owner !== state.value.me?.id && take(head)), "key_t"],
  r: [withOpen(() => write("reply")), "key_r"],
  n: [withOpen(() => write("note")), "key_n"],
  "/": [withMine(() => write("reply", "/")), "key_slash"],
  b: [withMine(resume), "key_b"],
  q: [withMine(release), "key_q"],
  x: [withOpen((head) => head.status === "agent" && show("transfer")), "key_x"],
  e: [withOpen((head) => head.status !== "bot" && show("end")), "key_e"],
  "?": [() => show("keys"), "key_help"],
};

export const SHEET = [
  ...Object.entries(SINGLE).map(([key, [, name]]) => [key.toUpperCase(), name]),
  ["Alt+S", "key_suggest"], ["Enter", "key_send"], ["Shift+Enter", "key_line"], ["Esc", "key_escape"],
];

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (!state.value.me || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (event.altKey && event.code === "KeyS") {
    event.preventDefault();
    return void dispatchEvent(new CustomEvent("baton:suggestion"));
  }
  const target = /** @type {HTMLElement} */ (event.target);
  const isWriting = target.matches?.("input, textarea, select");
  if (event.key === "Escape") return isWriting ? target.blur() : open(null);
  if (isWriting || event.ctrlKey || event.metaKey || event.altKey || !preferences.keys) return;
  const found = SINGLE[event.key.toLowerCase()];
  if (!found || state.value.view !== "conversations") return;
  event.preventDefault();
  found[0]();
}

export const listenToKeys = () => addEventListener("keydown", pressed);
