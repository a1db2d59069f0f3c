// @ts-check
import { find, open, recent, state, tell } from "../actions.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { rows, TABS, urgency, waited, windowOf } from "../logic.js";
import { clock, lasting, number, t } from "../strings.js";
import { useNow } from "./app.js";

/** In pixels, as in queue.css. */
const ROW = 76;

export function Queue() {
  const known = state.value;
  const now = useNow();
  const list = rows(known);
  return html`
    <section class="queue" aria-label=${t("conversations")}>
      <div class="queue-top">
        <input type="search" value=${known.search} placeholder=${t("search")} aria-label=${t("search")}
          onInput=${(/** @type {any} */ event) => find(event.target.value)} />
        <div class="tabs" role="tablist" aria-label=${t("conversations")}>
          ${TABS.map((tab) => html`<${Tab} tab=${tab} />`)}
        </div>
      </div>
      <${Rows} list=${list} now=${now} />
    </section>`;
}

/** @param {{tab: string}} props */
function Tab({ tab }) {
  const known = state.value;
  const isOn = !known.search && known.tab === tab;
  const count = tab === "recent" ? 0 : rows({ ...known, found: null }, tab).length;
  const go = () => {
    tell({ type: "tab", tab });
    if (tab === "recent") recent();
  };
  return html`
    <button role="tab" aria-selected=${isOn} aria-controls="rows" onClick=${go}>
      ${t(tab)}${count > 0 && html` <span class="count">${number(count)}</span>`}
    </button>`;
}

/** Only what is near the eye is in the page. @param {{list: import("../types.js").Head[], now: number}} props */
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
  const empty = known.search ? "found" : known.tab;
  const { first, last } = windowOf(list.length, ROW, view.top, view.height);
  return html`
    <div class="rows" id="rows" role="tabpanel" tabindex="-1" ref=${box} onScroll=${scrolled} aria-label=${t(known.tab)}>
      ${!list.length && html`
        <div class="empty"><p>${t(`none_${empty}`)}</p><p class="quiet">${t(`none_${empty}_more`)}</p></div>`}
      <ul style=${{ height: `${list.length * ROW}px` }}>
        ${list.slice(first, last).map((head, at) => html`
          <${Row} key=${head.id} head=${head} now=${now} top=${(first + at) * ROW} place=${first + at + 1} of=${list.length} />`)}
      </ul>
    </div>`;
}

/** @param {{head: import("../types.js").Head, now: number, top: number, place: number, of: number}} props */
function Row({ head, now, top, place, of }) {
  const known = state.value;
  const ms = waited(head, now);
  const unread = known.unread[head.id] ?? 0;
  const name = head.user_name ?? head.user;
  return html`
    <li style=${{ top: `${top}px` }} aria-setsize=${of} aria-posinset=${place}>
      <button class="row ${head.status}" aria-current=${known.selected === head.id ? "true" : undefined} onClick=${() => open(head.id)}>
        <span class="avatar" aria-hidden="true">${[...name.trim()][0]?.toUpperCase() ?? "?"}</span>
        <span class="row-name"><bdi>${name}</bdi></span>
        <span class="row-time"><time>${clock(head.updated_at)}</time></span>
        <span class="row-text"><bdi>${head.handoff?.reason ?? head.last_message?.text ?? ""}</bdi></span>
        <span class="row-state">
          ${ms > 0 && html`<span class="pill ${urgency(ms)}">${t(head.status === "waiting" ? "waits" : "unanswered", { time: lasting(ms) })}</span>`}
          <${Holder} head=${head} />
          ${unread > 0 && html`<span class="badge" aria-label=${t("unread", { count: unread })}>${unread}</span>`}
        </span>
      </button>
    </li>`;
}

/** @param {{head: import("../types.js").Head}} props */
function Holder({ head }) {
  const me = state.value.me?.id;
  if (head.offered_to) {
    const mine = head.offered_to.id === me;
    return html`<span class="pill ${mine ? "late" : "plain"}">${mine ? t("accept") : t("offered", { agent: head.offered_to.name })}</span>`;
  }
  if (head.status === "bot") return html`<span class="quiet">${t("with_bot")}</span>`;
  if (head.status === "agent" && head.owner !== me) return html`<span class="quiet">${t("with", { agent: head.owner_name })}</span>`;
  return head.queue && html`<span class="quiet" dir="auto">${head.queue}</span>`;
}
