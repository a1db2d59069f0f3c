// @ts-check
import { Refused, request } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { Icon } from "../icons.js";
import { tag } from "../moves.js";
import { botPath, current, pathOf, state, tell } from "../store.js";
import { clock, day, t } from "../strings.js";

/** @typedef {import("../types.js").Head} Head */

const MOST_TAGS = 10;

export function Details() {
  const head = current();
  const Heading = state.value.pane === "details" ? "h1" : "h2";
  return html`
    <aside class="details" id="details" aria-label=${t("details")} tabindex="0">
      ${head && html`
        <header class="details-top">
          <button class="plain square back" onClick=${() => tell({ type: "pane", pane: "thread" })} aria-label=${t("back")}><${Icon} name="back" /></button>
          <${Heading}>${t("details")}<//>
        </header>
        <${User} key=${`user ${head.id} ${head.user_name}`} head=${head} />
        <${Tags} key=${`tags ${head.id}`} head=${head} />
        <${Notes} head=${head} />
        <${Handoffs} key=${`handoffs ${head.id} ${head.status} ${head.handoff?.id}`} head=${head} />`}
    </aside>`;
}

/** What the server says of it, once: undefined while it is asked, null where it did not answer.
 * @param {string} path @returns {any} */
function useAnswer(path) {
  const [found, know] = useState(/** @type {any} */ (undefined));
  useEffect(() => {
    request("GET", path).then(know, (error) => {
      if (!(error instanceof Refused)) throw error;
      know(null);
    });
  }, []);
  return found;
}

/** @param {{of: Record<string, any>}} props */
const Facts = ({ of }) => Object.entries(of).map(([name, value]) => html`
  <dt><bdi>${name}</bdi></dt><dd><bdi>${typeof value === "string" ? value : JSON.stringify(value)}</bdi></dd>`);

/** @param {{head: Head}} props */
function User({ head }) {
  const user = useAnswer(`${pathOf(head)}/user`);
  const bots = state.value.me?.bots.length ?? 0;
  return html`
    <dl>
      <dt>${t("user")}</dt><dd>${head.user_name && html`<bdi>${head.user_name}</bdi><br />`}<code><bdi>${head.user}</bdi></code></dd>
      <dt>${t("channel")}</dt><dd><bdi>${head.channel}</bdi>${head.thread && html` · <code><bdi>${head.thread}</bdi></code>`}</dd>
      ${bots > 1 && html`<dt>${t("bot")}</dt><dd><bdi>${head.bot}</bdi></dd>`}
      ${head.queue && html`<dt>${t("queue")}</dt><dd><bdi>${head.queue}</bdi></dd>`}
      ${head.priority > 0 && html`<dt>${t("priority")}</dt><dd>${head.priority}</dd>`}
      <dt>${t("since")}</dt><dd>${day(head.created_at)} ${clock(head.created_at)}</dd>
      <dt>${t("conversation")}</dt><dd><code>${head.id}</code></dd>
    </dl>
    ${user?.attributes && html`<section><h2>${t("attributes")}</h2><dl><${Facts} of=${user.attributes} /></dl></section>`}`;
}

/** @param {{head: Head}} props */
function Tags({ head }) {
  const [text, type] = useState("");

  /** @param {Event} event */
  function add(event) {
    event.preventDefault();
    const word = text.trim();
    if (word && !head.tags.includes(word)) tag(head, [...head.tags, word]);
    type("");
  }

  return html`
    <section>
      <h2>${t("tags")}</h2>
      <ul class="tags">${head.tags.map((each) => html`
        <li key=${each}><span dir="auto">${each}</span><button class="plain" aria-label=${t("remove", { what: each })}
          onClick=${() => tag(head, head.tags.filter((other) => other !== each))}><${Icon} name="close" /></button></li>`)}</ul>
      ${head.tags.length < MOST_TAGS && html`
        <form onSubmit=${add}>
          <input value=${text} maxlength="24" placeholder=${t("add_tag")} aria-label=${t("add_tag")} dir="auto"
            onInput=${(/** @type {any} */ event) => type(event.target.value)} />
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
        <article class="note" key=${entry.seq}><p class="by"><span dir="auto">${entry.author.name}</span> <time>${clock(entry.at)}</time></p><p class="text" dir="auto">${entry.text}</p></article>`)}
    </section>`;
}

/** @param {{head: Head}} props */
function Handoffs({ head }) {
  const answer = useAnswer(`${botPath(head.bot)}/handoffs?conversation_id=${head.id}`);
  const all = answer?.items ?? [];
  const context = all.find((/** @type {any} */ each) => each.id === head.handoff?.id)?.context;
  const before = all.filter((/** @type {any} */ each) => each.id !== head.handoff?.id);
  return html`
    ${context && html`<section><h2>${t("context")}</h2><dl><${Facts} of=${context} /></dl></section>`}
    <section>
      <h2>${t("history")}</h2>
      ${answer === undefined && html`<p class="quiet">${t("loading")}</p>`}
      ${answer === null && html`<p class="quiet">${t("no_answer")}</p>`}
      ${answer && !before.length && html`<p class="quiet">${t("no_history")}</p>`}
      <ul class="history">${before.map((/** @type {any} */ each) => html`<${Former} key=${each.id} handoff=${each} />`)}</ul>
    </section>`;
}

/** @param {{handoff: any}} props */
const Former = ({ handoff }) => html`
  <li>
    <p><b>${t(handoff.outcome ?? "waiting")}</b>${handoff.owner_name && html` · <span dir="auto">${handoff.owner_name}</span>`}</p>
    <p class="quiet">${day(handoff.requested_at)} ${clock(handoff.requested_at)}</p>
    <p dir="auto">${handoff.reason ?? t("no_reason")}</p>
    ${handoff.note && html`<p class="quiet" dir="auto">${handoff.note}</p>`}
  </li>`;
