// @ts-check
import { botPath } from "../connection/api.js";
import { formatDateTime } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html, useState } from "../ui/html.js";
import { Item, ItemList, Resource, SectionHeader } from "../ui/resource_list.js";

/** The audit trail of a bot, newest first. @param {{bot: string}} props */
export const Audit = ({ bot }) => html`
  <${SectionHeader} label=${t("audit")} text=${t("audit_more")} />
  <${Page} path=${`${botPath(bot)}/audit?limit=50`} />`;

/** One page of events, and the next page when the admin asks for more. @param {{path: string, cursor?: string}} props */
function Page({ path, cursor }) {
  const [hasNextPage, setHasNextPage] = useState(false);
  return html`
    <${Resource} path=${cursor ? `${path}&cursor=${encodeURIComponent(cursor)}` : path}>${(/** @type {{items: any[], next: string | null}} */ { items, next }) => html`
      <${ItemList} label=${t("audit")}>${items.map((event) => html`<${Item} key=${event.id} title=${event.action} facts=${factsOf(event)} />`)}<//>
      ${next && (hasNextPage ? html`<${Page} path=${path} cursor=${next} />`
      : html`<button class="plain" onClick=${() => setHasNextPage(true)}>${t("show_more")}</button>`)}`}<//>`;
}

/** @param {any} event */
const factsOf = (event) => [
  event.object,
  formatDateTime(event.at),
  event.actor,
  event.key,
  event.address,
  event.outcome !== "done" && event.outcome,
  ...Object.entries(event.facts).map(([name, value]) => `${name}: ${value}`),
];
