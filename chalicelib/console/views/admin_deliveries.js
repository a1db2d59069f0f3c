// @ts-check
import { request } from "../api.js";
import { html, useState } from "../html.js";
import { visit } from "../reading.js";
import { botPath, complain, toast } from "../store.js";
import { t, when } from "../strings.js";
import { Item, Items, Read, Top } from "./admin_list.js";

const STATUSES = ["delivered", "pending", "failed", "dead"];
/** @type {Record<string, string>} */
const COLOUR = { delivered: "calm", pending: "soon" };

/** @param {{bot: string}} props */
export function Deliveries({ bot }) {
  const path = `${botPath(bot)}/deliveries`;
  const [wanted, want] = useState("");
  const [turn, again] = useState(0);
  /** @param {string} id */
  const replay = async (id) => {
    try {
      const { status } = await request("POST", `${path}/${encodeURIComponent(id)}/replay`, {});
      toast(t(`delivery_${status}`), status === "delivered" ? "info" : "warn");
      again(Math.random());
    } catch (error) {
      complain(error);
    }
  };
  return html`
    <${Top} label=${t("deliveries")} more=${t("deliveries_more")}>
      <select aria-label=${t("state")} value=${wanted} onChange=${(/** @type {any} */ event) => want(event.target.value)}>
        <option value="">${t("all_states")}</option>${STATUSES.map((each) => html`<option value=${each}>${t(`delivery_${each}`)}</option>`)}
      </select>
      <button onClick=${() => again(Math.random())}>${t("refresh")}</button>
    <//>
    <${Page} key=${`${wanted} ${turn}`} path=${`${path}?limit=25${wanted && `&status=${wanted}`}`} bot=${bot} replay=${replay} />`;
}

/** And the next one below it, where one asks for it. @param {{path: string, bot: string, cursor?: string, replay: (id: string) => void}} props */
function Page({ path, bot, cursor, replay }) {
  const [isMore, showMore] = useState(false);
  return html`
    <${Read} path=${cursor ? `${path}&cursor=${encodeURIComponent(cursor)}` : path}>${(/** @type {{items: any[], next: string | null}} */ { items, next }) => html`
      <${Items} label=${t("deliveries")}>${items.map((each) => html`
        <${Item} key=${each.id} title=${each.type} facts=${factsOf(each)}>
          <button onClick=${() => visit(bot, each.conversation_id)}>${t("show_conversation")}</button>
          <button onClick=${() => replay(each.id)}>${t("replay")}</button>
        <//>`)}<//>
      ${next && (isMore ? html`<${Page} path=${path} bot=${bot} cursor=${next} replay=${replay} />`
      : html`<button class="plain" onClick=${() => showMore(true)}>${t("show_more")}</button>`)}`}<//>`;
}

/** @param {any} of */
const factsOf = (of) => [
  html`<span class="pill ${COLOUR[of.status] ?? "late"}">${t(`delivery_${of.status}`)}</span>`,
  of.error ?? of.http_status,
  when(of.at),
  of.attempt ? t("attempt", { count: of.attempt }) : t("replayed"),
];
