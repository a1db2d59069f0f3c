// @ts-check
import { botPath, request, showError } from "../connection/api.js";
import { showToast } from "../state/store.js";
import { formatDateTime } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { Field, Form } from "../ui/form.js";
import { html, useState } from "../ui/html.js";
import { Confirmation, Modal, OneTimeSecret } from "../ui/modal.js";
import { Item, ItemList, Resource, SectionHeader } from "../ui/resource_list.js";
import { fieldText } from "./form_data.js";

const FORMATS = ["baton", "botpress"];
const EVENTS = [
  "agent.message", "handoff.requested", "handoff.claimed", "handoff.released", "handoff.transferred", "conversation.returned",
  "user.message", "bot.message", "note.added", "tags.changed", "conversation.rated", "conversation.erased",
];

/** The webhook of the bot's channel, and its other ones. @param {{bot: string}} props */
export const Webhooks = ({ bot }) => html`<${ChannelWebhook} bot=${bot} /><${OtherWebhooks} bot=${bot} />`;

/** @param {{bot: string}} props */
function ChannelWebhook({ bot }) {
  const path = `${botPath(bot)}/webhook`;
  const [dialog, setDialog] = useState(/** @type {any} */ (null));
  const close = () => setDialog(null);
  /** @param {string} secret */
  const showSecret = (secret) => setDialog(html`<${OneTimeSecret} title=${t("secret")} secret=${secret} close=${close} />`);

  /** @param {FormData} form @param {() => void} reload */
  const save = async (form, reload) => {
    const { secret } = await request("PUT", path, { url: fieldText(form, "url"), format: fieldText(form, "format") });
    if (secret) showSecret(secret);
    else showToast(t("saved"));
    reload();
  };

  /** @param {() => void} reload */
  const rotate = (reload) => setDialog(html`
    <${Confirmation} title=${t("rotate_secret")} text=${t("rotate_more")} label=${t("rotate")} close=${close} submit=${async () => {
      showSecret((await request("POST", `${path}/rotate`, {})).secret);
      reload();
    }} />`);

  /** @param {() => void} reload */
  const remove = (reload) => setDialog(html`
    <${Confirmation} title=${t("remove", { what: t("webhook") })} text=${t("remove_webhook_more")} label=${t("delete")} close=${close} submit=${async () => {
      await request("DELETE", path);
      close();
      reload();
    }} />`);

  return html`
    <${SectionHeader} label=${t("webhook")} text=${t("webhook_more")} />
    <${Resource} path=${path} fallback=${{ url: "" }}>${(/** @type {any} */ webhook, /** @type {() => void} */ reload) => html`
      <div class="card panel" key=${!webhook.url}>
        <${Form} label=${t("save")} submit=${(/** @type {FormData} */ form) => save(form, reload)}>${(/** @type {any} */ errors) => html`
          ${webhook.switched_off && html`<p><span class="pill late">${t("switched_off")}</span></p>`}
          <${Field} type="url" name="url" label=${t("url")} errors=${errors} required dir="ltr" defaultValue=${webhook.url} />
          <${Field} as="select" name="format" label=${t("format")} errors=${errors}>${FORMATS.map((each) => html`<option value=${each} selected=${webhook.format === each}>${each}</option>`)}<//>
          <${WebhookTest} path=${`${path}/test`} valuesOf=${(/** @type {FormData} */ form) => ({ url: fieldText(form, "url"), format: fieldText(form, "format") })} />
          ${webhook.older_secrets_until?.map((/** @type {string} */ at) => html`<p class="quiet">${t("older_until", { date: formatDateTime(at) })}</p>`)}`}<//>
      </div>
      ${webhook.url && html`
        <div class="card panel">
          <div class="admin-top">
            <button onClick=${() => rotate(reload)}>${t("rotate_secret")}</button>
            <button onClick=${() => remove(reload)}>${t("delete")}</button>
          </div>
        </div>`}`}<//>
    ${dialog && html`<${Modal} close=${close}>${dialog}<//>`}`;
}

/** Each has events, a secret and deliveries of its own. @param {{bot: string}} props */
function OtherWebhooks({ bot }) {
  const path = `${botPath(bot)}/webhooks`;
  const [dialog, setDialog] = useState(/** @type {any} */ (null));
  const close = () => setDialog(null);
  /** @param {any} webhook */
  const pathOf = (webhook) => `${path}/${encodeURIComponent(webhook.id)}`;
  /** @param {string} secret */
  const showSecret = (secret) => setDialog(html`<${OneTimeSecret} title=${t("secret")} secret=${secret} close=${close} />`);

  /** @param {any} webhook without an id if it is new @param {() => void} reload */
  const edit = (webhook, reload) => setDialog(html`
    <${Form} label=${t("save")} close=${close} submit=${async (/** @type {FormData} */ form) => {
      const body = { url: fieldText(form, "url"), format: webhook.format, events: form.getAll("events") };
      const { secret } = await request(webhook.id ? "PUT" : "POST", webhook.id ? pathOf(webhook) : path, body);
      if (secret) showSecret(secret);
      else close();
      reload();
    }}>${(/** @type {any} */ errors) => html`
      <h2 id="dialog-title">${t(webhook.id ? "webhook" : "new_webhook")}</h2>
      <${Field} type="url" name="url" label=${t("url")} errors=${errors} required autofocus dir="ltr" defaultValue=${webhook.url} />
      <fieldset class="field"><legend>${t("events")}</legend>
        ${EVENTS.map((each) => html`<label class="choice" key=${each}><input type="checkbox" name="events" value=${each} defaultChecked=${webhook.events.includes(each)} /> <bdi>${each}</bdi></label>`)}
        ${errors.events && html`<p class="error">${errors.events}</p>`}
      </fieldset>
      <${WebhookTest} path=${`${webhook.id ? pathOf(webhook) : `${path}/new`}/test`} valuesOf=${(/** @type {FormData} */ form) => ({ url: fieldText(form, "url"), format: webhook.format, events: form.getAll("events") })} />`}<//>`);

  /** @param {any} webhook @param {() => void} reload */
  const rotate = (webhook, reload) => setDialog(html`
    <${Confirmation} title=${t("rotate_secret")} text=${t("rotate_more")} label=${t("rotate")} close=${close} submit=${async () => {
      showSecret((await request("POST", `${pathOf(webhook)}/rotate`, {})).secret);
      reload();
    }} />`);

  /** @param {any} webhook @param {() => void} reload */
  const remove = (webhook, reload) => setDialog(html`
    <${Confirmation} title=${t("remove", { what: webhook.url })} text=${t("remove_webhook_more")} label=${t("delete")} close=${close} submit=${async () => {
      await request("DELETE", pathOf(webhook));
      close();
      reload();
    }} />`);

  return html`
    <${Resource} path=${path}>${(/** @type {{items: any[]}} */ { items }, /** @type {() => void} */ reload) => html`
      <${SectionHeader} label=${t("other_webhooks")} text=${t("other_webhooks_more")}>
        <button onClick=${() => edit({ url: "", format: "baton", events: ["conversation.returned"] }, reload)}>${t("new_webhook")}</button><//>
      <${ItemList} label=${t("other_webhooks")}>${items.filter(({ channel }) => !channel).map((webhook) => html`
        <${Item} key=${webhook.id} title=${webhook.url} facts=${[webhook.switched_off && t("switched_off"), webhook.events.join(", ")]}>
          <${WebhookTest} path=${`${pathOf(webhook)}/test`} />
          <button onClick=${() => edit(webhook, reload)} aria-label=${`${t("edit")}: ${webhook.url}`}>${t("edit")}</button>
          <button onClick=${() => rotate(webhook, reload)} aria-label=${`${t("rotate_secret")}: ${webhook.url}`}>${t("rotate_secret")}</button>
          <button onClick=${() => remove(webhook, reload)} aria-label=${t("remove", { what: webhook.url })}>${t("delete")}</button>
        <//>`)}<//>`}<//>
    ${dialog && html`<${Modal} close=${close}>${dialog}<//>`}`;
}

/** Sends a test call and shows its result: to the stored webhook, or with what is in the form and was not saved.
 * @param {{path: string, valuesOf?: (form: FormData) => object}} props */
function WebhookTest({ path, valuesOf }) {
  const [result, setResult] = useState(/** @type {any} */ (null));
  const [isBusy, setIsBusy] = useState(false);
  const test = async (/** @type {any} */ { currentTarget: { form } }) => {
    if (valuesOf && !form.reportValidity()) return;
    setIsBusy(true);
    setResult(null);
    await request("POST", path, valuesOf ? valuesOf(new FormData(form)) : {}).then(setResult, showError);
    setIsBusy(false);
  };
  return html`
    <button type="button" onClick=${test} disabled=${isBusy}>${t("test")}</button>
    <p class="grow" role="status">${isBusy ? t("loading") : result && html`
      <span class="pill ${result.succeeded ? "calm" : "late"}">${t(result.succeeded ? "test_good" : "test_bad")}</span>
      ${result.signed_with === "temporary" && html` <span class="quiet">${t("test_temporary")}</span>`}
      <span dir="auto"> ${result.error ?? t("answered", { status: result.http_status, ms: result.duration_ms })}</span>`}</p>`;
}
