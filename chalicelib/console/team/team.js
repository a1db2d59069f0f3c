// @ts-check
import { claim, transfer } from "../conversations/actions.js";
import { loadAgents, loadQueues, openConversation } from "../conversations/queries.js";
import { listedConversations, pendingCommand, queueLoads, urgency, waitingTime } from "../state/conversation_list.js";
import { isSupervisor } from "../state/permissions.js";
import { state } from "../state/store.js";
import { formatDuration, formatNumber } from "../strings/formats.js";
import { formatLoad } from "../strings/lazy_formats.js";
import { t } from "../strings/translate.js";
import { html, useEffect, useNow, useState } from "../ui/html.js";

/** @typedef {import("../state/types.js").Head} Head */

const REFRESH_INTERVAL = 10_000;
const ROWS_PER_PAGE = 50;

/** The supervisors' view: the load of all queues and agents, and all paused conversations, to claim or assign. */
export function Team() {
  const { me } = state.value;
  const now = useNow();
  useEffect(() => {
    const refresh = () => me?.bots.forEach((bot) => {
      loadAgents(bot);
      if (isSupervisor(state.value, bot)) loadQueues(bot);
    });
    refresh();
    const timer = setInterval(refresh, REFRESH_INTERVAL);
    return () => clearInterval(timer);
  }, []);
  return html`
    <main class="page team">
      <h1>${t("team")}</h1>
      ${me?.bots.map((bot) => html`<${BotTeam} key=${bot} bot=${bot} now=${now} />`)}
    </main>`;
}

/** @param {{bot: string, now: number}} props */
function BotTeam({ bot, now }) {
  const unfiltered = { ...state.value, searchResults: null, queueFilter: "" };
  const heads = ["waiting", "mine", "others"].flatMap((tab) => listedConversations(unfiltered, tab)).filter((head) => head.bot === bot);
  return html`
    <section>
      <h2 dir="auto">${bot}</h2>
      <div class="queue-cards">${queueLoads(unfiltered, bot, now).map((load) => html`<${QueueCard} key=${load.name} load=${load} />`)}</div>
      <div class="agent-cards">${(unfiltered.agents[bot] ?? []).map((agent) => html`<${AgentCard} key=${agent.id} agent=${agent} />`)}</div>
      <${ConversationTable} heads=${heads} now=${now} />
    </section>`;
}

/** @param {{load: ReturnType<typeof queueLoads>[number]}} props */
function QueueCard({ load }) {
  return html`
    <article class="card queue-card">
      <h3 dir="auto">${load.name ?? t("no_queue")}</h3>
      <p class="figure"><b>${formatNumber(load.waiting)}</b> <span class="quiet">${t("waiting")}</span>
        ${load.waiting > 0 && html`<span class="pill ${urgency(load.longest)}">${formatDuration(load.longest)}</span>`}</p>
      ${!load.served && html`<p><span class="pill late">${t("unserved")}</span></p>`}
      <p class="quiet">${t("queue_load", { claimed: formatNumber(load.claimed), online: formatNumber(load.online) })}</p>
    </article>`;
}

/** Offline, but not by choice. @param {import("../state/types.js").Agent} agent */
const isDisconnected = (agent) => agent.status === "offline" && agent.chosen_status !== "offline";

/** @param {{agent: import("../state/types.js").Agent}} props */
function AgentCard({ agent }) {
  const max = agent.capacity ?? Math.max(5, agent.open);
  return html`
    <article class="card agent-card">
      <p class="who"><span class="dot" data-status=${agent.status}></span><b dir="auto">${agent.name}</b> <span class="quiet">${t(isDisconnected(agent) ? "disconnected" : agent.status)}</span></p>
      <meter min="0" max=${max} high=${max * 0.8} value=${agent.open} aria-label=${`${agent.name}: ${formatLoad(agent)}`}></meter>
      <p class="quiet">${formatLoad(agent)}</p>
      ${agent.queues.length > 0 && html`<p class="quiet" dir="auto">${agent.queues.join(", ")}</p>`}
    </article>`;
}

/** @param {{heads: Head[], now: number}} props */
function ConversationTable({ heads, now }) {
  const [limit, setLimit] = useState(ROWS_PER_PAGE);
  if (!heads.length) return html`<p class="card empty quiet">${t("no_open_conversations")}</p>`;
  return html`
    <div class="table card" tabindex="0" role="region" aria-label=${t("conversations")}>
      <table>
        <thead><tr><th scope="col">${t("user")}</th><th scope="col">${t("queue")}</th><th scope="col">${t("waiting_column")}</th><th scope="col">${t("agent")}</th><th scope="col"><span class="visually-hidden">${t("assign_to")}</span></th></tr></thead>
        <tbody>${heads.slice(0, limit).map((head) => html`<${ConversationRow} key=${head.id} head=${head} ms=${waitingTime(head, now)} />`)}</tbody>
      </table>
      ${heads.length > limit && html`<button class="plain more" onClick=${() => setLimit(limit + ROWS_PER_PAGE)}>${t("show_more")}</button>`}
    </div>`;
}

/** @param {{head: Head, ms: number}} props */
function ConversationRow({ head, ms }) {
  const name = head.user_name ?? head.user;
  const isMine = head.owner === state.value.me?.id;
  return html`
    <tr>
      <td><button class="link" onClick=${() => openConversation(head.id)}><bdi>${name}</bdi></button></td>
      <td dir="auto">${head.queue ?? "–"}</td>
      <td>${ms > 0 ? html`<span class="pill ${urgency(ms)}">${formatDuration(ms)}</span>` : "–"}</td>
      <td dir="auto">${head.owner_name ?? "–"}</td>
      <td class="row-actions">
        ${!isMine && html`<button onClick=${() => claim(head)} aria-label=${`${t("claim")}: ${name}`}>${t("claim")}</button>`}
        <${AssignMenu} head=${head} name=${name} />
      </td>
    </tr>`;
}

/** Transfers the conversation to the agent that is chosen. @param {{head: Head, name: string}} props */
function AssignMenu({ head, name }) {
  const me = state.value.me?.id;
  const agents = (state.value.agents[head.bot] ?? []).filter((agent) => agent.status === "online" && agent.id !== head.owner && agent.id !== me);
  const assign = (/** @type {any} */ { target }) => {
    const agent = target.value;
    target.value = "";
    if (agent) transfer(head, { agent });
  };
  return html`
    <select aria-label=${`${t("assign_to")} ${name}`} onChange=${assign} disabled=${!agents.length || !!pendingCommand(state.value, head.id)}>
      <option value="">${t("assign_to")}</option>${agents.map((agent) => html`<option value=${agent.id}>${agent.name}</option>`)}
    </select>`;
}
