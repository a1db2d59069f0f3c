// @ts-check
import { reconnect } from "../connection/socket.js";
import { setStatus } from "../conversations/actions.js";
import { openView } from "../conversations/queries.js";
import { askToEndSession } from "../session/session.js";
import { allowedViews } from "../state/permissions.js";
import { openDialog, state } from "../state/store.js";
import { formatDuration } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html, useNow } from "../ui/html.js";
import { Icon } from "../ui/widgets.js";
import { Notifications } from "./notifications.js";

const STATUSES = ["online", "away", "offline"];

export function Header() {
  const { me, status, view } = state.value;
  const views = allowedViews(state.value);
  return html`
    <header class="header">
      ${view === "conversations" && html`<a class="skip" href="#thread" onClick=${skipToThread}>${t("skip_to_thread")}</a>`}
      <img class="brand" src="icon.svg" alt="Baton" width="28" height="28" />
      <nav aria-label="Baton">
        ${views.map((each) => html`
          <button class="tab" aria-current=${each === view ? "page" : undefined} onClick=${() => openView(each)}>${t(each)}</button>`)}
      </nav>
      <span class="grow"></span>
      <label class="presence" data-status=${status}>
        <span class="visually-hidden">${t("status")}</span>
        <select value=${status} onChange=${(/** @type {any} */ event) => setStatus(event.target.value)}>
          ${STATUSES.map((each) => html`<option value=${each}>${t(each)}</option>`)}
        </select>
      </label>
      <${Notifications} />
      <button class="plain square" onClick=${() => openDialog("settings")} aria-label=${t("settings")} title=${t("settings")}><${Icon} name="settings" /></button>
      <button class="plain whoami" dir="auto" aria-current=${view === "account" ? "page" : undefined} title=${t("account")} onClick=${() => openView("account")}>${me?.name}</button>
      <button class="plain square leave" onClick=${askToEndSession} aria-label=${t("sign_out")} title=${t("sign_out")}><${Icon} name="leave" /></button>
    </header>`;
}

/** Keeps the address, which names the open conversation. @param {Event} event */
function skipToThread(event) {
  event.preventDefault();
  document.getElementById("thread")?.focus();
}

/** Tells the agent while the connection is being opened or is lost. */
export function ConnectionBanner() {
  const { connection, retryAt } = state.value;
  if (connection === "connecting") return html`<p class="banner calm" role="status">${t("connecting")}</p>`;
  return connection === "lost" && html`<${LostBanner} retryAt=${retryAt} />`;
}

/** @param {{retryAt: number}} props */
function LostBanner({ retryAt }) {
  const now = useNow();
  return html`
    <div class="banner" role="alert">
      <span>${t("connection_lost")}</span>
      <span aria-hidden="true">${retryAt > now && t("retry_in", { time: formatDuration(retryAt - now) })}</span>
      <button onClick=${reconnect}>${t("retry")}</button>
    </div>`;
}
