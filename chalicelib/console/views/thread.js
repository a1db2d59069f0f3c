// @ts-check
import { html, useNow } from "../html.js";
import { Icon } from "../icons.js";
import { decline, queue, release, resume, take } from "../moves.js";
import { open } from "../reading.js";
import { current, state, tell } from "../store.js";
import { clock, lasting, listed, t } from "../strings.js";
import { Composer } from "./composer.js";
import { show } from "./dialogs.js";
import { leads } from "./header.js";
import { Log } from "./log.js";
import { Avatar } from "./queue.js";

/** @typedef {import("../types.js").Head} Head */

export function Thread() {
  const head = current();
  if (!head) return html`<${Nothing} />`;
  return html`
    <section class="thread" id="thread" tabindex="-1" aria-label=${head.user_name ?? head.user}>
      <${Top} head=${head} />
      <${Why} head=${head} />
      <${Log} key=${head.id} head=${head} />
      <${Offered} head=${head} />
      <${Composer} key=${head.id} head=${head} />
    </section>`;
}

const Nothing = () => html`
  <section class="thread nothing" id="thread" tabindex="-1" aria-label=${t("conversation")}>
    <div class="empty"><${Icon} name="chat" /><p>${t("pick")}</p><p class="quiet">${t("pick_more")}</p></div>
  </section>`;

/** @param {{head: Head}} props */
function Top({ head }) {
  const who = { waiting: t("in_queue"), bot: t("with_bot"), agent: head.owner === state.value.me?.id ? t("with_you") : t("with", { agent: head.owner_name }) };
  return html`
    <header class="thread-top">
      <button class="plain square back" onClick=${() => open(null)} aria-label=${t("back")}><${Icon} name="back" /></button>
      <${Avatar} head=${head} />
      <div class="grow">
        <h1><bdi>${head.user_name ?? head.user}</bdi></h1>
        <p class="under"><span class="turn ${head.status}">${who[head.status]}</span><${Viewers} id=${head.id} /></p>
      </div>
      <${Moves} head=${head} />
      <button class="plain square to-details" onClick=${() => tell({ type: "pane", pane: "details" })} aria-label=${t("details")}><${Icon} name="details" /></button>
    </header>`;
}

/** Who else reads it, so that two do not do one work. @param {{id: string}} props */
function Viewers({ id }) {
  const known = state.value;
  const others = (known.viewers[id] ?? []).filter((each) => each.id !== known.me?.id);
  return html`<span class="viewers" role="status">${others.length > 0 && html`
    <${Icon} name="eye" /> <span>${t("also_here", { agents: listed(others.map((each) => each.name)) })}</span>`}</span>`;
}

/** A head has the beginning of the reason, the log all of it. @param {{head: Head}} props */
function Why({ head }) {
  const { handoff } = head;
  if (!handoff) return null;
  const asked = state.value.threads[head.id]?.entries.find((entry) => entry.seq === handoff.opened_seq);
  const reason = asked?.payload?.reason ?? handoff.reason ?? t("no_reason");
  return html`
    <p class="why"><b>${t("reason")}</b> <span title=${reason}><bdi>${reason}</bdi></span>
      <time>${clock(handoff.requested_at)}</time></p>`;
}

/** @param {{head: Head}} props */
function Moves({ head }) {
  const isMine = head.owner === state.value.me?.id;
  const has = { bot: WithBot, waiting: Waiting, agent: isMine ? Mine : Others };
  return html`<div class="moves"><${has[head.status]} head=${head} /></div>`;
}

/** @param {{head: Head}} props */
const WithBot = ({ head }) => html`
  <button onClick=${() => queue(head)}>${t("queue_it")}</button>
  <button class="primary" onClick=${() => take(head)}>${t("take_here")}</button>`;

/** @param {{head: Head}} props */
const Waiting = ({ head }) => html`
  <button onClick=${() => show("end")}>${t("end")}</button>
  <button class="primary" onClick=${() => take(head)}>${t("take")}</button>`;

/** @param {{head: Head}} props */
const Mine = ({ head }) => html`
  <button onClick=${() => show("transfer")}>${t("transfer")}</button>
  <button onClick=${() => release(head)}>${t("return")}</button>
  <button onClick=${() => show("end")}>${t("end")}</button>
  <button class="primary" onClick=${() => resume(head)}>${t("resume")}</button>`;

/** What a colleague has, a supervisor may give away, end or take. @param {{head: Head}} props */
const Others = ({ head }) => leads(state.value, head.bot) && html`
  <button onClick=${() => show("transfer")}>${t("transfer")}</button>
  <button onClick=${() => show("end")}>${t("end")}</button>
  <button class="primary" onClick=${() => take(head)}>${t("take")}</button>`;

/** @param {{head: Head}} props */
function Offered({ head }) {
  const now = useNow();
  const offer = head.offered_to;
  if (!offer || offer.id !== state.value.me?.id) return null;
  return html`
    <div class="offer" role="status">
      <strong>${t("offered_you")} <span aria-hidden="true">· ${lasting(Date.parse(offer.until) - now)}</span></strong>
      <button onClick=${() => decline(head)}>${t("decline")}</button>
      <button class="primary" onClick=${() => take(head)}>${t("accept")}</button>
    </div>`;
}
