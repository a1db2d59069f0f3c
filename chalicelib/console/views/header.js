// @ts-check
import { choose, leave, reconnect, state } from "../actions.js";
import { html, useState } from "../html.js";
import { clock, lasting, t } from "../strings.js";
import { useNow } from "./app.js";
import { show } from "./dialogs.js";

const STATUSES = ["online", "away", "offline"];

/** The role that somebody has with any of their bots. @param {import("../types.js").State} known */
export function leads(known) {
  const mine = Object.values(known.agents).flatMap((all) => all.filter((each) => each.id === known.me?.id));
  return known.me?.role === "owner" || mine.some((each) => each.role !== "agent");
}

/** @param {{view: string, look: (view: string) => void}} props */
export function Header({ view, look }) {
  const known = state.value;
  const views = leads(known) ? ["conversations", "team", "report"] : ["conversations"];
  return html`
    <header class="header">
      ${view === "conversations" && html`<a class="skip" href="#thread">${t("skip")}</a>`}
      <img src="icon.svg" alt="Baton" width="28" height="28" />
      <nav aria-label="Baton">
        ${views.map((each) => html`
          <button class="tab" aria-current=${each === view ? "page" : undefined} onClick=${() => look(each)}>${t(each)}</button>`)}
      </nav>
      <span class="grow"></span>
      <${Notices} />
      <label class="presence" data-status=${known.status}>
        <span class="visually-hidden">${t("status")}</span>
        <select value=${known.status} onChange=${(/** @type {any} */ event) => choose(event.target.value)}>
          ${STATUSES.map((each) => html`<option value=${each}>${t(each)}</option>`)}
        </select>
      </label>
      <button class="plain" onClick=${() => show("settings")} aria-label=${t("settings")} title=${t("settings")}>⚙</button>
      <button class="plain leave" onClick=${leave}>${t("sign_out")}</button>
    </header>`;
}

function Notices() {
  const { notices } = state.value;
  const [seen, see] = useState(0);
  const news = notices.length - seen;
  return html`
    <button class="plain" popovertarget="notices" onClick=${() => see(notices.length)} aria-label=${t("notices")}>
      ✉${news > 0 && html` <span class="badge">${news}</span>`}
    </button>
    <div id="notices" popover="auto" class="popover">
      <h2>${t("notices")}</h2>
      ${!notices.length && html`<p class="quiet">${t("no_notices")}</p>`}
      <ul>${notices.map((each) => html`
        <li class=${each.level}><span dir="auto"><${Linked} url=${each.url} text=${each.message} /></span> <time>${clock(each.at)}</time></li>`)}</ul>
    </div>`;
}

/** @param {{url: string | null, text: string}} props */
function Linked({ url, text }) {
  const to = url && URL.canParse(url) ? new URL(url) : null;
  if (!to || !["https:", "http:"].includes(to.protocol)) return text;
  return html`<a href=${to.href} target="_blank" rel="noopener noreferrer">${text}</a>`;
}

export function Banner() {
  const { link, retryAt } = state.value;
  if (link === "on" || link === "off") return null;
  return html`<${Waiting} link=${link} retryAt=${retryAt} />`;
}

/** @param {{link: string, retryAt: number}} props */
function Waiting({ link, retryAt }) {
  const now = useNow();
  if (link === "connecting") return html`<p class="banner calm" role="status">${t("connecting")}</p>`;
  return html`
    <div class="banner" role="alert">
      <span>${t("lost")}</span>
      <span aria-hidden="true">${retryAt > now && t("retry_in", { time: lasting(retryAt - now) })}</span>
      <button onClick=${reconnect}>${t("retry")}</button>
    </div>`;
}
