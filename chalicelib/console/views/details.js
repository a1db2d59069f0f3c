// @ts-check
import { state, tag, tell } from "../actions.js";
import { request } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { clock, day, t } from "../strings.js";

/** @typedef {import("../types.js").Head} Head */

export function Details() {
  const known = state.value;
  const head = known.heads[known.selected ?? ""];
  return html`
    <aside class="details" aria-label=${t("details")}>
      ${head && html`
        <header class="thread-top">
          <button class="plain back" onClick=${() => tell({ type: "pane", pane: "thread" })} aria-label=${t("back")}>‹</button>
          <h2>${t("details")}</h2>
        </header>
        <dl>
          <dt>${t("user")}</dt><dd dir="auto">${head.user_name && html`${head.user_name}<br />`}<code>${head.user}</code></dd>
          <dt>${t("channel")}</dt><dd dir="auto">${head.channel}${head.thread && html` · <code>${head.thread}</code>`}</dd>
          ${head.queue && html`<dt>${t("queue")}</dt><dd dir="auto">${head.queue}</dd>`}
          ${head.priority > 0 && html`<dt>${t("priority")}</dt><dd>${head.priority}</dd>`}
          <dt>${t("since")}</dt><dd>${day(head.created_at)} ${clock(head.created_at)}</dd>
        </dl>
        <${Tags} key=${head.id} head=${head} />
        <${Notes} head=${head} />
        <${History} key=${`${head.id} ${head.status}`} head=${head} />`}
    </aside>`;
}

/** @param {{head: Head}} props */
function Tags({ head }) {
  const [text, type] = useState("");

  /** @param {Event} event */
  function add(event) {
    event.preventDefault();
    if (text.trim()) tag(head, [...head.tags, text.trim()]);
    type("");
  }

  return html`
    <section>
      <h3>${t("tags")}</h3>
      <ul class="tags">${head.tags.map((each) => html`
        <li><span dir="auto">${each}</span><button class="plain" aria-label=${t("remove", { what: each })}
          onClick=${() => tag(head, head.tags.filter((other) => other !== each))}>×</button></li>`)}</ul>
      <form onSubmit=${add}>
        <input value=${text} maxlength="24" placeholder=${t("add_tag")} aria-label=${t("add_tag")} dir="auto"
          onInput=${(/** @type {any} */ event) => type(event.target.value)} />
      </form>
    </section>`;
}

/** @param {{head: Head}} props */
function Notes({ head }) {
  const notes = (state.value.threads[head.id]?.entries ?? []).filter((entry) => entry.kind === "note");
  return notes.length > 0 && html`
    <section>
      <h3>${t("notes")}</h3>
      ${notes.map((entry) => html`
        <article class="note"><p class="by"><span dir="auto">${entry.author.name}</span> <time>${clock(entry.at)}</time></p><p class="text" dir="auto">${entry.text}</p></article>`)}
    </section>`;
}

/** @param {{head: Head}} props */
function History({ head }) {
  const [found, know] = useState(/** @type {any[] | null} */ (null));
  const [context, tellContext] = useState(/** @type {any} */ (null));
  useEffect(() => {
    request("GET", `/bots/${encodeURIComponent(head.bot)}/handoffs?conversation_id=${head.id}`).then(
      ({ items }) => {
        know(items.filter((/** @type {any} */ each) => each.id !== head.handoff?.id));
        tellContext(items.find((/** @type {any} */ each) => each.id === head.handoff?.id)?.context);
      }, () => know([]));
  }, []);
  return html`
    ${context && html`
      <section><h3>${t("context")}</h3>
        <dl>${Object.entries(context).map(([name, value]) => html`<dt dir="auto">${name}</dt><dd dir="auto">${typeof value === "string" ? value : JSON.stringify(value)}</dd>`)}</dl>
      </section>`}
    <section>
      <h3>${t("history")}</h3>
      ${found?.length === 0 && html`<p class="quiet">${t("no_history")}</p>`}
      <ul class="history">${found?.map((each) => html`
        <li><b>${t(each.outcome ?? "waiting")}</b> · <span dir="auto">${each.owner_name ?? "–"}</span>
          <p class="quiet" dir="auto">${day(each.requested_at)} ${clock(each.requested_at)} · ${each.reason ?? t("no_reason")}</p></li>`)}</ul>
    </section>`;
}
