// @ts-check
import { claim, handBackToBot, putBackInQueue, putInQueue, undoCommand } from "../conversations/actions.js";
import { openConversation } from "../conversations/queries.js";
import { pendingCommand } from "../state/conversation_list.js";
import { isSupervisor } from "../state/permissions.js";
import { dispatch, openDialog, selectedHead, state } from "../state/store.js";
import { formatList, formatTime } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html } from "../ui/html.js";
import { Avatar, Icon } from "../ui/widgets.js";
import { Composer } from "./composer.js";
import { Log } from "./log.js";

/** @typedef {import("../state/types.js").Head} Head */

/** The pane with the open conversation. */
export function Thread() {
  const head = selectedHead();
  return head && html`
    <section class="thread" id="thread" tabindex="-1" aria-label=${head.user_name ?? head.user}>
      <${ThreadHeader} head=${head} />
      <${Reason} head=${head} />
      <${Log} key=${head.id} head=${head} />
      <${Composer} key=${head.id} head=${head} />
    </section>`;
}

/** @param {{head: Head}} props */
function ThreadHeader({ head }) {
  const owner = { waiting: t("in_queue"), bot: t("with_bot"), agent: head.owner === state.value.me?.id ? t("with_you") : t("with_agent", { agent: head.owner_name }) };
  return html`
    <header class="thread-top">
      <button class="plain square back" onClick=${() => openConversation(null)} aria-label=${t("back")}><${Icon} name="back" /></button>
      <${Avatar} head=${head} />
      <div class="grow">
        <h1><bdi>${head.user_name ?? head.user}</bdi></h1>
        <p class="subtitle"><span class="owner ${head.status}">${owner[head.status]}</span><${Viewers} id=${head.id} /></p>
      </div>
      <${Actions} head=${head} />
      <button class="plain square to-details" onClick=${() => dispatch({ type: "pane", pane: "details" })} aria-label=${t("details")}><${Icon} name="details" /></button>
    </header>`;
}

/** Names the other agents who have the conversation open, so that two do not answer at the same time. @param {{id: string}} props */
function Viewers({ id }) {
  const { me, viewers } = state.value;
  const others = (viewers[id] ?? []).filter((viewer) => viewer.id !== me?.id);
  return html`<span class="viewers" role="status">${others.length > 0 && html`
    <${Icon} name="eye" /> <span>${t("also_viewing", { agents: formatList(others.map((viewer) => viewer.name)) })}</span>`}</span>`;
}

/** The head contains only the beginning of a long reason. The whole text is in the entry. @param {{head: Head}} props */
function Reason({ head }) {
  const { handoff } = head;
  if (!handoff) return null;
  const request = state.value.threads[head.id]?.entries.find((entry) => entry.seq === handoff.opened_seq);
  const reason = request?.payload?.reason ?? handoff.reason ?? t("no_reason");
  return html`
    <p class="reason-bar"><b>${t("reason")}</b> <span title=${reason}><bdi>${reason}</bdi></span>
      <time>${formatTime(handoff.requested_at)}</time></p>`;
}

/** The buttons for the conversation's current status. While a command waits to be sent, it can only be undone. @param {{head: Head}} props */
function Actions({ head }) {
  const command = pendingCommand(state.value, head.id);
  if (command) return html`<div class="actions"><button disabled=${command.phase === "sending"} onClick=${() => undoCommand(head.id)}>${t("undo")}</button></div>`;
  const isMine = head.owner === state.value.me?.id;
  const buttons = { bot: BotActions, waiting: WaitingActions, agent: isMine ? OwnActions : SupervisorActions };
  return html`<div class="actions"><${buttons[head.status]} head=${head} /></div>`;
}

/** @param {{head: Head}} props */
const BotActions = ({ head }) => html`
  <button onClick=${() => putInQueue(head)}>${t("put_in_queue")}</button>
  <button class="primary" onClick=${() => claim(head)}>${t("take_over")}</button>`;

/** @param {{head: Head}} props */
const WaitingActions = ({ head }) => html`
  <button onClick=${() => openDialog("close")}>${t("close_handoff")}</button>
  <button class="primary" onClick=${() => claim(head)}>${t("claim")}</button>`;

/** @param {{head: Head}} props */
const OwnActions = ({ head }) => html`
  <button onClick=${() => openDialog("snooze")}>${t("snooze")}</button>
  <button onClick=${() => openDialog("transfer")}>${t("transfer")}</button>
  <button onClick=${() => putBackInQueue(head)}>${t("put_back")}</button>
  <button onClick=${() => openDialog("close")}>${t("close_handoff")}</button>
  <button class="primary" onClick=${() => handBackToBot(head)}>${t("hand_back")}</button>`;

/** If another agent has the conversation, only supervisors can act. @param {{head: Head}} props */
const SupervisorActions = ({ head }) => isSupervisor(state.value, head.bot) && html`
  <button onClick=${() => openDialog("transfer")}>${t("transfer")}</button>
  <button onClick=${() => openDialog("close")}>${t("close_handoff")}</button>
  <button class="primary" onClick=${() => claim(head)}>${t("claim")}</button>`;
