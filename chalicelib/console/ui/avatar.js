// @ts-check
import { html } from "./html.js";

/** The first letter of the user's name, in a colour that depends on the conversation. @param {{head: import("../state/types.js").Head}} props */
export function Avatar({ head }) {
  const name = (head.user_name ?? head.user).trim();
  const hue = [...head.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 6;
  return html`<span class="avatar" data-hue=${hue} aria-hidden="true">${[...name][0]?.toUpperCase() ?? "?"}</span>`;
}
