// @ts-check
import { request } from "../api.js";
import { said } from "../bodies.js";
import { html, useState } from "../html.js";
import { repliesOf } from "../reading.js";
import { botPath } from "../store.js";
import { t } from "../strings.js";
import { Ask, Modal } from "./admin_dialog.js";
import { Field, Form } from "./admin_form.js";
import { Item, Items, Read, Top } from "./admin_list.js";

/** @typedef {import("../types.js").Reply} Reply */

/** @param {{bot: string}} props */
export function CannedReplies({ bot }) {
  const path = `${botPath(bot)}/replies`;
  const [dialog, show] = useState(/** @type {any} */ (null));
  const close = () => show(null);
  /** @param {() => void} again */
  const over = (again) => {
    close();
    again();
    repliesOf(bot);
  };

  /** @param {Reply} reply @param {() => void} again */
  const edit = (reply, again) => show(html`
    <${Form} label=${t("save")} close=${close} act=${async (/** @type {FormData} */ form) => {
      await request("PUT", `${path}/${encodeURIComponent(reply.name || said(form, "name"))}`, { text: said(form, "text") });
      over(again);
    }}>${(/** @type {any} */ wrong) => html`
      <h2 id="dialog-title" dir="auto">${reply.name ? `/${reply.name}` : t("new_reply")}</h2>
      ${!reply.name && html`<${Field} name="name" label=${t("name")} hint=${t("reply_name_hint")} wrong=${wrong} required maxlength="64" autofocus />`}
      <${Field} as="textarea" rows="5" name="text" label=${t("text")} hint=${t("reply_fields", { fields: "{user}, {agent}" })} wrong=${wrong} required maxlength="4000" defaultValue=${reply.text} />`}
    <//>`);

  /** @param {Reply} reply @param {() => void} again */
  const remove = (reply, again) => show(html`
    <${Ask} title=${t("remove", { what: `/${reply.name}` })} more=${t("remove_reply_more")} label=${t("delete")} close=${close} act=${async () => {
      await request("DELETE", `${path}/${encodeURIComponent(reply.name)}`);
      over(again);
    }} />`);

  return html`
    <${Read} path=${path}>${(/** @type {{items: Reply[]}} */ { items }, /** @type {() => void} */ again) => html`
      <${Top} label=${t("canned")} more=${t("canned_more")}><button class="primary" onClick=${() => edit({ name: "", text: "" }, again)}>${t("new_reply")}</button><//>
      <${Items} label=${t("canned")}>${items.map((reply) => html`
        <${Item} key=${reply.name} title=${`/${reply.name}`} facts=${[reply.text]}>
          <button onClick=${() => edit(reply, again)} aria-label=${`${t("edit_it")}: ${reply.name}`}>${t("edit_it")}</button>
          <button onClick=${() => remove(reply, again)} aria-label=${t("remove", { what: `/${reply.name}` })}>${t("delete")}</button>
        <//>`)}<//>`}<//>
    ${dialog && html`<${Modal} close=${close}>${dialog}<//>`}`;
}
