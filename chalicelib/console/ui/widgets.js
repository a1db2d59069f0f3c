// @ts-check
// Widgets that several views share. Screen readers skip icons and avatars, so a button with an icon needs a label.
import { html } from "./html.js";

const PATHS = {
  back: "M15 5l-7 7 7 7",
  bell: "M6 10a6 6 0 0 1 12 0c0 5 2 6 2 6H4s2-1 2-6M10 20a2.2 2.2 0 0 0 4 0",
  chat: "M4 5h16v11H9l-5 4z",
  close: "M6 6l12 12M18 6L6 18",
  details: "M4 5h16v14H4zM15 5v14",
  filter: "M4 5h16l-6 8v6l-4-2v-4z",
  eye: "M2 12s4-6 10-6 10 6 10 6-4 6-10 6-10-6-10-6M12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M9 19.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5",
  leave: "M10 4H5v16h5M10 12h10M16 8l4 4-4 4",
};

/** @param {{name: keyof typeof PATHS}} props */
export const Icon = ({ name }) => html`<svg class="icon" data-name=${name} viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;

/** The first letter of the user's name, in a colour that depends on the conversation. @param {{head: import("../state/types.js").Head}} props */
export function Avatar({ head }) {
  const name = (head.user_name ?? head.user).trim();
  const hue = [...head.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 6;
  return html`<span class="avatar" data-hue=${hue} aria-hidden="true">${[...name][0]?.toUpperCase() ?? "?"}</span>`;
}

/** Moves the focus of a tab list with the left and right arrow keys, in the direction of the script.
 * Answers the tab to show, or null for other keys. @param {KeyboardEvent} event @param {string[]} tabs @param {string} current */
export function tabAfterKey(event, tabs, current) {
  const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const by = event.key === forward ? 1 : /^Arrow(Left|Right)$/.test(event.key) ? -1 : 0;
  if (!by) return null;
  const at = (tabs.indexOf(current) + by + tabs.length) % tabs.length;
  /** @type {HTMLElement} */ (event.currentTarget).querySelectorAll("button")[at].focus();
  return tabs[at];
}
