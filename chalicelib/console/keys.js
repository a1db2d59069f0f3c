// @ts-check
// The keyboard: one table. Single keys can be switched off, and never fire while one writes.
import { open, state, take } from "./actions.js";
import { rows } from "./logic.js";
import { preferences } from "./preferences.js";
import { show as showDialog } from "./views/dialogs.js";

/** @param {number} by */
function step(by) {
  const list = rows(state.value);
  const at = list.findIndex((head) => head.id === state.value.selected);
  const to = list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + by))];
  if (to) open(to.id);
}

const head = () => state.value.heads[state.value.selected ?? ""];

/** @param {"reply" | "note"} mode */
function write(mode) {
  dispatchEvent(new CustomEvent("baton:write", { detail: mode }));
}

/** @type {Record<string, () => void>} */
const SINGLE = {
  j: () => step(1),
  k: () => step(-1),
  t: () => head() && take(head()),
  r: () => write("reply"),
  n: () => write("note"),
  e: () => head()?.owner === state.value.me?.id && head() && showDialog("end"),
  "?": () => showDialog("keys"),
};

/** For the sheet: what to press, and the name of what it does. */
export const SHEET = [
  ["J", "key_j"], ["K", "key_k"], ["T", "key_t"], ["R", "key_r"], ["N", "key_n"], ["E", "key_e"], ["/", "key_slash"],
  ["Alt+S", "key_suggest"], ["Enter", "key_send"], ["Shift+Enter", "key_line"], ["?", "key_help"], ["Esc", "key_escape"],
];

export function listen() {
  addEventListener("keydown", (event) => {
    if (!state.value.me || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.altKey && event.code === "KeyS") return dispatchEvent(new CustomEvent("baton:suggestion"));
    const writes = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
    if (event.key === "Escape") return writes ? /** @type {HTMLElement} */ (event.target).blur() : open(null);
    if (writes || event.ctrlKey || event.metaKey || event.altKey || !preferences.keys) return;
    const act = SINGLE[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
