// @ts-check
// One entry of the log.
import { loadView } from "../app/lazy_views.js";
import { focusComposer, quoteMessage, resendEntry } from "../conversations/actions.js";
import { discardMessage, resendMessage, sendMessage } from "../conversations/outbox.js";
import { MODIFIER } from "../conversations/shortcuts.js";
import { isOwnedBy } from "../state/alerts.js";
import { state } from "../state/store.js";
import { continuesMessage, deliveryStatus, wasSent } from "../state/thread_entries.js";
import { formatDay, formatPreview, formatSnooze, formatTime } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html } from "../ui/html.js";
import { signal } from "../vendor/signals.js";
import { mentionParts } from "./mentions.js";

/** @typedef {import("../state/types.js").Head} Head */
/** @typedef {import("../state/types.js").Entry} Entry */
/** @typedef {{entry: Entry, previous?: Entry, head: Head}} Props */

/** Shows the content of messages, once it is loaded. @type {{value: any}} */
const content = signal(null);

/** Until then, and without it, a message is shown as one line. */
export const loadContent = () => loadView("messages").then((View) => (content.value = View), () => {});

/** By entry kind. All other kinds are changes. @type {Record<string, (props: Props) => any>} */
const COMPONENTS = { message: Message, event: Message, note: Note, suggestion: Suggestion };

/** @param {Props & {isNewDay: boolean}} props */
export function EntryLine({ entry, previous, isNewDay, head }) {
  const Component = COMPONENTS[entry.kind] ?? Change;
  return html`
    ${isNewDay && html`<p class="day"><time>${formatDay(entry.at)}</time></p>`}
    <${Component} entry=${entry} previous=${isNewDay ? undefined : previous} head=${head} />`;
}

/** @param {Props} props */
function Message({ entry, previous, head }) {
  const isMine = entry.from === "agent" && entry.author.id === state.value.me?.id;
  const name = isMine ? t("you") : entry.author.name || (entry.from === "user" && head.user_name) || entry.author.id;
  return html`
    <article class="message ${entry.from} ${continuesMessage(previous, entry) ? "continued" : ""}" data-seq=${entry.seq}>
      <p class="author"><span dir="auto">${name}</span></p>
      ${content.value ? html`<${content.value} entry=${entry} head=${head} />` : html`<p class="text" dir="auto">${entry.text ?? formatPreview(`[${entry.type}]`)}</p>`}
      <p class="at">${isOwnedBy(head, state.value.me?.id) && entry.kind === "message" && html`<button class="plain quote-it" aria-label=${t("quote_it")} title=${t("quote_it")} onClick=${() => quoteMessage(entry)}>↩</button> `}<time>${formatTime(entry.at)}</time> ${entry.from === "agent" && html`<${DeliveryMark} entry=${entry} head=${head} />`}</p>
    </article>`;
}

/** @type {Record<string, string>} */
const DELIVERY_MARKS = { stored: "✓", delivered: "✓✓", retrying: "↻", undelivered: "!" };

/** @param {Props} props */
function DeliveryMark({ entry, head }) {
  const status = deliveryStatus(state.value.threads[head.id]?.delivery, entry);
  const text = t(`message_${status}`);
  return html`<span class="delivery ${status}" title=${text}><span aria-hidden="true">${DELIVERY_MARKS[status]}</span><span class="visually-hidden">${text}</span></span>
    ${status === "undelivered" && html` <button onClick=${() => resendEntry(head, entry.seq)}>${t("send_again")}</button>`}`;
}

/** @param {Props} props */
function Note({ entry, head }) {
  const mentioned = (state.value.agents[head.bot] ?? []).filter((agent) => entry.payload?.mentions?.includes(agent.id));
  const parts = mentionParts(entry.text ?? "", mentioned.map((agent) => agent.name));
  return html`
    <article class="note" data-seq=${entry.seq}>
      <p class="author"><b>${t("note")}</b> <span><bdi>${entry.author.name}</bdi></span> <span>${t("note_hint")}</span></p>
      <p class="text" dir="auto">${parts.map((part, at) => (at % 2 ? html`<b class="mention"><bdi>${part}</bdi></b>` : part))}</p>
      <p class="at"><time>${formatTime(entry.at)}</time></p>
    </article>`;
}

/** @param {Props} props */
function Suggestion({ entry, head }) {
  const { me, outbox, threads } = state.value;
  const isOutgoing = outbox.some((message) => message.conversation_id === head.id && message.suggestion === entry.seq);
  const isOpen = head.owner === me?.id && !isOutgoing && !wasSent(threads[head.id]?.entries ?? [], entry);
  return html`
    <article class="suggestion" data-seq=${entry.seq}>
      <p class="author"><b>${t("suggestion")}</b> <time>${formatTime(entry.at)}</time></p>
      <p class="text" dir="auto">${entry.text}</p>
      ${isOpen && html`
        <p class="actions">
          <button class="primary" onClick=${() => sendMessage(head, entry.text ?? "", entry.seq)} title=${`${MODIFIER}+S`}>${t("send")}</button>
          <button onClick=${() => focusComposer("reply", entry.text ?? "")}>${t("edit")}</button>
        </p>`}
    </article>`;
}

/** The text for each kind of change. @type {Record<string, (entry: Entry) => string>} */
const CHANGES = {
  requested: (entry) => t("requested", { author: entry.author.name || entry.author.id }),
  claimed: ({ payload }) => t("claimed", { agent: payload?.owner?.name }),
  released: () => t("released"),
  transferred: ({ payload }) => (payload?.owner ? t("transferred_to", { agent: payload.owner.name }) : t("transferred_to_queue", { queue: payload?.queue })),
  returned: ({ payload }) => t("returned", { outcome: t(payload?.outcome ?? "resolved") }),
  escalated: ({ payload }) => t("escalated", { step: payload?.step }),
  offered: ({ payload }) => t("offered_to_agent", { agent: payload?.offered_to?.name }),
  declined: ({ payload }) => t("declined", { agent: payload?.agent?.name }),
  updated: () => t("handoff_updated"),
  rated: ({ payload }) => t("rated", { score: payload?.score }),
  erased: () => t("user_erased"),
  snoozed: ({ payload }) => formatSnooze(payload.until),
  leak: () => t("leak"),
  tagged: ({ payload }) => t("tagged", { tags: payload?.tags?.join(", ") || t("no_tags") }),
};

/** @param {Props} props */
function Change({ entry }) {
  const { kind, payload, at, seq } = entry;
  const text = CHANGES[kind]?.(entry) ?? kind;
  const cause = payload?.cause ? ` · ${t(`cause_${payload.cause}`)}` : "";
  const quote = kind === "requested" ? payload?.reason ?? t("no_reason") : payload?.note ?? payload?.reason ?? payload?.comment;
  return html`
    <div class="change ${kind}" data-seq=${seq}>
      <p>${text}${cause} · <time>${formatTime(at)}</time></p>
      ${quote && html`<p class="reason" dir="auto">${quote}</p>`}
    </div>`;
}

/** A message that the server has not sent back yet. @param {{message: import("../state/types.js").Outgoing}} props */
export function OutgoingMessage({ message }) {
  const hasFailed = message.phase === "failed";
  const status = { undoable: "", queued: t("message_queued"), sending: t("message_sending"), sent: t("message_stored"), failed: `${t("message_failed")}: ${message.error}` };
  return html`
    <article class="message agent outgoing ${message.phase}">
      <p class="author"><span>${t("you")}</span></p>
      ${message.payload && html`<blockquote dir="auto">${/** @type {any} */ (message.payload).quote}</blockquote>`}
      <p class="text" dir="auto">${message.text}</p>
      <p class="at" role=${hasFailed ? "alert" : undefined}>${status[message.phase]}</p>
      ${hasFailed && html`
        <p class="actions">
          <button onClick=${() => resendMessage(message.id)}>${t("try_again")}</button>
          <button onClick=${() => discardMessage(message.id)}>${t("discard")}</button>
        </p>`}
    </article>`;
}
