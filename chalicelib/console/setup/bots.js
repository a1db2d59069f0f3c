// @ts-check
// The owner makes a bot.
import { request } from "../connection/api.js";
import { renewConnection } from "../connection/socket.js";
import { loadAgents } from "../conversations/queries.js";
import { dispatch, state } from "../state/store.js";
import { t } from "../strings/translate.js";
import { Field, Form } from "../ui/form.js";
import { html, useState } from "../ui/html.js";

/** @param {FormDataEntryValue | null} value */
const trimmed = (value) => String(value ?? "").trim();

/** An id for a bot of this name, for addresses. Empty if the name has no Latin letters. @param {string} name */
export const idFromName = (name) => name.normalize("NFD").toLowerCase().replace(/[^a-z0-9\s_-]/g, "").trim().replace(/[\s_-]+/g, "-").slice(0, 40);

/** The id follows the name until the owner changes it. @param {{close?: () => void, created: (bot: string) => void}} props */
export function NewBot({ close, created }) {
  const [id, setId] = useState(/** @type {string | null} */ (null));
  const [name, setName] = useState("");
  /** @param {FormData} form */
  async function submit(form) {
    const bot = await request("POST", "/bots", { id: trimmed(form.get("id")), name: trimmed(form.get("name")) });
    const me = /** @type {NonNullable<typeof state.value.me>} */ (state.value.me);
    dispatch({ type: "signed_in", me: { ...me, bots: [...me.bots, bot.id].sort() } });
    loadAgents(bot.id);
    renewConnection();
    created(bot.id);
  }
  return html`
    <${Form} submit=${submit} label=${t("create_bot")} close=${close}>${(/** @type {any} */ errors) => html`
      <h2 id="dialog-title">${t("new_bot")}</h2>
      <${Field} name="name" label=${t("name")} errors=${errors} required autofocus value=${name} onInput=${(/** @type {any} */ event) => setName(event.target.value)} />
      <${Field} name="id" label=${t("bot_id")} hint=${t("bot_id_hint")} errors=${errors} required dir="ltr" value=${id ?? idFromName(name)} onInput=${(/** @type {any} */ event) => setId(event.target.value)} />`}
    <//>`;
}
