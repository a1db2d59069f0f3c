// @ts-check
// What the server finds for the inbox's search: filters, and messages with the words that were found.
import { activeQueues } from "../state/conversation_list.js";
import { dispatch, state } from "../state/store.js";
import { formatPreview, formatRecent } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html, useNow } from "../ui/html.js";
import { openFound, timeOf, useHits } from "./message_search.js";
import { SavedViews } from "./saved_views.js";

/** @typedef {import("./message_search.js").Found} Found */

const STATUSES = { waiting: "in_queue", agent: "with_an_agent", bot: "with_bot" };
const OUTCOMES = ["resolved", "rejected", "expired", "cancelled", "user_left", "message_left", "bot_down"];

export function Search() {
  const { search, isFiltering, filters: chosen } = state.value;
  const words = search.trim();
  const filters = isFiltering ? chosen : {};
  const [{ items, next, error }, loadMore] = useHits(words, filters, isFiltering || words.length > 1);
  const change = (/** @type {Record<string, string>} */ changed) => dispatch({ type: "filtering", isFiltering, filters: changed });
  return html`
    <section class="hits" aria-label=${t("found_messages")}>
      ${isFiltering && html`<${Filters} filters=${chosen} change=${change} /><${SavedViews} query=${words} filters=${chosen} />`}
      <h2>${t(words ? "found_messages" : "conversations")}</h2>
      ${error && html`<p class="quiet" role="alert">${error}</p>`}
      <p class="quiet" role="status">${items ? !items.length && !error && t("none_found") : (isFiltering || words.length > 1) && t("loading")}</p>
      <ul>${items?.map((found) => html`<${Hit} key=${`${found.conversation.id} ${found.hit?.seq}`} found=${found} />`)}</ul>
      ${Object.keys(next).length > 0 && html`<button class="plain more" onClick=${loadMore}>${t("show_more")}</button>`}
    </section>`;
}

/** @param {{found: Found}} props */
function Hit({ found }) {
  const { conversation, hit } = found;
  const now = useNow();
  return html`
    <li><button class="hit" onClick=${() => openFound(found)}>
      <span class="hit-name"><bdi>${conversation.user_name ?? conversation.user}</bdi></span>
      <time class="quiet">${formatRecent(timeOf(found), now)}</time>
      <span class="excerpt" dir="auto">${hit ? html`<${Excerpt} parts=${hit.excerpt} />` : formatPreview(conversation.last_message?.text ?? "")}</span>
    </button></li>`;
}

/** @param {{parts: import("./message_search.js").Part[]}} props */
export const Excerpt = ({ parts }) => parts.map(({ text, hit }) => (hit ? html`<mark>${text}</mark>` : text));

/** Each change searches at once. @param {{filters: Record<string, string>, change: (filters: Record<string, string>) => void}} props */
function Filters({ filters, change }) {
  const heads = Object.values(state.value.heads);
  const agents = new Map(Object.values(state.value.agents).flat().map((agent) => [agent.id, agent.name]));
  const onChange = (/** @type {any} */ { currentTarget }) =>
    change(Object.fromEntries([...new FormData(currentTarget)].map(([name, value]) => [name, String(value).trim()])));
  const field = (/** @type {string} */ name, /** @type {string} */ label, /** @type {string[]} */ known) => html`
    <label>${label}<input name=${name} value=${filters[name] ?? ""} list=${`known-${name}`} dir="auto" />
      <datalist id=${`known-${name}`}>${[...new Set(known)].sort().map((each) => html`<option value=${each} />`)}</datalist></label>`;
  const choice = (/** @type {string} */ name, /** @type {string} */ label, /** @type {[string, string][]} */ options) => html`
    <label>${label}<select name=${name} value=${filters[name] ?? ""}><option value="">${t("any")}</option>${options.map(([value, text]) => html`<option value=${value}>${text}</option>`)}</select></label>`;
  return html`
    <form class="filters" aria-label=${t("filters")} onChange=${onChange} onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
      ${choice("status", t("conversation_status"), Object.entries(STATUSES).map(([value, text]) => [value, t(text)]))}
      ${field("queue", t("queue"), activeQueues(state.value))}
      ${choice("agent", t("agent"), [["me", t("you")], ...[...agents].filter(([id]) => id !== state.value.me?.id)])}
      ${choice("outcome", t("outcome"), OUTCOMES.map((each) => [each, t(each)]))}
      ${field("tag", t("tag"), heads.flatMap((head) => head.tags))}
      ${field("channel", t("channel"), heads.map((head) => head.channel))}
      <label>${t("from_day")}<input type="date" name="from" value=${filters.from ?? ""} /></label>
      <label>${t("to_day")}<input type="date" name="to" value=${filters.to ?? ""} /></label>
      <button type="button" onClick=${() => change({})}>${t("clear_filters")}</button>
    </form>`;
}
