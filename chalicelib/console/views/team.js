// @ts-check
// For supervisors: everybody with their load, and every conversation, to give to somebody else.
import { move, state, tell } from "../actions.js";
import { request } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { rows, urgency, waited } from "../logic.js";
import { lasting, t } from "../strings.js";
import { useNow } from "./app.js";

/** @typedef {import("../types.js").Head} Head */

const EVERY = 10_000;

export function Team() {
  const known = state.value;
  const now = useNow();
  useEffect(() => {
    const look = () => known.me?.bots.forEach((bot) =>
      request("GET", `/bots/${encodeURIComponent(bot)}/agents`).then((answer) => tell({ type: "agents", bot, agents: answer.items }), () => {}));
    look();
    const timer = setInterval(look, EVERY);
    return () => clearInterval(timer);
  }, []);
  const waiting = rows({ ...known, found: null }, "waiting");
  const owned = Object.values(known.heads).filter((head) => head.status === "agent");
  return html`
    <main class="page team">
      ${known.me?.bots.map((bot) => html`
        <section>
          <h1 dir="auto">${bot}</h1>
          <div class="people">${(known.agents[bot] ?? []).map((each) => html`
            <article class="card person" key=${each.id}>
              <p><span class="dot" data-status=${each.status}></span><b dir="auto">${each.name}</b> <span class="quiet">${t(each.status)}</span></p>
              <p class="quiet">${t("load")} ${each.open} ${each.capacity !== null && t("of", { capacity: each.capacity })}</p>
              <meter min="0" max=${each.capacity ?? Math.max(5, each.open)} value=${each.open} aria-label=${t("load")}></meter>
              <p class="quiet" dir="auto">${each.queues.join(", ")}</p>
            </article>`)}</div>
          <${Table} heads=${[...waiting, ...owned].filter((head) => head.bot === bot)} now=${now} />
        </section>`)}
    </main>`;
}

/** @param {{heads: Head[], now: number}} props */
function Table({ heads, now }) {
  if (!heads.length) return html`<p class="quiet">${t("none_waiting")}</p>`;
  return html`
    <table>
      <thead><tr><th>${t("user")}</th><th>${t("queue")}</th><th>${t("waiting")}</th><th>${t("agents")}</th><th>${t("assign")}</th></tr></thead>
      <tbody>${heads.map((head) => {
        const ms = waited(head, now);
        return html`
          <tr key=${head.id}>
            <td><bdi>${head.user_name ?? head.user}</bdi></td><td>${head.queue ?? "–"}</td>
            <td>${ms > 0 && html`<span class="pill ${urgency(ms)}">${lasting(ms)}</span>`}</td>
            <td>${head.owner_name ?? "–"}</td><td><${Assign} head=${head} /></td>
          </tr>`;
      })}</tbody>
    </table>`;
}

/** @param {{head: Head}} props */
function Assign({ head }) {
  const known = state.value;
  const there = (known.agents[head.bot] ?? []).filter((each) => (each.status === "online" || each.id === known.me?.id) && each.id !== head.owner);
  const give = (/** @type {any} */ { target }) => {
    const agent = target.value;
    target.value = "";
    if (agent) move("transfer", head, { agent, epoch: head.epoch });
  };
  return html`
    <select aria-label=${`${t("assign")} ${head.user_name ?? head.user}`} onChange=${give}>
      <option value="">…</option>${there.map((each) => html`<option value=${each.id}>${each.name}</option>`)}
    </select>`;
}
