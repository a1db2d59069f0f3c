// @ts-check
import { botPath, request } from "../connection/api.js";
import { formatDateTime } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { Field, Form } from "../ui/form.js";
import { html, useState } from "../ui/html.js";
import { Confirmation, Modal, OneTimeSecret } from "../ui/modal.js";
import { Item, ItemList, Resource, SectionHeader } from "../ui/resource_list.js";
import { apiKeyFromForm } from "./form_data.js";

/** @typedef {{id: string, name: string | null, scopes: string[], created_at: string | null, expires_at: string | null}} ApiKey */

const SCOPES = ["messages", "handoffs", "read", "agents"];

/** The API keys of a bot. @param {{bot: string}} props */
export function ApiKeys({ bot }) {
  const path = `${botPath(bot)}/keys`;
  const [dialog, setDialog] = useState(/** @type {any} */ (null));
  const close = () => setDialog(null);
  /** @param {string} name @param {string} secret @param {() => void} reload */
  const showSecret = (name, secret, reload) => {
    setDialog(html`<${OneTimeSecret} title=${name} secret=${secret} close=${close} />`);
    reload();
  };

  /** @param {() => void} reload */
  const create = (reload) => setDialog(html`
    <${ApiKeyForm} close=${close} submit=${async (/** @type {FormData} */ form) => {
      const created = await request("POST", path, apiKeyFromForm(form));
      showSecret(nameOf(created), created.key, reload);
    }} />`);

  /** @param {ApiKey} key @param {() => void} reload */
  const rotate = (key, reload) => setDialog(html`
    <${Confirmation} title=${`${t("rotate")}: ${nameOf(key)}`} text=${t("rotate_more")} label=${t("rotate")} close=${close} submit=${async () => {
      const created = await request("POST", `${path}/${key.id}/rotate`, {});
      showSecret(nameOf(created), created.key, reload);
    }} />`);

  /** @param {ApiKey} key @param {() => void} reload */
  const revoke = (key, reload) => setDialog(html`
    <${Confirmation} title=${`${t("revoke")}: ${nameOf(key)}`} text=${t("revoke_more")} label=${t("revoke")} close=${close} submit=${async () => {
      await request("DELETE", `${path}/${key.id}`);
      close();
      reload();
    }} />`);

  return html`
    <${Resource} path=${path}>${(/** @type {{items: ApiKey[]}} */ { items }, /** @type {() => void} */ reload) => html`
      <${SectionHeader} label=${t("api_keys")} text=${t("api_keys_more")}><button class="primary" onClick=${() => create(reload)}>${t("new_key")}</button><//>
      <${ItemList} label=${t("api_keys")}>${items.map((key) => html`
        <${Item} key=${key.id} title=${nameOf(key)} facts=${factsOf(key)}>
          <button onClick=${() => rotate(key, reload)} aria-label=${`${t("rotate")}: ${nameOf(key)}`}>${t("rotate")}</button>
          <button onClick=${() => revoke(key, reload)} aria-label=${`${t("revoke")}: ${nameOf(key)}`}>${t("revoke")}</button>
        <//>`)}<//>`}<//>
    ${dialog && html`<${Modal} close=${close}>${dialog}<//>`}`;
}

/** @param {ApiKey} key */
const nameOf = (key) => key.name ?? key.id;

/** @param {ApiKey} key */
const factsOf = (key) => [
  key.name && key.id,
  key.scopes.map((each) => t(`scope_${each}`)).join(", "),
  key.created_at && t("created_at", { date: formatDateTime(key.created_at) }),
  key.expires_at ? t("expires_at", { date: formatDateTime(key.expires_at) }) : t("never_expires"),
];

/** @param {{submit: (form: FormData) => Promise<void>, close: () => void}} props */
const ApiKeyForm = ({ submit, close }) => html`
  <${Form} submit=${submit} label=${t("create")} close=${close}>${(/** @type {any} */ errors) => html`
    <h2 id="dialog-title">${t("new_key")}</h2>
    <${Field} name="name" label=${t("name")} errors=${errors} autofocus />
    <fieldset><legend>${t("scopes")}</legend>
      ${SCOPES.map((each) => html`<label class="choice"><input type="checkbox" name="scopes" value=${each} defaultChecked=${each !== "agents"} /> ${t(`scope_${each}`)}</label>`)}
    </fieldset>
    <${Field} name="expires_at" type="date" label=${t("expires")} errors=${errors} />`}
  <//>`;
