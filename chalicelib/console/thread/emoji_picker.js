// @ts-check
import { t } from "../strings/translate.js";
import { html } from "../ui/html.js";
import { EMOJI } from "./emoji.js";

/** A button that opens all emoji. Screen readers know their names. @param {{insert: (emoji: string) => void}} props */
export function EmojiPicker({ insert }) {
  /** @param {string} emoji */
  const pick = (emoji) => {
    document.getElementById("emoji")?.hidePopover();
    insert(emoji);
  };
  const all = [...new Set(EMOJI.map((each) => each.text))];
  return html`
    <button type="button" class="plain square" popovertarget="emoji" aria-label=${t("emoji")} title=${`${t("emoji")} · :smile`}><span aria-hidden="true">☺</span></button>
    <div id="emoji" popover="auto" class="emoji" aria-label=${t("emoji")}>${all.map((each) => html`<button type="button" class="plain square" onClick=${() => pick(each)}>${each}</button>`)}</div>`;
}
