// @ts-check
import { ApiError, botPath, conversationPath, request } from "../connection/api.js";
import { changeTags } from "../conversations/actions.js";
import { openConversationById } from "../conversations/queries.js";
import { conversationHash } from "../conversations/router.js";
import { byActivity } from "../state/conversation_list.js";
import { showJson } from "../state/exact_json.js";
import { dispatch, selectedHead, showToast, state } from "../state/store.js";
import { formatDay, formatTime } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html, useEffect, useState } from "../ui/html.js";
import { Icon } from "../ui/widgets.js";

/** @typedef {import("../state/types.js").Head} Head */

const MAX_TAGS = 10;

/** The content of the pane with facts about the user, tags, notes and earlier handoffs. */
export function Details() {
  const head = selectedHead();
  const Heading = state.value.pane === "details" ? "h1" : "h2";
  return head && html`
    <header class="details-top">
      <button class="plain square back" onClick=${() => dispatch({ type: "pane", pane: "thread" })} aria-label=${t("back")}><${Icon} name="back" /></button>
      <${Heading}>${t("details")}<//>
    </header>
    <${User} key=${`user ${head.id} ${head.user_name}`} head=${head} />
    <${Tags} key=${`tags ${head.id}`} head=${head} />
    <${Notes} head=${head} />
    <${OtherConversations} key=${`others ${head.id}`} head=${head} />
    <${Handoffs} key=${`handoffs ${head.id} ${head.status} ${head.handoff?.id} ${ratingCount(head)}`} head=${head} />`;
}

/** @param {Head} head */
const ratingCount = (head) => (state.value.threads[head.id]?.entries ?? []).filter((entry) => entry.kind === "rated").length;

/** Loads `path` once. The result is undefined while it loads, and null if the call failed.
 * @param {string} path @returns {any} */
function useResource(path) {
  const [answer, setAnswer] = useState(/** @type {any} */ (undefined));
  useEffect(() => {
    request("GET", path).then(setAnswer, (error) => {
      if (!(error instanceof ApiError)) throw error;
      setAnswer(null);
    });
  }, []);
  return answer;
}

/** @param {{values: Record<string, any>}} props */
const Facts = ({ values }) => Object.entries(values).map(([name, value]) => html`
  <dt><bdi>${name}</bdi></dt><dd><bdi>${showJson(value)}</bdi></dd>`);

/** @param {{head: Head}} props */
function User({ head }) {
  const user = useResource(`${conversationPath(head)}/user`);
  const bots = state.value.me?.bots.length ?? 0;
  return html`
    <dl>
      <dt>${t("user")}</dt><dd>${head.user_name && html`<bdi>${head.user_name}</bdi><br />`}<code><bdi>${head.user}</bdi></code> <${CopyButton} text=${head.user} what=${t("user")} /></dd>
      <dt>${t("channel")}</dt><dd><bdi>${head.channel}</bdi>${head.thread && html` · <code><bdi>${head.thread}</bdi></code>`}</dd>
      ${bots > 1 && html`<dt>${t("bot")}</dt><dd><bdi>${head.bot}</bdi></dd>`}
      ${head.queue && html`<dt>${t("queue")}</dt><dd><bdi>${head.queue}</bdi></dd>`}
      ${head.priority > 0 && html`<dt>${t("priority")}</dt><dd>${head.priority}</dd>`}
      <dt>${t("since")}</dt><dd>${formatDay(head.created_at)} ${formatTime(head.created_at)}</dd>
      <dt><label for="day">${t("jump_to_day")}</label></dt><dd><input id="day" type="date" min=${dayOf(head.created_at)} max=${dayOf()} onChange=${(/** @type {any} */ event) => jumpTo(head, event.target)} /></dd>
      <dt>${t("conversation")}</dt><dd><code>${head.id}</code> <${CopyButton} text=${head.id} what=${t("conversation")} /> <${CopyButton} text=${new URL(conversationHash(head), location.href).href} what=${t("link")} label=${t("copy_link")} /></dd>
    </dl>
    ${user?.attributes && html`<section><h2>${t("attributes")}</h2><dl><${Facts} values=${user.attributes} /></dl></section>`}`;
}

/** The day of the device's time zone, as 2026-01-31. @param {string} [at] */
function dayOf(at) {
  const date = at ? new Date(at) : new Date();
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

/** Half a date, while it is typed, is before the first day. @param {Head} head @param {HTMLInputElement} input */
function jumpTo(head, input) {
  if (!input.value || !input.validity.valid) return;
  dispatch({ type: "pane", pane: "thread" });
  import("../search/log_places.js").then(({ showDay }) => showDay(head.id, input.value), () => showToast(t("no_connection"), "warn"));
}

/** @param {{text: string, what: string, label?: string}} props */
function CopyButton({ text, what, label = t("copy") }) {
  const copy = () => navigator.clipboard?.writeText(text).then(() => showToast(`${t("copied")}: ${what}`), () => showToast(t("not_copied"), "warn"));
  return html`<button class="link copy" aria-label=${`${label}: ${what}`} onClick=${copy}>${label}</button>`;
}

/** @param {{head: Head}} props */
function Tags({ head }) {
  const [text, setText] = useState("");

  /** @param {Event} event */
  async function add(event) {
    event.preventDefault();
    const tag = text.trim();
    const isDone = !tag || (await changeTags(head, (tags) => [...new Set([...tags, tag])]));
    if (isDone) setText((/** @type {string} */ now) => (now === text ? "" : now));
  }

  return html`
    <section>
      <h2>${t("tags")}</h2>
      <ul class="tags">${head.tags.map((each) => html`
        <li key=${each}><span dir="auto">${each}</span><button class="plain" aria-label=${t("remove", { what: each })}
          onClick=${() => changeTags(head, (tags) => tags.filter((other) => other !== each))}><${Icon} name="close" /></button></li>`)}</ul>
      ${head.tags.length < MAX_TAGS && html`
        <form onSubmit=${add}>
          <input value=${text} placeholder=${t("add_tag")} aria-label=${t("add_tag")} dir="auto"
            onInput=${(/** @type {any} */ event) => setText(event.target.value)} />
        </form>`}
    </section>`;
}

/** @param {{head: Head}} props */
function Notes({ head }) {
  const notes = (state.value.threads[head.id]?.entries ?? []).filter((entry) => entry.kind === "note");
  return notes.length > 0 && html`
    <section>
      <h2>${t("notes")}</h2>
      ${notes.map((entry) => html`
        <article class="note" key=${entry.seq}><p class="author"><span dir="auto">${entry.author.name}</span> <time>${formatTime(entry.at)}</time></p><p class="text" dir="auto">${entry.text}</p></article>`)}
    </section>`;
}

/** Those of the same user id, on any channel. @param {{head: Head}} props */
function OtherConversations({ head }) {
  const answer = useResource(`${botPath(head.bot)}/conversations?limit=50&user=${encodeURIComponent(head.user)}`);
  /** @type {Head[]} */
  const others = (answer?.items ?? []).filter((/** @type {Head} */ each) => each.id !== head.id).sort(byActivity);
  return others.length > 0 && html`
    <section>
      <h2>${t("other_conversations")}</h2>
      <ul class="history">${others.map((each) => html`
        <li key=${each.id}><button class="link" onClick=${() => openConversationById(each.bot, each.id)}><bdi>${each.channel}</bdi>${each.thread && html` · <bdi>${each.thread}</bdi>`}</button>
          <p class="quiet">${each.owner_name ?? t(each.status === "bot" ? "with_bot" : "in_queue")} · ${formatDay(each.updated_at)} ${formatTime(each.updated_at)}</p></li>`)}</ul>
    </section>`;
}

/** @param {{head: Head}} props */
function Handoffs({ head }) {
  const answer = useResource(`${botPath(head.bot)}/handoffs?conversation_id=${head.id}`);
  const all = answer?.items ?? [];
  const context = all.find((/** @type {any} */ handoff) => handoff.id === head.handoff?.id)?.context;
  const earlier = all.filter((/** @type {any} */ handoff) => handoff.id !== head.handoff?.id);
  return html`
    ${context && html`<section><h2>${t("context")}</h2><dl><${Facts} values=${context} /></dl></section>`}
    <section>
      <h2>${t("earlier_handoffs")}</h2>
      ${answer === undefined && html`<p class="quiet">${t("loading")}</p>`}
      ${answer === null && html`<p class="quiet">${t("no_answer")}</p>`}
      ${answer && !earlier.length && html`<p class="quiet">${t("no_earlier_handoffs")}</p>`}
      <ul class="history">${earlier.map((/** @type {any} */ handoff) => html`<${EarlierHandoff} key=${handoff.id} handoff=${handoff} />`)}</ul>
    </section>`;
}

/** @param {{handoff: any}} props */
const EarlierHandoff = ({ handoff }) => html`
  <li>
    <p><b>${t(handoff.outcome ?? "waiting")}</b>${handoff.owner_name && html` · <span dir="auto">${handoff.owner_name}</span>`}</p>
    <p class="quiet">${formatDay(handoff.requested_at)} ${formatTime(handoff.requested_at)}</p>
    <p dir="auto">${handoff.reason ?? t("no_reason")}</p>
    ${handoff.rating && html`<p>${t("rated", { score: handoff.rating.score })}</p>${handoff.rating.comment && html`<p class="quiet" dir="auto">${handoff.rating.comment}</p>`}`}
    ${handoff.note && html`<p class="quiet" dir="auto">${handoff.note}</p>`}
  </li>`;
