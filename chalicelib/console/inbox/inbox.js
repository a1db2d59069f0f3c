// @ts-check
import { loadedViews, loadView } from "../app/lazy_views.js";
import { hasDraft } from "../conversations/drafts.js";
import { loadRecent, openConversation, openSearch, searchConversations } from "../conversations/queries.js";
import { leaveSearch } from "../conversations/router.js";
import { activeQueues, isSnoozed, listedConversations, rowAfterKey, TABS, urgency, visibleRange, waitingTime } from "../state/conversation_list.js";
import { dispatch, state } from "../state/store.js";
import { formatDuration, formatNumber, formatPreview, formatRecent, formatSnooze } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html, useEffect, useLayoutEffect, useNow, useRef, useState } from "../ui/html.js";
import { Avatar, Icon, tabAfterKey } from "../ui/widgets.js";

/** @typedef {import("../state/types.js").Head} Head */

/** In pixels. Keep it equal to the height in inbox.css. */
const ROW_HEIGHT = 80;

/** The pane with the lists of conversations. */
export function Inbox() {
  const { selected, search, isFiltering, queueFilter, tab, dialog, views } = state.value;
  const now = useNow();
  const queues = activeQueues(state.value);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const next = tabAfterKey(event, TABS, tab);
    if (next) showTab(next);
  };
  const openView = (/** @type {any} */ { target }) => {
    openSearch(views[Number(target.value)]);
    target.value = "";
  };
  const toggleFilters = () => {
    leaveSearch();
    dispatch({ type: "filtering", isFiltering: !isFiltering });
  };
  return html`
    <section class="inbox" aria-label=${t("conversations")}>
      ${!selected && html`<h1 class="visually-hidden">${t("conversations")}</h1>`}
      <div class="inbox-top">
        <div class="search-line"><input type="search" value=${search} placeholder=${t("search")} aria-label=${t("search")}
          onInput=${(/** @type {any} */ event) => searchConversations(event.target.value)} />
          <button class="plain square" aria-label=${t("filters")} title=${t("filters")} aria-expanded=${isFiltering} onClick=${toggleFilters}><${Icon} name="filter" /></button></div>
        ${(queues.length > 1 || queueFilter) && html`
          <select aria-label=${t("queue")} value=${queueFilter} onChange=${(/** @type {any} */ event) => dispatch({ type: "queue_filter", queue: event.target.value })}>
            <option value="">${t("all_queues")}</option>${queues.map((queue) => html`<option value=${queue}>${queue}</option>`)}
          </select>`}
        ${views.length > 0 && html`
          <select aria-label=${t("saved_views")} value="" onChange=${openView}>
            <option value="">${t("saved_views")}</option>${views.map((view, at) => html`<option value=${at}>${view.name}${view.bot && ` · ${view.bot}`}</option>`)}
          </select>`}
      </div>
      <div class="tabs" role="tablist" aria-label=${t("conversations")} onKeyDown=${onKeyDown}>
        ${TABS.map((each) => html`<${Tab} tab=${each} />`)}
      </div>
      ${!isFiltering && html`<${ConversationList} heads=${listedConversations(state.value)} now=${now} />`}
      ${(isFiltering || (search.trim() && dialog !== "palette")) && html`<${Found} />`}
    </section>`;
}

/** What the server finds, and the filters. Without them, the search works on what the console knows. */
function Found() {
  const [, setLoaded] = useState(false);
  useEffect(() => void loadView("search").then(() => setLoaded(true), () => {}), []);
  return loadedViews.search && html`<${loadedViews.search} />`;
}

/** @param {string} tab */
function showTab(tab) {
  leaveSearch();
  dispatch({ type: "tab", tab });
  if (tab === "recent") loadRecent();
}

/** @param {{tab: string}} props */
function Tab({ tab }) {
  const known = state.value;
  const isSelected = !known.search && known.tab === tab;
  const count = tab === "recent" ? 0 : listedConversations({ ...known, searchResults: null }, tab).length;
  return html`
    <button role="tab" id=${`tab-${tab}`} aria-selected=${isSelected} aria-controls="rows" tabindex=${known.tab === tab ? 0 : -1} onClick=${() => showTab(tab)}>
      ${t(tab)}${count > 0 && html` <span class="count">${formatNumber(count)}</span>`}
    </button>`;
}

/** Renders only the rows that are near the visible part of the list. It is one stop of the Tab key; arrow keys move within.
 * @param {{heads: Head[], now: number}} props */
function ConversationList({ heads, now }) {
  const { tab, search, nextPages } = state.value;
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const toFocus = useRef(/** @type {string | null} */ (null));
  const [scroll, setScroll] = useState({ top: 0, height: 800 });
  useEffect(() => {
    const measure = () => box.current && setScroll({ top: box.current.scrollTop, height: box.current.clientHeight });
    measure();
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, []);
  const [active, setActive] = useState(/** @type {string | null} */ (null));
  const onScroll = (/** @type {any} */ { target }) => setScroll({ top: target.scrollTop, height: target.clientHeight });
  const { first, last } = visibleRange(heads.length, ROW_HEIGHT, scroll.top, scroll.height);
  const shown = heads.slice(first, last);
  const { selected } = state.value;
  const stop = [active, selected].find((id) => shown.some((head) => head.id === id)) ?? heads[Math.ceil(scroll.top / ROW_HEIGHT)]?.id;
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const to = rowAfterKey(event, heads.findIndex((head) => `row-${head.id}` === document.activeElement?.id), heads.length);
    if (to === null || !box.current) return;
    event.preventDefault();
    setActive(heads[to].id);
    box.current.scrollTop = Math.min(to * ROW_HEIGHT, Math.max(box.current.scrollTop, (to + 1) * ROW_HEIGHT - box.current.clientHeight));
    toFocus.current = heads[to].id;
  };
  useLayoutEffect(() => {
    const row = document.getElementById(`row-${toFocus.current}`);
    if (!row) return;
    row.focus({ preventScroll: true });
    toFocus.current = null;
  });
  const hasMore = tab === "recent" && !search && Object.keys(nextPages).length > 0;
  return html`
    <div class="rows" id="rows" role="tabpanel" tabindex="-1" ref=${box} onScroll=${onScroll} aria-labelledby=${`tab-${tab}`}>
      ${!heads.length && html`<${EmptyList} />`}
      <ul onKeyDown=${onKeyDown} onFocusIn=${(/** @type {any} */ { target }) => setActive(target.id.replace("row-", ""))} style=${{ height: `${heads.length * ROW_HEIGHT}px` }}>
        ${shown.map((head, at) => html`
          <${Row} key=${head.id} head=${head} now=${now} top=${(first + at) * ROW_HEIGHT} isStop=${head.id === stop} position=${first + at + 1} total=${heads.length} />`)}
      </ul>
      ${hasMore && html`<button class="plain more" onClick=${() => loadRecent(nextPages)}>${t("show_more")}</button>`}
    </div>`;
}

function EmptyList() {
  const { isSynced, search, searchResults, tab } = state.value;
  if (search && !searchResults) return html`<p class="empty quiet" role="status">${t("loading")}</p>`;
  if (!isSynced && !search) return html`<div class="skeletons" role="status" aria-label=${t("loading")}>${[1, 2, 3, 4].map(() => html`<i></i>`)}</div>`;
  const text = search ? "none_listed" : `none_${tab}`;
  return html`<div class="empty"><p>${t(text)}</p><p class="quiet">${t(`${text}_more`)}</p></div>`;
}

/** @param {{head: Head, now: number, top: number, isStop: boolean, position: number, total: number}} props */
function Row({ head, now, top, isStop, position, total }) {
  const ms = waitingTime(head, now);
  const unread = state.value.unread[head.id] ?? 0;
  const isOpen = state.value.selected === head.id;
  return html`
    <li style=${{ top: `${top}px` }} aria-setsize=${total} aria-posinset=${position}>
      <button id=${`row-${head.id}`} class="row ${head.status} ${ms ? urgency(ms) : ""}" tabindex=${isStop ? 0 : -1} aria-current=${isOpen ? "true" : undefined} onClick=${() => openConversation(head.id)}>
        <${Avatar} head=${head} />
        <span class="row-name"><bdi>${head.user_name ?? head.user}</bdi></span>
        <span class="row-time">
          ${ms > 0 ? html`<span class="pill ${urgency(ms)}">${t(head.status === "waiting" ? "waiting_for" : "unanswered", { time: formatDuration(ms) })}</span>`
          : html`<time>${formatRecent(head.updated_at, now)}</time>`}
        </span>
        <span class="row-text"><bdi>${summaryOf(head)}</bdi></span>
        <span class="row-state"><${RowState} head=${head} />${hasDraft(head.id) && html`<span class="pill">${t("draft")}</span>`}${isSnoozed(head, now) && html`<span class="pill">${formatSnooze(head.snoozed_until)}</span>`}</span>
        ${unread > 0 && html`<span class="badge" aria-label=${t("unread", { count: unread })}>${unread}</span>`}
      </button>
    </li>`;
}

/** The reason while the conversation waits, otherwise the last message. @param {Head} head */
const summaryOf = (head) => (head.status === "waiting" && head.handoff?.reason) || formatPreview(head.last_message?.text ?? "") || head.handoff?.reason || "";

/** The queue, and who has the conversation or is offered it. @param {{head: Head}} props */
function RowState({ head }) {
  const { me } = state.value;
  const path = [(me?.bots.length ?? 0) > 1 && head.bot, head.queue].filter(Boolean).join(" / ");
  const queue = path && html`<span class="row-queue"><bdi>${path}</bdi></span>`;
  if (head.offered_to) {
    const isMine = head.offered_to.id === me?.id;
    return html`${queue}<span class="pill ${isMine ? "soon" : ""}">${isMine ? t("for_you") : t("offered", { agent: head.offered_to.name })}</span>`;
  }
  if (head.status === "bot") return html`${queue}<span>${t("with_bot")}</span>`;
  if (head.status === "agent" && head.owner !== me?.id) return html`${queue}<span>${t("with_agent", { agent: head.owner_name })}</span>`;
  return html`${queue}${head.priority > 0 && html`<span>${t("priority")} ${head.priority}</span>`}`;
}
