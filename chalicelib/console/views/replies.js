// @ts-check
import { html } from "../html.js";
import { t } from "../strings.js";

/** The canned replies that fit what is written; the keyboard stays in the text.
 * @param {{menu: {isOpen: boolean, isKnown: boolean, items: import("../types.js").Reply[], chosen: number,
 *   pick: (reply: import("../types.js").Reply) => void}}} props */
export function Replies({ menu }) {
  if (!menu.isOpen || !menu.isKnown) return null;
  if (!menu.items.length) return html`<p class="replies quiet" role="status">${t("no_replies")}</p>`;
  return html`
    <ul class="replies" id="replies" role="listbox" aria-label=${t("key_slash")}>
      ${menu.items.map((each, at) => html`
        <li key=${each.name} id=${`reply-${at}`} role="option" aria-selected=${at === menu.chosen} onMouseDown=${(/** @type {Event} */ event) => { event.preventDefault(); menu.pick(each); }}>
          <b dir="auto">/${each.name}</b> <span dir="auto">${each.text}</span></li>`)}
    </ul>`;
}
