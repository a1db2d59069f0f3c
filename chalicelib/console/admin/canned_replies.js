// @ts-check
import { botPath, request } from "../connection/api.js";
import { loadReplies } from "../conversations/queries.js";
import { t } from "../strings/translate.js";
import { Field, Form } from "../ui/form.js";
import { html, useState } from "../ui/html.js";
import { Confirmation, Modal } from "../ui/modal.js";
import { Item, ItemList, Resource, SectionHeader } from "../ui/resource_list.js";
import { fieldText } from "./form_data.js";

/** @typedef {import("../state/types.js").Reply} Reply */

/** The canned replies of a bot. @param {{bot: string}} props */
export function CannedReplies({ bot }) {
  const path = `${botPath(bot)}/replies`;
  const [dialog, setDialog] = useState(/** @type {any} */ (null));
  const close = () => setDialog(null);
  /** @param {() => void} reload */
  const finish = (reload) => {
    close();
    reload();
    loadReplies(bot);
  };

  /** @param {Reply} reply @param {() => void} reload */
  const edit = (reply, reload) => setDialog(html`
    <${Form} label=${t("save")} close=${close} submit=${async (/** @type {FormData} */ form) => {
      await request("PUT", `${path}/${encodeURIComponent(reply.name || fieldText(form, "name"))}`, { text: fieldText(form, "text") });
      finish(reload);
    }}>${(/** @type {any} */ errors) => html`
      <h2 id="dialog-title" dir="auto">${reply.name ? `/${reply.name}` : t("new_reply")}</h2>
      ${!reply.name && html`<${Field} name="name" label=${t("name")} hint=${t("reply_name_hint")} errors=${errors} required autofocus />`}
      <${Field} as="textarea" rows="5" name="text" label=${t("text")} hint=${t("reply_fields", { fields: "{user}, {agent}" })} errors=${errors} required defaultValue=${reply.text} />`}
    <//>`);

  /** @param {Reply} reply @param {() => void} reload */
  const remove = (reply, reload) => setDialog(html`
    <${Confirmation} title=${t("remove", { what: `/${reply.name}` })} text=${t("remove_reply_more")} label=${t("delete")} close=${close} submit=${async () => {
      await request("DELETE", `${path}/${encodeURIComponent(reply.name)}`);
      finish(reload);
    }} />`);

  return html`
    <${Resource} path=${path}>${(/** @type {{items: Reply[]}} */ { items }, /** @type {() => void} */ reload) => html`
      <${SectionHeader} label=${t("canned")} text=${t("canned_more")}><button class="primary" onClick=${() => edit({ name: "", text: "" }, reload)}>${t("new_reply")}</button><//>
      <${ItemList} label=${t("canned")}>${items.map((reply) => html`
        <${Item} key=${reply.name} title=${`/${reply.name}`} facts=${[reply.text]}>
          <button onClick=${() => edit(reply, reload)} aria-label=${`${t("edit")}: ${reply.name}`}>${t("edit")}</button>
          <button onClick=${() => remove(reply, reload)} aria-label=${t("remove", { what: `/${reply.name}` })}>${t("delete")}</button>
        <//>`)}<//>`}<//>
    ${dialog && html`<${Modal} close=${close}>${dialog}<//>`}`;
}
