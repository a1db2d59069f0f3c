// @ts-check
// The table of all conversations that wait or are with an agent, with filters, an order, and commands for several at once.
import { claim, transfer } from "../conversations/actions.js";
import { openConversation } from "../conversations/queries.js";
import { pendingCommand, urgency, waitingTime } from "../state/conversation_list.js";
import { state } from "../state/store.js";
import { formatDuration, formatNumber } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html, useState } from "../ui/html.js";
import { COLUMNS, filtered, NO_FILTER, orderAfterClick, sorted } from "./board.js";
import { SelectionBar } from "./selection_bar.js";

/** @typedef {import("../state/types.js").Head} Head */

const ROWS_PER_PAGE = 50;
/** In ms. */
const LONG_WAITS = [60_000, 300_000, 900_000];

/** @param {{bot: string, heads: Head[], now: number}} props */
export function BoardTable({ bot, heads, now }) {
  const [limit, setLimit] = useState(ROWS_PER_PAGE);
  const [filter, setFilter] = useState(NO_FILTER);
  const [order, setOrder] = useState(/** @type {import("./board.js").Order | null} */ (null));
  const [selected, setSelected] = useState(/** @type {Set<string>} */ (new Set()));
  if (!heads.length) return html`<p class="card empty quiet">${t("no_open_conversations")}</p>`;
  const shown = sorted(filtered(heads, filter, now), order, now);
  // What a filter hides is not changed.
  const chosen = shown.filter((head) => selected.has(head.id));
  /** @param {string[]} ids @param {boolean} isSelected */
  const select = (ids, isSelected) => setSelected(new Set(isSelected ? [...selected, ...ids] : [...selected].filter((id) => !ids.includes(id))));
  return html`
    <${Filters} heads=${heads} filter=${filter} change=${(/** @type {object} */ changes) => setFilter({ ...filter, ...changes })} />
    <${SelectionBar} bot=${bot} heads=${chosen} unselect=${(/** @type {string[]} */ ids) => select(ids, false)} />
    <div class="table card" tabindex="0" role="region" aria-label=${t("conversations")}>
      <table>
        <thead><tr>
          <th scope="col"><input type="checkbox" aria-label=${t("select_all")} checked=${shown.length > 0 && chosen.length === shown.length}
            indeterminate=${chosen.length > 0 && chosen.length < shown.length} onChange=${(/** @type {any} */ event) => select(shown.map((head) => head.id), event.target.checked)} /></th>
          ${COLUMNS.map((column) => html`<th scope="col" aria-sort=${order?.column !== column ? undefined : order.isDescending ? "descending" : "ascending"}>
            <button class="plain sort" title=${t("sort_by", { column: t(column) })} onClick=${() => setOrder(orderAfterClick(order, column))}>${t(column)}
              <span aria-hidden="true">${order?.column !== column ? "" : order.isDescending ? " ↓" : " ↑"}</span></button></th>`)}
          <th scope="col"><span class="visually-hidden">${t("assign_to")}</span></th></tr></thead>
        <tbody>${shown.slice(0, limit).map((head) => html`
          <${ConversationRow} key=${head.id} head=${head} ms=${waitingTime(head, now)} isSelected=${selected.has(head.id)} select=${(/** @type {boolean} */ on) => select([head.id], on)} />`)}</tbody>
      </table>
      ${!shown.length && html`<p class="empty quiet" role="status">${t("nothing_matches")}</p>`}
      ${shown.length > limit && html`<button class="plain more" onClick=${() => setLimit(limit + ROWS_PER_PAGE)}>${t("show_more")}</button>`}
    </div>`;
}

/** @param {{heads: Head[], filter: import("./board.js").Filter, change: (changes: object) => void}} props */
function Filters({ heads, filter, change }) {
  const queues = [...new Set(heads.map((head) => head.queue).filter(Boolean))].sort();
  const owners = new Map(heads.flatMap((head) => (head.owner ? [[head.owner, head.owner_name ?? head.owner]] : [])));
  const field = (/** @type {string} */ name) => (/** @type {any} */ { target }) => change({ [name]: name === "longerThan" ? Number(target.value) : target.value });
  return html`
    <div class="board-filters" role="search">
      <input type="search" aria-label=${t("find")} placeholder=${t("find")} dir="auto" value=${filter.word} onInput=${field("word")} />
      ${queues.length > 0 && html`<select aria-label=${t("queue")} value=${filter.queue} onChange=${field("queue")}><option value="">${t("all_queues")}</option>${queues.map((each) => html`<option value=${each}>${each}</option>`)}</select>`}
      <select aria-label=${t("agent")} value=${filter.agent} onChange=${field("agent")}><option value="">${t("agent")}: ${t("everybody")}</option><option value="-">${t("waiting")}</option>${[...owners].map(([id, name]) => html`<option value=${id}>${name}</option>`)}</select>
      <select aria-label=${t("waiting_column")} value=${filter.longerThan} onChange=${field("longerThan")}><option value="0">${t("waiting_column")}: ${t("everybody")}</option>${LONG_WAITS.map((ms) => html`<option value=${ms}>${t("waits_longer", { time: formatDuration(ms) })}</option>`)}</select>
      <span class="quiet">${formatNumber(heads.length)}</span>
    </div>`;
}

/** @param {{head: Head, ms: number, isSelected: boolean, select: (isSelected: boolean) => void}} props */
function ConversationRow({ head, ms, isSelected, select }) {
  const name = head.user_name ?? head.user;
  const isMine = head.owner === state.value.me?.id;
  return html`
    <tr data-selected=${isSelected}>
      <td><input type="checkbox" aria-label=${t("select_one", { user: name })} checked=${isSelected} onChange=${(/** @type {any} */ event) => select(event.target.checked)} /></td>
      <td><button class="link" onClick=${() => openConversation(head.id)}><bdi>${name}</bdi></button></td>
      <td dir="auto">${head.queue ?? "–"}</td>
      <td>${ms > 0 ? html`<span class="pill ${urgency(ms)}">${formatDuration(ms)}</span>` : "–"}</td>
      <td dir="auto">${head.owner_name ?? "–"}</td>
      <td class="row-actions">
        ${!isMine && html`<button onClick=${() => claim(head)} aria-label=${`${t("claim")}: ${name}`}>${t("claim")}</button>`}
        <${AssignMenu} head=${head} name=${name} />
      </td>
    </tr>`;
}

/** Transfers the conversation to the agent that is chosen. @param {{head: Head, name: string}} props */
function AssignMenu({ head, name }) {
  const me = state.value.me?.id;
  const agents = (state.value.agents[head.bot] ?? []).filter((agent) => agent.status === "online" && agent.id !== head.owner && agent.id !== me);
  const assign = (/** @type {any} */ { target }) => {
    const agent = target.value;
    target.value = "";
    if (agent) transfer(head, { agent });
  };
  return html`
    <select aria-label=${`${t("assign_to")} ${name}`} onChange=${assign} disabled=${!agents.length || !!pendingCommand(state.value, head.id)}>
      <option value="">${t("assign_to")}</option>${agents.map((agent) => html`<option value=${agent.id}>${agent.name}</option>`)}
    </select>`;
}
