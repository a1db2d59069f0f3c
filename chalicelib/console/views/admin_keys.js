// @ts-check
import { request } from "../api.js";
import { keyOf } from "../bodies.js";
import { html, useState } from "../html.js";
import { botPath } from "../store.js";
import { t, when } from "../strings.js";
import { Ask, Modal, Once } from "./admin_dialog.js";
import { Field, Form } from "./admin_form.js";
import { Item, Items, Read, Top } from "./admin_list.js";

/** @typedef {{id: string, name: string | null, scopes: string[], created_at: string | null, expires_at: string | null}} Key */

const SCOPES = ["messages", "handoffs", "read"];

/** @param {{bot: string}} props */
export function Keys({ bot }) {
  const path = `${botPath(bot)}/keys`;
  const [dialog, show] = useState(/** @type {any} */ (null));
  const close = () => show(null);
  /** @param {string} name @param {string} secret @param {() => void} again */
  const showOnce = (name, secret, again) => {
    show(html`<${Once} title=${name} secret=${secret} close=${close} />`);
    again();
  };

  /** @param {() => void} again */
  const make = (again) => show(html`
    <${New} close=${close} act=${async (/** @type {FormData} */ form) => {
      const made = await request("POST", path, keyOf(form));
      showOnce(nameOf(made), made.key, again);
    }} />`);

  /** @param {Key} key @param {() => void} again */
  const rotate = (key, again) => show(html`
    <${Ask} title=${`${t("rotate")}: ${nameOf(key)}`} more=${t("rotate_more")} label=${t("rotate")} close=${close} act=${async () => {
      const made = await request("POST", `${path}/${key.id}/rotate`, {});
      showOnce(nameOf(made), made.key, again);
    }} />`);

  /** @param {Key} key @param {() => void} again */
  const revoke = (key, again) => show(html`
    <${Ask} title=${`${t("revoke")}: ${nameOf(key)}`} more=${t("revoke_more")} label=${t("revoke")} close=${close} act=${async () => {
      await request("DELETE", `${path}/${key.id}`);
      close();
      again();
    }} />`);

  return html`
    <${Read} path=${path}>${(/** @type {{items: Key[]}} */ { items }, /** @type {() => void} */ again) => html`
      <${Top} label=${t("api_keys")} more=${t("api_keys_more")}><button class="primary" onClick=${() => make(again)}>${t("new_key")}</button><//>
      <${Items} label=${t("api_keys")}>${items.map((key) => html`
        <${Item} key=${key.id} title=${nameOf(key)} facts=${factsOf(key)}>
          <button onClick=${() => rotate(key, again)} aria-label=${`${t("rotate")}: ${nameOf(key)}`}>${t("rotate")}</button>
          <button onClick=${() => revoke(key, again)} aria-label=${`${t("revoke")}: ${nameOf(key)}`}>${t("revoke")}</button>
        <//>`)}<//>`}<//>
    ${dialog && html`<${Modal} close=${close}>${dialog}<//>`}`;
}

/** @param {Key} key */
const nameOf = (key) => key.name ?? key.id;

/** @param {Key} key */
const factsOf = (key) => [
  key.name && key.id,
  key.scopes.map((each) => t(`scope_${each}`)).join(", "),
  key.created_at && t("made", { date: when(key.created_at) }),
  key.expires_at ? t("until", { date: when(key.expires_at) }) : t("no_end"),
];

/** @param {{act: (form: FormData) => Promise<void>, close: () => void}} props */
const New = ({ act, close }) => html`
  <${Form} act=${act} label=${t("make")} close=${close}>${(/** @type {any} */ wrong) => html`
    <h2 id="dialog-title">${t("new_key")}</h2>
    <${Field} name="name" label=${t("name")} wrong=${wrong} maxlength="64" autofocus />
    <fieldset><legend>${t("scopes")}</legend>
      ${SCOPES.map((each) => html`<label class="choice"><input type="checkbox" name="scopes" value=${each} defaultChecked /> ${t(`scope_${each}`)}</label>`)}
    </fieldset>
    <${Field} name="expires_at" type="date" label=${t("expires")} wrong=${wrong} />`}
  <//>`;
