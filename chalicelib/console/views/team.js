// @ts-check
// For supervisors: all queues, everybody with their load, and every conversation, to take or to give to somebody else.
import { html, useEffect, useNow, useState } from "../html.js";
import { loads, rows, urgency, waited } from "../lists.js";
import { handOver, take } from "../moves.js";
import { agentsOf, open } from "../reading.js";
import { state } from "../store.js";
import { lasting, number, t } from "../strings.js";
import { loadOf } from "./dialogs.js";

/** @typedef {import("../types.js").Head} Head */

const EVERY = 10_000;
const STEP = 50;

export function Team() {
  const known = state.value;
  const now = useNow();
  useEffect(() => {
    const look = () => known.me?.bots.forEach(agentsOf);
    look();
    const timer = setInterval(look, EVERY);
    return () => clearInterval(timer);
  }, []);
  return html`
    <main class="page team">
      <h1>${t("team")}</h1>
      ${known.me?.bots.map((bot) => html`<${OfBot} key=${bot} bot=${bot} now=${now} />`)}
    </main>`;
}

/** @param {{bot: string, now: number}} props */
function OfBot({ bot, now }) {
  const known = { ...state.value, found: null, queue: "" };
  const heads = [...rows(known, "waiting"), ...rows(known, "mine"), ...rows(known, "others")].filter((head) => head.bot === bot);
  return html`
    <section>
      <h2 dir="auto">${bot}</h2>
      <div class="loads">${loads(known, bot, now).map((each) => html`<${Load} key=${each.name} load=${each} />`)}</div>
      <div class="people">${(known.agents[bot] ?? []).map((each) => html`<${Colleague} key=${each.id} agent=${each} />`)}</div>
      <${Table} heads=${heads} now=${now} />
    </section>`;
}

/** @param {{load: ReturnType<typeof loads>[number]}} props */
function Load({ load }) {
  return html`
    <article class="card load">
      <h3 dir="auto">${load.name ?? t("no_queue")}</h3>
      <p class="figure"><b>${number(load.waiting)}</b> <span class="quiet">${t("waiting")}</span>
        ${load.waiting > 0 && html`<span class="pill ${urgency(load.longest)}">${lasting(load.longest)}</span>`}</p>
      <p class="quiet">${t("queue_load", { taken: number(load.taken), online: number(load.online) })}</p>
    </article>`;
}

/** @param {{agent: import("../types.js").Agent}} props */
function Colleague({ agent }) {
  const most = agent.capacity ?? Math.max(5, agent.open);
  return html`
    <article class="card colleague">
      <p class="who"><span class="dot" data-status=${agent.status}></span><b dir="auto">${agent.name}</b> <span class="quiet">${t(agent.status)}</span></p>
      <meter min="0" max=${most} high=${most * 0.8} value=${agent.open} aria-label=${`${agent.name}: ${loadOf(agent)}`}></meter>
      <p class="quiet">${loadOf(agent)}</p>
      ${agent.queues.length > 0 && html`<p class="quiet" dir="auto">${agent.queues.join(", ")}</p>`}
    </article>`;
}

/** @param {{heads: Head[], now: number}} props */
function Table({ heads, now }) {
  const [shown, showMore] = useState(STEP);
  if (!heads.length) return html`<p class="card empty quiet">${t("none_paused")}</p>`;
  return html`
    <div class="table card" tabindex="0" role="region" aria-label=${t("conversations")}>
      <table>
        <thead><tr><th scope="col">${t("user")}</th><th scope="col">${t("queue")}</th><th scope="col">${t("waits_column")}</th><th scope="col">${t("agent")}</th><th scope="col"><span class="visually-hidden">${t("assign")}</span></th></tr></thead>
        <tbody>${heads.slice(0, shown).map((head) => html`<${Row} key=${head.id} head=${head} ms=${waited(head, now)} />`)}</tbody>
      </table>
      ${heads.length > shown && html`<button class="plain more" onClick=${() => showMore(shown + STEP)}>${t("show_more")}</button>`}
    </div>`;
}

/** @param {{head: Head, ms: number}} props */
function Row({ head, ms }) {
  const name = head.user_name ?? head.user;
  const isMine = head.owner === state.value.me?.id;
  return html`
    <tr>
      <td><button class="link" onClick=${() => open(head.id)}><bdi>${name}</bdi></button></td>
      <td dir="auto">${head.queue ?? "–"}</td>
      <td>${ms > 0 ? html`<span class="pill ${urgency(ms)}">${lasting(ms)}</span>` : "–"}</td>
      <td dir="auto">${head.owner_name ?? "–"}</td>
      <td class="gives">
        ${!isMine && html`<button onClick=${() => take(head)} aria-label=${`${t("take")}: ${name}`}>${t("take")}</button>`}
        <${Assign} head=${head} name=${name} />
      </td>
    </tr>`;
}

/** @param {{head: Head, name: string}} props */
function Assign({ head, name }) {
  const me = state.value.me?.id;
  const there = (state.value.agents[head.bot] ?? []).filter((each) => each.status === "online" && each.id !== head.owner && each.id !== me);
  const give = (/** @type {any} */ { target }) => {
    const agent = target.value;
    target.value = "";
    if (agent) handOver(head, { agent });
  };
  return html`
    <select aria-label=${`${t("assign")} ${name}`} onChange=${give} disabled=${!there.length}>
      <option value="">${t("assign")}</option>${there.map((each) => html`<option value=${each.id}>${each.name}</option>`)}
    </select>`;
}
