// @ts-check
import { html, useEffect, useNow, useRef, useState } from "../html.js";
import { queuesOf, rows, TABS, urgency, waited, windowOf } from "../lists.js";
import { find, open, recent } from "../reading.js";
import { state, tell } from "../store.js";
import { lasting, lately, number, t } from "../strings.js";

/** @typedef {import("../types.js").Head} Head */

/** In pixels, as in queue.css. */
const ROW = 80;

export function Queue() {
  const known = state.value;
  const now = useNow();
  const queues = queuesOf(known);
  return html`
    <section class="queue" aria-label=${t("conversations")}>
      ${!known.selected && html`<h1 class="visually-hidden">${t("conversations")}</h1>`}
      <div class="queue-top">
        <input type="search" value=${known.search} placeholder=${t("search")} aria-label=${t("search")}
          onInput=${(/** @type {any} */ event) => find(event.target.value)} />
        ${(queues.length > 1 || known.queue) && html`
          <select aria-label=${t("queue")} value=${known.queue} onChange=${(/** @type {any} */ event) => tell({ type: "queue", queue: event.target.value })}>
            <option value="">${t("all_queues")}</option>${queues.map((each) => html`<option value=${each}>${each}</option>`)}
          </select>`}
      </div>
      <div class="tabs" role="tablist" aria-label=${t("conversations")} onKeyDown=${turn}>
        ${TABS.map((tab) => html`<${Tab} tab=${tab} />`)}
      </div>
      <${Rows} list=${rows(known)} now=${now} />
    </section>`;
}

/** @param {string} tab */
function go(tab) {
  tell({ type: "tab", tab });
  if (tab === "recent") recent();
}

/** The arrows go from tab to tab, in the direction of the script. @param {KeyboardEvent} event */
function turn(event) {
  const forward = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const by = event.key === forward ? 1 : /^Arrow(Left|Right)$/.test(event.key) ? -1 : 0;
  if (!by) return;
  const at = (TABS.indexOf(state.value.tab) + by + TABS.length) % TABS.length;
  go(TABS[at]);
  const tabs = /** @type {HTMLElement} */ (event.currentTarget).querySelectorAll("button");
  tabs[at].focus();
}

/** @param {{tab: string}} props */
function Tab({ tab }) {
  const known = state.value;
  const isOn = !known.search && known.tab === tab;
  const count = tab === "recent" ? 0 : rows({ ...known, found: null }, tab).length;
  return html`
    <button role="tab" id=${`tab-${tab}`} aria-selected=${isOn} aria-controls="rows" tabindex=${known.tab === tab ? 0 : -1} onClick=${() => go(tab)}>
      ${t(tab)}${count > 0 && html` <span class="count">${number(count)}</span>`}
    </button>`;
}

/** Only what is near the eye is in the page. @param {{list: Head[], now: number}} props */
function Rows({ list, now }) {
  const known = state.value;
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [view, look] = useState({ top: 0, height: 800 });
  useEffect(() => {
    const measure = () => box.current && look({ top: box.current.scrollTop, height: box.current.clientHeight });
    measure();
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, []);
  const scrolled = (/** @type {any} */ { target }) => look({ top: target.scrollTop, height: target.clientHeight });
  const { first, last } = windowOf(list.length, ROW, view.top, view.height);
  const hasMore = known.tab === "recent" && !known.search && Object.keys(known.more).length > 0;
  return html`
    <div class="rows" id="rows" role="tabpanel" tabindex="-1" ref=${box} onScroll=${scrolled} aria-labelledby=${`tab-${known.tab}`}>
      ${!list.length && html`<${Nothing} />`}
      <ul style=${{ height: `${list.length * ROW}px` }}>
        ${list.slice(first, last).map((head, at) => html`
          <${Row} key=${head.id} head=${head} now=${now} top=${(first + at) * ROW} place=${first + at + 1} of=${list.length} />`)}
      </ul>
      ${hasMore && html`<button class="plain more" onClick=${() => recent(known.more)}>${t("show_more")}</button>`}
    </div>`;
}

function Nothing() {
  const known = state.value;
  if (known.search && !known.found) return html`<p class="empty quiet" role="status">${t("loading")}</p>`;
  if (!known.isSynced && !known.search) return html`<div class="skeletons" role="status" aria-label=${t("loading")}>${[1, 2, 3, 4].map(() => html`<i></i>`)}</div>`;
  const what = known.search ? "found" : known.tab;
  return html`<div class="empty"><p>${t(`none_${what}`)}</p><p class="quiet">${t(`none_${what}_more`)}</p></div>`;
}

/** @param {{head: Head, now: number, top: number, place: number, of: number}} props */
function Row({ head, now, top, place, of }) {
  const known = state.value;
  const ms = waited(head, now);
  const unread = known.unread[head.id] ?? 0;
  const isOpen = known.selected === head.id;
  return html`
    <li style=${{ top: `${top}px` }} aria-setsize=${of} aria-posinset=${place}>
      <button id=${`row-${head.id}`} class="row ${head.status} ${ms ? urgency(ms) : ""}" aria-current=${isOpen ? "true" : undefined} onClick=${() => open(head.id)}>
        <${Avatar} head=${head} />
        <span class="row-name"><bdi>${head.user_name ?? head.user}</bdi></span>
        <span class="row-time">
          ${ms > 0 ? html`<span class="pill ${urgency(ms)}">${t(head.status === "waiting" ? "waits" : "unanswered", { time: lasting(ms) })}</span>`
          : html`<time>${lately(head.updated_at, now)}</time>`}
        </span>
        <span class="row-text"><bdi>${textOf(head)}</bdi></span>
        <span class="row-state"><${Holder} head=${head} /></span>
        ${unread > 0 && html`<span class="badge" aria-label=${t("unread", { count: unread })}>${unread}</span>`}
      </button>
    </li>`;
}

/** Before it is taken, why; then, what was said last. @param {Head} head */
const textOf = (head) => (head.status === "waiting" && head.handoff?.reason) || head.last_message?.text || head.handoff?.reason || "";

/** @param {{head: Head}} props */
export function Avatar({ head }) {
  const name = (head.user_name ?? head.user).trim();
  const hue = [...head.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 6;
  return html`<span class="avatar" data-hue=${hue} aria-hidden="true">${[...name][0]?.toUpperCase() ?? "?"}</span>`;
}

/** @param {{head: Head}} props */
function Holder({ head }) {
  const me = state.value.me?.id;
  const place = [(state.value.me?.bots.length ?? 0) > 1 && head.bot, head.queue].filter(Boolean).join(" / ");
  const queue = place && html`<span class="row-queue"><bdi>${place}</bdi></span>`;
  if (head.offered_to) {
    const isMine = head.offered_to.id === me;
    return html`${queue}<span class="pill ${isMine ? "soon" : ""}">${isMine ? t("for_you") : t("offered", { agent: head.offered_to.name })}</span>`;
  }
  if (head.status === "bot") return html`${queue}<span>${t("with_bot")}</span>`;
  if (head.status === "agent" && head.owner !== me) return html`${queue}<span>${t("with", { agent: head.owner_name })}</span>`;
  return html`${queue}${head.priority > 0 && html`<span>${t("priority")} ${head.priority}</span>`}`;
}
