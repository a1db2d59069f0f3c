// @ts-check
import { reconnect } from "../connection/session_socket.js";
import { state } from "../state/store.js";
import { formatDuration } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html, useNow } from "../ui/html.js";

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
      <span>${t("lost")}</span>
      <span aria-hidden="true">${retryAt > now && t("retry_in", { time: formatDuration(retryAt - now) })}</span>
      <button onClick=${reconnect}>${t("retry")}</button>
    </div>`;
}
