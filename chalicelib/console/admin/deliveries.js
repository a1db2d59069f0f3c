// @ts-check
import { botPath, request, showError } from "../connection/api.js";
import { openConversationById } from "../conversations/queries.js";
import { SendAll } from "../deliveries/send_all.js";
import { showToast } from "../state/store.js";
import { formatDateTime } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html, useState } from "../ui/html.js";
import { Modal } from "../ui/modal.js";
import { Item, ItemList, Resource, SectionHeader } from "../ui/resource_list.js";

const STATUSES = ["delivered", "pending", "failed", "dead"];
/** @type {Record<string, string>} */
const COLOURS = { delivered: "calm", pending: "soon" };

/** The webhook deliveries of a bot, newest first. @param {{bot: string}} props */
export function Deliveries({ bot }) {
  const path = `${botPath(bot)}/deliveries`;
  const [status, setStatus] = useState("");
  const [version, setVersion] = useState(0);
  const [isBusy, setIsBusy] = useState(false);
  const [shown, setShown] = useState("");
  const reload = () => setVersion(Math.random());
  /** @param {string} id */
  const replay = async (id) => {
    setIsBusy(true);
    try {
      const delivery = await request("POST", `${path}/${encodeURIComponent(id)}/replay`, {});
      showToast(t(`delivery_${delivery.status}`), delivery.status === "delivered" ? "info" : "warn");
      reload();
    } catch (error) {
      showError(error);
    } finally {
      setIsBusy(false);
    }
  };
  return html`
    <${SectionHeader} label=${t("deliveries")} text=${t("deliveries_more")}>
      <select aria-label=${t("delivery_status")} value=${status} onChange=${(/** @type {any} */ event) => setStatus(event.target.value)}>
        <option value="">${t("all_statuses")}</option>${STATUSES.map((each) => html`<option value=${each}>${t(`delivery_${each}`)}</option>`)}
      </select>
      <button onClick=${reload}>${t("refresh")}</button>
      <${SendAll} path=${path} done=${reload} />
    <//>
    <${Page} key=${`${status} ${version}`} path=${`${path}?limit=25${status && `&status=${status}`}`} bot=${bot} replay=${replay} show=${setShown} isBusy=${isBusy} />
    ${shown && html`<${Modal} close=${() => setShown("")}><${Payload} path=${`${path}/${encodeURIComponent(shown)}`} close=${() => setShown("")} /><//>`}`;
}

/** The payload that was sent, and its user. @param {{path: string, close: () => void}} props */
const Payload = ({ path, close }) => html`
  <div class="admin-form snippets">
    <h2 id="dialog-title">${t("payload")}</h2>
    <${Resource} path=${path}>${(/** @type {any} */ { user, user_name: name, channel, body }) => html`
      <p><bdi>${name ?? user}</bdi> · <bdi>${channel}</bdi>${name && html` · <code><bdi>${user}</bdi></code>`}</p>
      <pre dir="ltr" tabindex="0">${JSON.stringify(body, null, 2)}</pre>`}<//>
    <footer><button class="primary" autofocus onClick=${close}>${t("done")}</button></footer>
  </div>`;

/** One page of deliveries, and the next page when the admin asks for more. @param {{path: string, bot: string, cursor?: string, replay: (id: string) => void, show: (id: string) => void, isBusy: boolean}} props */
function Page({ path, bot, cursor, replay, show, isBusy }) {
  const [hasNextPage, setHasNextPage] = useState(false);
  return html`
    <${Resource} path=${cursor ? `${path}&cursor=${encodeURIComponent(cursor)}` : path}>${(/** @type {{items: any[], next: string | null}} */ { items, next }) => html`
      <${ItemList} label=${t("deliveries")}>${items.map((delivery) => html`
        <${Item} key=${delivery.id} title=${delivery.type} facts=${factsOf(delivery)}>
          <button onClick=${() => openConversationById(bot, delivery.conversation_id)}>${t("show_conversation")}</button>
          <button onClick=${() => show(delivery.id)}>${t("payload")}</button>
          <button disabled=${isBusy} onClick=${() => replay(delivery.id)}>${t("replay")}</button>
        <//>`)}<//>
      ${next && (hasNextPage ? html`<${Page} path=${path} bot=${bot} cursor=${next} replay=${replay} show=${show} isBusy=${isBusy} />`
      : html`<button class="plain" onClick=${() => setHasNextPage(true)}>${t("show_more")}</button>`)}`}<//>`;
}

/** @param {any} delivery */
const factsOf = (delivery) => [
  html`<span class="pill ${COLOURS[delivery.status] ?? "late"}">${t(`delivery_${delivery.status}`)}</span>`,
  delivery.error ?? delivery.http_status,
  formatDateTime(delivery.at),
  delivery.attempt ? t("attempt", { count: delivery.attempt }) : t("replayed"),
];
