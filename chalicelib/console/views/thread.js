// @ts-check
import { again, earlier, move, open, say, state, take, tell } from "../actions.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../html.js";
import { stretches } from "../logic.js";
import { clock, day, lasting, t } from "../strings.js";
import { useNow } from "./app.js";
import { Composer } from "./composer.js";
import { show } from "./dialogs.js";

/** @typedef {import("../types.js").Head} Head */
/** @typedef {import("../types.js").Entry} Entry */

/** Of a long thread, so many of the latest are in the page; more as one scrolls up. */
const STEP = 120;

export function Thread() {
  const known = state.value;
  const head = known.heads[known.selected ?? ""];
  if (!head) {
    return html`
      <section class="thread nothing" id="thread" tabindex="-1" aria-label=${t("conversations")}>
        <div class="empty"><p>${t("pick")}</p><p class="quiet">${t("pick_more")}</p></div>
      </section>`;
  }
  return html`
    <section class="thread" id="thread" tabindex="-1" aria-label=${head.user_name ?? head.user}>
      <${Top} head=${head} />
      <${Log} key=${head.id} head=${head} />
      <${Offered} head=${head} />
      <${Composer} key=${head.id} head=${head} />
    </section>`;
}

/** @param {{head: Head}} props */
function Top({ head }) {
  const who = { waiting: t("in_queue"), bot: t("with_bot"), agent: head.owner === state.value.me?.id ? t("with_you") : t("with", { agent: head.owner_name }) };
  return html`
    <header class="thread-top">
      <button class="plain back" onClick=${() => open(null)} aria-label=${t("back")}>‹</button>
      <div class="grow">
        <h1><bdi>${head.user_name ?? head.user}</bdi></h1>
        <p class="turn ${head.status}">${who[head.status]}</p>
      </div>
      <${Moves} head=${head} />
      <button class="plain more" onClick=${() => tell({ type: "pane", pane: "details" })} aria-label=${t("details")}>ⓘ</button>
    </header>`;
}

/** @param {{head: Head}} props */
function Moves({ head }) {
  const mine = head.owner === state.value.me?.id;
  const taken = () => take(head);
  if (head.status === "bot") {
    return html`
      <div class="moves">
        <button onClick=${() => move("pause", head)}>${t("queue_it")}</button>
        <button class="primary" onClick=${taken}>${t("take_here")}</button>
      </div>`;
  }
  if (head.status === "waiting") {
    return html`
      <div class="moves">
        <button onClick=${() => show("end")}>${t("resume")}</button>
        <button class="primary" onClick=${taken}>${t("take")}</button>
      </div>`;
  }
  return html`
    <div class="moves">
      <button onClick=${() => show("transfer")}>${t("transfer")}</button>
      ${mine && html`<button onClick=${() => move("release", head, { epoch: head.epoch })}>${t("return")}</button>`}
      ${mine && html`<button class="primary" onClick=${() => move("unpause", head, { epoch: head.epoch })}>${t("resume")}</button>`}
      ${mine && html`<button onClick=${() => show("end")}>${t("end")}</button>`}
    </div>`;
}

/** @param {{head: Head}} props */
function Offered({ head }) {
  const now = useNow();
  const offer = head.offered_to;
  if (!offer || offer.id !== state.value.me?.id) return null;
  const left = Date.parse(offer.until) - now;
  return html`
    <div class="offer" role="status">
      <strong>${t("offered_you", { time: lasting(left) })}</strong>
      <button onClick=${() => move("release", head, { epoch: head.epoch })}>${t("decline")}</button>
      <button class="primary" onClick=${() => take(head)}>${t("accept")}</button>
    </div>`;
}

/** @param {{head: Head}} props */
function Log({ head }) {
  const known = state.value;
  const entries = known.threads[head.id]?.entries ?? [];
  const [shown, showMore] = useState(STEP);
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const atEnd = useRef(true);
  const latest = entries.slice(-shown);
  const outgoing = known.outbox.filter((each) => each.conversation_id === head.id);
  useLayoutEffect(() => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [entries.length, outgoing.length, head.id]);
  const scrolled = () => {
    const { scrollTop, scrollHeight, clientHeight } = /** @type {HTMLElement} */ (box.current);
    atEnd.current = scrollHeight - scrollTop - clientHeight < 60;
    if (scrollTop < 200 && shown < entries.length) showMore(shown + STEP);
  };
  const hasMore = shown >= entries.length && entries.length > 0 && entries[0].seq > 1;
  return html`
    <div class="log-box" ref=${box} onScroll=${scrolled} tabindex="0" role="log" aria-live="polite" aria-label=${t("conversations")}>
      ${hasMore && html`<button class="earlier" onClick=${() => earlier(head.id)}>${t("earlier")}</button>`}
      ${!entries.length && html`<p class="quiet loading" role="status">${t("loading")}</p>`}
      ${stretches(entries).map((stretch) => {
        const lines = stretch.entries.filter((entry) => entry.seq >= (latest[0]?.seq ?? 0));
        return lines.length > 0 && html`
          <section class="stretch ${stretch.owner}" key=${stretch.entries[0].seq}>
            <h2>${stretch.owner === "agent" ? stretch.name : t(stretch.owner === "bot" ? "the_bot" : "in_queue")}</h2>
            ${lines.map((entry) => html`<${Line} key=${entry.seq} entry=${entry} head=${head} />`)}
          </section>`;
      })}
      ${outgoing.map((each) => html`<${Outgoing} key=${each.id} message=${each} />`)}
      <${Typing} id=${head.id} />
    </div>`;
}

/** @param {{id: string}} props */
function Typing({ id }) {
  const who = state.value.typing[id];
  useEffect(() => {
    if (!who) return undefined;
    const timer = setTimeout(() => tell({ type: "still", id }), Math.max(0, who.until - Date.now()));
    return () => clearTimeout(timer);
  }, [who]);
  return who ? html`<p class="typing" dir="auto"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span> ${t("typing", { name: who.name })}</p>` : null;
}

/** @param {{entry: Entry, head: Head}} props */
function Line({ entry, head }) {
  if (entry.kind === "message") return html`<${Message} entry=${entry} />`;
  if (entry.kind === "note") return html`<${Note} entry=${entry} />`;
  if (entry.kind === "suggestion") return html`<${Suggestion} entry=${entry} head=${head} />`;
  const words = CHANGES[entry.kind]?.(entry);
  const why = entry.payload?.cause ? ` · ${t(`cause_${entry.payload.cause}`)}` : "";
  if (!words) return null;
  return html`
    <div class="change ${entry.kind}">
      <p>${words}${why} · <time>${clock(entry.at)}</time></p>
      ${entry.kind === "requested" && html`<p class="reason" dir="auto"><b>${t("reason")}:</b> ${entry.payload?.reason ?? t("no_reason")}</p>`}
      ${entry.kind === "returned" && entry.payload?.note && html`<p class="reason" dir="auto">${entry.payload.note}</p>`}
    </div>`;
}

/** @type {Record<string, (entry: Entry) => string>} */
const CHANGES = {
  requested: (entry) => t("requested", { author: entry.author.name || entry.author.id }),
  claimed: (entry) => t("claimed", { agent: entry.payload.owner.name }),
  released: () => t("released"),
  transferred: ({ payload }) => payload.owner ? t("transferred_to", { agent: payload.owner.name }) : t("transferred_queue", { queue: payload.queue }),
  returned: ({ payload }) => t("returned", { outcome: t(payload.outcome) }),
  escalated: ({ payload }) => t("escalated", { step: payload.step }),
  offered: ({ payload }) => t("offered_entry", { agent: payload.offered_to.name }),
  declined: ({ payload }) => t("declined", { agent: payload.agent.name }),
  leak: () => t("leak"),
  tagged: ({ payload }) => t("tagged", { tags: payload.tags.join(", ") || t("no_tags") }),
  erased: () => "…",
};

/** @param {{entry: Entry}} props */
function Message({ entry }) {
  const mine = entry.from === "agent" && entry.author.id === state.value.me?.id;
  return html`
    <article class="message ${entry.from}">
      <p class="by"><span dir="auto">${mine ? t("you") : entry.author.name || entry.author.id}</span> <time title=${day(entry.at)}>${clock(entry.at)}</time></p>
      <p class="text" dir="auto">${entry.text ?? `[${entry.type}] ${JSON.stringify(entry.payload)}`}</p>
    </article>`;
}

/** @param {{entry: Entry}} props */
function Note({ entry }) {
  return html`
    <article class="note">
      <p class="by"><b>${t("note")}</b> · <span dir="auto">${entry.author.name}</span> · ${t("note_hint")} <time>${clock(entry.at)}</time></p>
      <p class="text" dir="auto">${entry.text}</p>
    </article>`;
}

/** @param {{entry: Entry, head: Head}} props */
function Suggestion({ entry, head }) {
  const mine = head.owner === state.value.me?.id;
  const edit = () => dispatchEvent(new CustomEvent("baton:edit", { detail: entry.text }));
  return html`
    <article class="suggestion" data-seq=${entry.seq}>
      <p class="by"><b>${t("suggestion")}</b> <time>${clock(entry.at)}</time></p>
      <p class="text" dir="auto">${entry.text}</p>
      ${mine && html`
        <p class="moves">
          <button class="primary" onClick=${() => say(head, entry.text ?? "", entry.seq)} title="Alt+S">${t("send_it")}</button>
          <button onClick=${edit}>${t("edit_it")}</button>
        </p>`}
    </article>`;
}

/** @param {{message: import("../types.js").Outgoing}} props */
function Outgoing({ message }) {
  const words = { queued: t("queued"), sending: t("sending"), sent: "✓", failed: `${t("failed")}: ${message.why}` };
  return html`
    <article class="message agent out ${message.phase}">
      <p class="by"><span>${t("you")}</span> <span>${words[message.phase]}</span></p>
      <p class="text" dir="auto">${message.text}</p>
      ${message.phase === "failed" && html`
        <p class="moves">
          <button onClick=${() => again(message.id)}>${t("try_again")}</button>
          <button onClick=${() => tell({ type: "dropped", id: message.id })}>${t("discard")}</button>
        </p>`}
    </article>`;
}
