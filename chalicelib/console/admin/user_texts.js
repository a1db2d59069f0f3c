// @ts-check
import { t } from "../strings/translate.js";
import { Field } from "../ui/form.js";
import { html, useState } from "../ui/html.js";

/** The events that have a text for the user. */
const EVENTS = ["requested", "closed", "claimed", "released", "transferred"];
const OUTCOMES = ["resolved", "rejected", "expired", "cancelled", "user_left", "message_left", "bot_down"];
const PLACEHOLDERS = "{agent} {position} {wait} {queue}";

/** The texts that replace the default messages to the user. @param {{texts: Record<string, Record<string, string | null>>, errors: Record<string, string>}} props */
export function UserTexts({ texts, errors }) {
  const [rows, setRows] = useState(() => Object.entries(texts).flatMap(([locale, named]) =>
    Object.entries(named).map(([name, text]) => ({ id: Math.random(), locale, name, text }))));
  const add = () => setRows([...rows, { id: Math.random(), locale: rows.at(-1)?.locale ?? "en", name: EVENTS[0], text: "" }]);
  /** @param {number} id @param {object} changes */
  const change = (id, changes) => setRows(rows.map((each) => (each.id === id ? { ...each, ...changes } : each)));
  return html`
    <fieldset class="texts"><legend>${t("texts")}</legend>
      <p class="quiet">${t("texts_more", { fields: PLACEHOLDERS })}</p>
      ${rows.map(({ id, locale, name, text }) => html`
        <div key=${id} class="text-row">
          <select aria-label=${t("text_when")} value=${name} onChange=${(/** @type {any} */ event) => change(id, { name: event.target.value })}>
            ${[...EVENTS, ...OUTCOMES].map((each) => html`<option value=${each}>${t(EVENTS.includes(each) ? `text_${each}` : each)}</option>`)}
          </select>
          <input aria-label=${t("language")} value=${locale} required dir="ltr" onInput=${(/** @type {any} */ event) => change(id, { locale: event.target.value.trim() })} />
          <button type="button" onClick=${() => setRows(rows.filter((each) => each.id !== id))} aria-label=${`${t("delete")}: ${locale} ${name}`}>${t("delete")}</button>
          <${Field} as="textarea" name=${`texts.${locale}.${name}`} label=${t("text")} errors=${errors} rows="2" defaultValue=${text ?? ""} />
        </div>`)}
      <button type="button" class="add" onClick=${add}>${t("add_text")}</button>
    </fieldset>`;
}
