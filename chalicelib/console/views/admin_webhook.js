// @ts-check
import { request } from "../api.js";
import { said } from "../bodies.js";
import { html, useState } from "../html.js";
import { botPath, complain, toast } from "../store.js";
import { t, when } from "../strings.js";
import { Ask, Modal, Once } from "./admin_dialog.js";
import { Field, Form } from "./admin_form.js";
import { Read, Top } from "./admin_list.js";

const FORMATS = ["baton", "botpress"];

/** @param {{bot: string}} props */
export function Webhook({ bot }) {
  const path = `${botPath(bot)}/webhook`;
  const [dialog, show] = useState(/** @type {any} */ (null));
  const close = () => show(null);
  /** @param {string} secret */
  const showOnce = (secret) => show(html`<${Once} title=${t("secret")} secret=${secret} close=${close} />`);

  /** @param {FormData} form @param {() => void} again */
  const save = async (form, again) => {
    const { secret } = await request("PUT", path, { url: said(form, "url"), format: said(form, "format") });
    if (secret) showOnce(secret);
    else toast(t("saved"));
    again();
  };

  /** @param {() => void} again */
  const rotate = (again) => show(html`
    <${Ask} title=${t("rotate_secret")} more=${t("rotate_more")} label=${t("rotate")} close=${close} act=${async () => {
      showOnce((await request("POST", `${path}/rotate`, {})).secret);
      again();
    }} />`);

  /** @param {() => void} again */
  const remove = (again) => show(html`
    <${Ask} title=${t("remove", { what: t("webhook") })} more=${t("remove_webhook_more")} label=${t("delete")} close=${close} act=${async () => {
      await request("DELETE", path);
      close();
      again();
    }} />`);

  return html`
    <${Top} label=${t("webhook")} more=${t("webhook_more")} />
    <${Read} path=${path} instead=${{ url: "" }}>${(/** @type {any} */ found, /** @type {() => void} */ again) => html`
      <div class="card panel" key=${!found.url}>
        <${Form} label=${t("save")} act=${(/** @type {FormData} */ form) => save(form, again)}>${(/** @type {any} */ wrong) => html`
          ${found.switched_off && html`<p><span class="pill late">${t("switched_off")}</span></p>`}
          <${Field} type="url" name="url" label=${t("url")} wrong=${wrong} required dir="ltr" defaultValue=${found.url} />
          <${Field} as="select" name="format" label=${t("format")} wrong=${wrong}>${FORMATS.map((each) => html`<option value=${each} selected=${found.format === each}>${each}</option>`)}<//>
          ${found.older_secrets_until?.map((/** @type {string} */ at) => html`<p class="quiet">${t("older_until", { date: when(at) })}</p>`)}`}<//>
      </div>
      ${found.url && html`
        <div class="card panel">
          <div class="admin-top">
            <${Trial} path=${`${path}/test`} />
            <button onClick=${() => rotate(again)}>${t("rotate_secret")}</button>
            <button onClick=${() => remove(again)}>${t("delete")}</button>
          </div>
        </div>`}`}<//>
    ${dialog && html`<${Modal} close=${close}>${dialog}<//>`}`;
}

/** One call, now; what came of it, in colour and words. @param {{path: string}} props */
function Trial({ path }) {
  const [tried, know] = useState(/** @type {any} */ (null));
  const [isBusy, work] = useState(false);
  const test = async () => {
    work(true);
    know(null);
    await request("POST", path, {}).then(know, complain);
    work(false);
  };
  return html`
    <button onClick=${test} disabled=${isBusy}>${t("test")}</button>
    <p class="grow" role="status">${isBusy ? t("loading") : tried && html`
      <span class="pill ${tried.succeeded ? "calm" : "late"}">${t(tried.succeeded ? "test_good" : "test_bad")}</span>
      <span dir="auto"> ${tried.error ?? t("answered", { status: tried.http_status, ms: tried.duration_ms })}</span>`}</p>`;
}
