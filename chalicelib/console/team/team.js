// @ts-check
import { botPath, request, showError } from "../connection/api.js";
import { loadAgents, loadQueues } from "../conversations/queries.js";
import { listedConversations, queueLoads, urgency } from "../state/conversation_list.js";
import { isSupervisor } from "../state/permissions.js";
import { showToast, state } from "../state/store.js";
import { formatDuration, formatNumber } from "../strings/formats.js";
import { formatLoad } from "../strings/lazy_formats.js";
import { t } from "../strings/translate.js";
import { html, useEffect, useNow } from "../ui/html.js";
import { isFull, needsAttention } from "./board.js";
import { BoardTable } from "./board_table.js";

const REFRESH_INTERVAL = 10_000;

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
  const loads = queueLoads(unfiltered, bot, now);
  return html`
    <section>
      <h2 dir="auto">${bot}</h2>
      <${Attention} items=${needsAttention(loads, unfiltered.agents[bot] ?? [])} />
      <div class="queue-cards">${loads.map((load) => html`<${QueueCard} key=${load.name} load=${load} />`)}</div>
      <div class="agent-cards">${[...(unfiltered.agents[bot] ?? [])].sort((a, b) => load(b) - load(a)).map((agent) => html`<${AgentCard} key=${agent.id} bot=${bot} agent=${agent} />`)}</div>
      <${BoardTable} bot=${bot} heads=${heads} now=${now} />
    </section>`;
}

/** @param {{items: ReturnType<typeof needsAttention>}} props */
const Attention = ({ items }) => items.length > 0 && html`
  <div class="card attention"><h3>${t("attention")}</h3>
    <ul>${items.map(({ text, queue, count, longest = 0, agent }) => html`
      <li key=${`${text} ${queue} ${agent?.id}`}>${t(text, { queue: queue ?? t("no_queue"), count, time: formatDuration(longest), agent: agent?.name, load: agent && formatLoad(agent) })}</li>`)}</ul>
  </div>`;

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

/** The share of the capacity that is used, for the order: the busiest are first. @param {import("../state/types.js").Agent} agent */
const load = ({ open, capacity }) => (capacity === null ? open / 1000 : (open + 1) / (capacity + 1));

/** The statuses that a supervisor may set for a colleague. */
const SETTABLE = ["away", "offline"];

/** @param {string} bot @param {string} agent @param {string} status */
async function setStatusOf(bot, agent, status) {
  await request("PUT", `${botPath(bot)}/agents/${encodeURIComponent(agent)}/status`, { status }).then(() => showToast(t("saved")), showError);
  loadAgents(bot);
}

/** @param {{bot: string, agent: import("../state/types.js").Agent}} props */
function AgentCard({ bot, agent }) {
  const max = agent.capacity ?? Math.max(5, agent.open);
  return html`
    <article class="card agent-card">
      <p class="who"><span class="dot" data-status=${agent.status}></span><b dir="auto">${agent.name}</b> <span class="quiet">${t(isDisconnected(agent) ? "disconnected" : agent.status)}</span></p>
      <meter min="0" max=${max} high=${max * 0.8} value=${agent.open} aria-label=${`${agent.name}: ${formatLoad(agent)}`}></meter>
      <p class="quiet">${formatLoad(agent)} ${isFull(agent) && html`<span class="pill late">${t("at_capacity")}</span>`}</p>
      ${agent.id !== state.value.me?.id && isSupervisor(state.value, bot) && html`<p class="item-actions">${SETTABLE.filter((status) => agent.chosen_status !== status).map((status) => html`
        <button key=${status} aria-label=${`${agent.name}: ${t(`set_${status}`)}`} onClick=${() => setStatusOf(bot, agent.id, status)}>${t(`set_${status}`)}</button>`)}</p>`}
      ${agent.queues.length > 0 && html`<p class="quiet" dir="auto">${agent.queues.join(", ")}</p>`}
    </article>`;
}
