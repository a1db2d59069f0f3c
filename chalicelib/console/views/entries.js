// @ts-check
import { html } from "../html.js";
import { write } from "../moves.js";
import { again, drop, say } from "../outbox.js";
import { state } from "../store.js";
import { clock, day, t } from "../strings.js";
import { fateOf, isSaid, isSameBreath } from "../threads.js";

/** @typedef {import("../types.js").Head} Head */
/** @typedef {import("../types.js").Entry} Entry */
/** @typedef {{entry: Entry, before?: Entry, head: Head}} Props */

/** @type {Record<string, (props: Props) => any>} */
const SHOWN = { message: Message, event: Message, note: Note, suggestion: Suggestion };

/** @param {Props & {isNewDay: boolean}} props */
export function Line({ entry, before, isNewDay, head }) {
  const Shown = SHOWN[entry.kind] ?? Change;
  return html`
    ${isNewDay && html`<p class="day"><time>${day(entry.at)}</time></p>`}
    <${Shown} entry=${entry} before=${isNewDay ? undefined : before} head=${head} />`;
}

/** @param {Props} props */
function Message({ entry, before, head }) {
  const isMine = entry.from === "agent" && entry.author.id === state.value.me?.id;
  const name = isMine ? t("you") : entry.author.name || (entry.from === "user" && head.user_name) || entry.author.id;
  return html`
    <article class="message ${entry.from} ${isSameBreath(before, entry) ? "on" : ""}">
      <p class="by"><span dir="auto">${name}</span></p>
      ${entry.text !== null ? html`<p class="text" dir="auto">${entry.text}</p>` : html`<pre class="text" tabindex="0">${entry.type} ${JSON.stringify(entry.payload, null, 1)}</pre>`}
      <p class="at"><time>${clock(entry.at)}</time> ${entry.from === "agent" && html`<${Fate} seq=${entry.seq} id=${head.id} />`}</p>
    </article>`;
}

/** @type {Record<string, string>} */
const TICKS = { stored: "✓", delivered: "✓✓", retrying: "↻", undelivered: "!" };

/** @param {{seq: number, id: string}} props */
function Fate({ seq, id }) {
  const fate = fateOf(state.value.threads[id]?.delivery, seq);
  return html`<span class="fate ${fate}" title=${t(`fate_${fate}`)}><span aria-hidden="true">${TICKS[fate]}</span><span class="visually-hidden">${t(`fate_${fate}`)}</span></span>`;
}

/** @param {Props} props */
function Note({ entry }) {
  return html`
    <article class="note">
      <p class="by"><b>${t("note")}</b> <span><bdi>${entry.author.name}</bdi></span> <span>${t("note_hint")}</span></p>
      <p class="text" dir="auto">${entry.text}</p>
      <p class="at"><time>${clock(entry.at)}</time></p>
    </article>`;
}

/** @param {Props} props */
function Suggestion({ entry, head }) {
  const { me, outbox, threads } = state.value;
  const isOnItsWay = outbox.some((each) => each.conversation_id === head.id && each.suggestion === entry.seq);
  const isOpen = head.owner === me?.id && !isOnItsWay && !isSaid(threads[head.id]?.entries ?? [], entry);
  return html`
    <article class="suggestion" data-seq=${entry.seq}>
      <p class="by"><b>${t("suggestion")}</b> <time>${clock(entry.at)}</time></p>
      <p class="text" dir="auto">${entry.text}</p>
      ${isOpen && html`
        <p class="moves">
          <button class="primary" onClick=${() => say(head, entry.text ?? "", entry.seq)} title="Alt+S">${t("send_it")}</button>
          <button onClick=${() => write("reply", entry.text ?? "")}>${t("edit_it")}</button>
        </p>`}
    </article>`;
}

/** What happened, in words. @type {Record<string, (entry: Entry) => string>} */
const CHANGES = {
  requested: (entry) => t("requested", { author: entry.author.name || entry.author.id }),
  claimed: ({ payload }) => t("claimed", { agent: payload?.owner?.name }),
  released: () => t("released"),
  transferred: ({ payload }) => (payload?.owner ? t("transferred_to", { agent: payload.owner.name }) : t("transferred_queue", { queue: payload?.queue })),
  returned: ({ payload }) => t("returned", { outcome: t(payload?.outcome ?? "resolved") }),
  escalated: ({ payload }) => t("escalated", { step: payload?.step }),
  offered: ({ payload }) => t("offered_entry", { agent: payload?.offered_to?.name }),
  declined: ({ payload }) => t("declined", { agent: payload?.agent?.name }),
  leak: () => t("leak"),
  tagged: ({ payload }) => t("tagged", { tags: payload?.tags?.join(", ") || t("no_tags") }),
  erased: () => t("erased"),
};

/** @param {Props} props */
function Change({ entry }) {
  const { kind, payload, at } = entry;
  const words = CHANGES[kind]?.(entry) ?? kind;
  const cause = payload?.cause ? ` · ${t(`cause_${payload.cause}`)}` : "";
  const quoted = kind === "requested" ? payload?.reason ?? t("no_reason") : payload?.note;
  return html`
    <div class="change ${kind}">
      <p>${words}${cause} · <time>${clock(at)}</time></p>
      ${quoted && html`<p class="reason" dir="auto">${quoted}</p>`}
    </div>`;
}

/** @param {{message: import("../types.js").Outgoing}} props */
export function Outgoing({ message }) {
  const isLost = message.phase === "failed";
  const words = { queued: t("queued"), sending: t("sending"), sent: t("fate_stored"), failed: `${t("failed")}: ${message.why}` };
  return html`
    <article class="message agent out ${message.phase}">
      <p class="by"><span>${t("you")}</span></p>
      <p class="text" dir="auto">${message.text}</p>
      <p class="at" role=${isLost ? "alert" : undefined}>${words[message.phase]}</p>
      ${isLost && html`
        <p class="moves">
          <button onClick=${() => again(message.id)}>${t("try_again")}</button>
          <button onClick=${() => drop(message.id)}>${t("discard")}</button>
        </p>`}
    </article>`;
}
