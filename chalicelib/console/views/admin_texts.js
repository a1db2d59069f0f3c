// @ts-check
import { html, useState } from "../html.js";
import { t } from "../strings.js";
import { Field } from "./admin_form.js";

const OWN = ["requested", "closed", "claimed", "released", "transferred"];
const OUTCOMES = ["resolved", "rejected", "expired", "cancelled", "user_left", "message_left", "bot_down"];
const FIELDS = "{agent} {position} {wait} {queue}";

/** What the user is told, where it is not the usual. @param {{texts: Record<string, Record<string, string | null>>, wrong: Record<string, string>}} props */
export function Texts({ texts, wrong }) {
  const [rows, set] = useState(() => Object.entries(texts).flatMap(([locale, named]) =>
    Object.entries(named).map(([name, text]) => ({ id: Math.random(), locale, name, text }))));
  const add = () => set([...rows, { id: Math.random(), locale: rows.at(-1)?.locale ?? "en", name: OWN[0], text: "" }]);
  /** @param {number} id @param {object} changes */
  const change = (id, changes) => set(rows.map((each) => (each.id === id ? { ...each, ...changes } : each)));
  return html`
    <fieldset class="texts"><legend>${t("texts")}</legend>
      <p class="quiet">${t("texts_more", { fields: FIELDS })}</p>
      ${rows.map(({ id, locale, name, text }) => html`
        <div key=${id} class="text-row">
          <select aria-label=${t("text_when")} value=${name} onChange=${(/** @type {any} */ event) => change(id, { name: event.target.value })}>
            ${[...OWN, ...OUTCOMES].map((each) => html`<option value=${each}>${t(OWN.includes(each) ? `text_${each}` : each)}</option>`)}
          </select>
          <input aria-label=${t("language")} value=${locale} required maxlength="35" dir="ltr" onInput=${(/** @type {any} */ event) => change(id, { locale: event.target.value.trim() })} />
          <button type="button" onClick=${() => set(rows.filter((each) => each.id !== id))} aria-label=${`${t("delete")}: ${locale} ${name}`}>${t("delete")}</button>
          <${Field} as="textarea" name=${`texts.${locale}.${name}`} label=${t("text")} wrong=${wrong} rows="2" maxlength="1000" defaultValue=${text ?? ""} />
        </div>`)}
      <button type="button" class="add" onClick=${add}>${t("add_text")}</button>
    </fieldset>`;
}
