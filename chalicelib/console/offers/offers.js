// @ts-check
// The conversations that are offered to this agent. They stay on top of every page until somebody answers.
import { claim, declineOffer } from "../conversations/actions.js";
import { openConversation } from "../conversations/queries.js";
import { offersToMe } from "../state/alerts.js";
import { state } from "../state/store.js";
import { formatDuration } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html, useNow } from "../ui/html.js";

/** @typedef {import("../state/types.js").Head} Head */

export function Offers() {
  const offers = offersToMe(state.value);
  return offers.length > 0 && html`
    <section class="offers" aria-label=${t("offered_to_you")}>${offers.map((head) => html`<${Offer} key=${head.id} head=${head} />`)}</section>`;
}

/** @param {{head: Head}} props */
function Offer({ head }) {
  const left = Date.parse(head.offered_to?.until ?? "") - useNow();
  const accept = () => {
    openConversation(head.id);
    claim(head);
  };
  return html`
    <div class="offer">
      <strong>${t("offered_to_you")}</strong>
      <button class="link" onClick=${() => openConversation(head.id)}><bdi>${head.user_name ?? head.user}</bdi></button>
      <span class="offer-reason"><bdi>${head.handoff?.reason}</bdi></span>
      <span class="pill ${left < 10_000 ? "late" : "soon"}" role="timer">${formatDuration(left)}</span>
      <span class="offer-answers"><button onClick=${() => declineOffer(head)}>${t("decline")}</button> <button class="primary" onClick=${accept}>${t("accept")}</button></span>
    </div>`;
}
