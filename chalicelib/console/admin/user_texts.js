// @ts-check
import { botPath, request } from "../connection/api.js";
import { builtInText, fillSample } from "../state/reply_templates.js";
import { t } from "../strings/translate.js";
import { Field } from "../ui/form.js";
import { html, useEffect, useState } from "../ui/html.js";

/** The events that have a text for the user. */
const EVENTS = ["requested", "closed", "claimed", "released", "transferred"];
const OUTCOMES = ["resolved", "rejected", "expired", "cancelled", "user_left", "message_left", "bot_down"];
const PLACEHOLDERS = "{agent} {position} {wait} {queue}";
const SAMPLES = { agent: "Ana", position: "2", wait: "5", queue: "support" };

/** The texts that replace the default messages to the user, each with its built-in wording and as the user reads it.
 * @param {{bot: string, texts: Record<string, Record<string, string | null>>, errors: Record<string, string>}} props */
export function UserTexts({ bot, texts, errors }) {
  const [rows, setRows] = useState(() => Object.entries(texts).flatMap(([locale, named]) =>
    Object.entries(named).map(([name, text]) => ({ id: Math.random(), locale, name, text: text ?? "" }))));
  const [builtIn, setBuiltIn] = useState(/** @type {{locale: string, name: string, text: string}[]} */ ([]));
  useEffect(() => {
    request("GET", `${botPath(bot)}/texts`).then(({ items }) => setBuiltIn(items), () => {});
  }, [bot]);
  const add = () => setRows([...rows, { id: Math.random(), locale: rows.at(-1)?.locale ?? "en", name: EVENTS[0], text: "" }]);
  /** @param {number} id @param {object} changes */
  const change = (id, changes) => setRows(rows.map((each) => (each.id === id ? { ...each, ...changes } : each)));
  return html`
    <fieldset class="texts"><legend>${t("texts")}</legend>
      <p class="quiet">${t("texts_more", { fields: PLACEHOLDERS })}</p>
      ${rows.map(({ id, locale, name, text }) => {
        const original = builtInText(builtIn, locale, name);
        return html`
          <div key=${id} class="text-row">
            <select aria-label=${t("text_when")} value=${name} onChange=${(/** @type {any} */ event) => change(id, { name: event.target.value })}>
              ${[...EVENTS, ...OUTCOMES].map((each) => html`<option value=${each}>${t(EVENTS.includes(each) ? `text_${each}` : each)}</option>`)}
            </select>
            <input aria-label=${t("language")} value=${locale} required dir="ltr" onInput=${(/** @type {any} */ event) => change(id, { locale: event.target.value.trim() })} />
            <button type="button" onClick=${() => setRows(rows.filter((each) => each.id !== id))} aria-label=${`${t("delete")}: ${locale} ${name}`}>${t("delete")}</button>
            <${Field} as="textarea" name=${`texts.${locale}.${name}`} label=${t("text")} errors=${errors} rows="2" value=${text} onInput=${(/** @type {any} */ event) => change(id, { text: event.target.value })} />
            <p class="wording quiet">${text.trim() ? html`${t("text_preview")} <bdi>${fillSample(text, SAMPLES)}</bdi>` : t("text_off")}</p>
            ${original && original !== text && html`<p class="wording quiet">${t("text_built_in")} <bdi>${original}</bdi>${" "}
              <button type="button" class="link" onClick=${() => change(id, { text: original })}>${t("text_use_built_in")}</button></p>`}
          </div>`;
      })}
      <button type="button" class="add" onClick=${add}>${t("add_text")}</button>
    </fieldset>`;
}
