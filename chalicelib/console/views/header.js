// @ts-check
import { html, useNow } from "../html.js";
import { Icon } from "../icons.js";
import { reconnect } from "../link.js";
import { choose } from "../moves.js";
import { leave } from "../session.js";
import { state, tell } from "../store.js";
import { lasting, t } from "../strings.js";
import { show } from "./dialogs.js";
import { Notices } from "./notices.js";

const STATUSES = ["online", "away", "offline"];

/** Whether somebody leads one of their teams. @param {import("../types.js").State} known @param {string} [bot] */
export function leads(known, bot) {
  const teams = bot ? [known.agents[bot] ?? []] : Object.values(known.agents);
  const mine = teams.flatMap((all) => all.filter((each) => each.id === known.me?.id));
  return known.me?.role === "owner" || mine.some((each) => each.role !== "agent");
}

/** Whether one may give away, end or take what somebody has: one's own, or a team's that one leads.
 * @param {import("../types.js").State} known @param {import("../types.js").Head} head */
export const governs = (known, head) => head.owner === known.me?.id || leads(known, head.bot);

/** The bots that somebody sets up. @param {import("../types.js").State} known */
export function administered({ me, agents }) {
  const isAdmin = (/** @type {string} */ bot) => agents[bot]?.some((each) => each.id === me?.id && each.role === "admin");
  return me?.bots.filter((bot) => me.role === "owner" || isAdmin(bot)) ?? [];
}

export function Header() {
  const known = state.value;
  const views = ["conversations", ...(leads(known) ? ["team", "report"] : []), ...(administered(known).length ? ["admin"] : [])];
  return html`
    <header class="header">
      ${known.view === "conversations" && html`<a class="skip" href="#thread" onClick=${skip}>${t("skip")}</a>`}
      <img class="brand" src="icon.svg" alt="Baton" width="28" height="28" />
      <nav aria-label="Baton">
        ${views.map((each) => html`
          <button class="tab" aria-current=${each === known.view ? "page" : undefined} onClick=${() => tell({ type: "view", view: each })}>${t(each)}</button>`)}
      </nav>
      <span class="grow"></span>
      <label class="presence" data-status=${known.status}>
        <span class="visually-hidden">${t("status")}</span>
        <select value=${known.status} onChange=${(/** @type {any} */ event) => choose(event.target.value)}>
          ${STATUSES.map((each) => html`<option value=${each}>${t(each)}</option>`)}
        </select>
      </label>
      <${Notices} />
      <button class="plain square" onClick=${() => show("settings")} aria-label=${t("settings")} title=${t("settings")}><${Icon} name="settings" /></button>
      <span class="whoami" dir="auto" title=${known.me?.email}>${known.me?.name}</span>
      <button class="plain square leave" onClick=${leave} aria-label=${t("sign_out")} title=${t("sign_out")}><${Icon} name="leave" /></button>
    </header>`;
}

/** The address names a conversation: a skip link must not change it. @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById("thread")?.focus();
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
