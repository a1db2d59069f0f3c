// @ts-check
// What a new bot needs, in order, and what of it is done.
import { botPath, request, showError } from "../connection/api.js";
import { loadAgents } from "../conversations/queries.js";
import { state } from "../state/store.js";
import { t } from "../strings/translate.js";
import { Field, Form } from "../ui/form.js";
import { html, useEffect, useState } from "../ui/html.js";
import { Resource, SectionHeader } from "../ui/resource_list.js";
import { tabAfterKey } from "../ui/widgets.js";
import { SNIPPET_NAMES, snippet } from "./snippets.js";

/** As in a queue that is made with the whole form: the first alert after a minute, and so on. In seconds. */
const QUEUE = { limits: { first_alert: 60, agent_lost: 120, escalate: [300] } };

/** @param {{bot: string, openTab: (tab: string) => void}} props */
export function FirstSteps({ bot, openTab }) {
  const path = botPath(bot);
  useEffect(() => {
    loadAgents(bot);
  }, [bot]);
  const agents = state.value.agents[bot] ?? [];
  return html`
    <${SectionHeader} label=${t("first_steps")} text=${t("first_steps_more")} />
    <ol class="steps">
      <${Step} name="bot" isDone text=${t("step_bot_done", { bot })} />
      <${Resource} path=${`${path}/queues`}>${(/** @type {{items: any[]}} */ { items }, /** @type {() => void} */ reload) => html`
        <${Step} name="queue" isDone=${items.length > 0} text=${items.length ? t("step_queue_done", { queues: items.map((each) => each.name).join(", ") }) : t("step_queue_more")}>
          ${items.length ? html`<button onClick=${() => openTab("queues")}>${t("queues")}</button>` : html`<${QueueForm} path=${path} created=${reload} />`}
        <//>
        <${Step} name="people" isDone=${agents.length > 0} text=${agents.length ? t("step_people_done", { people: agents.map((each) => each.name).join(", ") }) : t("step_people_more")}>
          <button onClick=${() => openTab("agents")}>${t(agents.length ? "agents" : "step_people_do")}</button>
        <//>
        <${Connect} bot=${bot} queue=${items[0]?.name ?? null} />`}<//>
      <${Try} bot=${bot} />
      <${Step} name="webhook" text=${t("step_webhook_more")}><button onClick=${() => openTab("webhook")}>${t("webhook")}</button><//>
    </ol>`;
}

/** @param {{name: string, text: string, isDone?: boolean, children?: any}} props */
const Step = ({ name, text, isDone = false, children }) => html`
  <li class="card step" data-done=${isDone}>
    <h3>${t(`step_${name}`)} ${isDone && html`<span class="pill calm">${t("step_done")}</span>`}</h3>
    <p class="quiet">${text}</p>
    ${children}
  </li>`;

/** @param {{path: string, created: () => void}} props */
function QueueForm({ path, created }) {
  const submit = async (/** @type {FormData} */ form) => {
    await request("PUT", `${path}/queues/${encodeURIComponent(String(form.get("name")).trim())}`, QUEUE);
    created();
  };
  return html`<${Form} submit=${submit} label=${t("step_queue_do")}>${(/** @type {any} */ errors) => html`
    <${Field} name="name" label=${t("name")} errors=${errors} required placeholder="support" />`}<//>`;
}

/** The key is in the page until it is left. @param {{bot: string, queue: string | null}} props */
function Connect({ bot, queue }) {
  const [key, setKey] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const create = async () => {
    setIsBusy(true);
    await request("POST", `${botPath(bot)}/keys`, { name: t("first_key") }).then((made) => setKey(made.key), showError);
    setIsBusy(false);
  };
  const url = new URL(`../api/v1${botPath(bot)}`, location.href.split("#")[0]).href;
  return html`
    <${Step} name="connect" isDone=${!!key} text=${t(key ? "step_connect_done" : "step_connect_more")}>
      ${key ? html`<${Snippets} values=${{ url, key, bot, queue }} />`
      : html`<button class="primary" disabled=${isBusy} onClick=${create}>${t("step_connect_do")}</button>`}
    <//>`;
}

/** @type {Record<string, string>} */
const LANGUAGES = { curl: "curl", python: "Python", javascript: "JavaScript", botpress: "Botpress" };

/** @param {{values: import("./snippets.js").Values}} props */
function Snippets({ values }) {
  const [name, setName] = useState(SNIPPET_NAMES[0]);
  const [copied, setCopied] = useState("");
  const text = snippet(name, values);
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const next = tabAfterKey(event, SNIPPET_NAMES, name);
    if (next) setName(next);
  };
  return html`
    <div class="snippets">
      <div class="tabs" role="tablist" aria-label=${t("step_connect")} onKeyDown=${onKeyDown}>${SNIPPET_NAMES.map((each) => html`
        <button role="tab" id=${`snippet-${each}`} aria-selected=${each === name} aria-controls="snippet" tabindex=${each === name ? 0 : -1} onClick=${() => setName(each)}>${LANGUAGES[each]}</button>`)}</div>
      <pre id="snippet" role="tabpanel" aria-labelledby=${`snippet-${name}`} tabindex="0" dir="ltr">${text}</pre>
      <p class="item-actions"><button class="primary" onClick=${() => navigator.clipboard?.writeText(text).then(() => setCopied(text), () => {})}>${t(copied === text ? "copied" : "copy")}</button></p>
      <p class="quiet">${t("shown_once")}</p>
    </div>`;
}

/** The first conversation of the bot. It arrives by the connection. @param {{bot: string}} props */
function Try({ bot }) {
  const [isThere, setIsThere] = useState(false);
  const hasArrived = isThere || Object.values(state.value.heads).some((head) => head.bot === bot);
  useEffect(() => {
    request("GET", `${botPath(bot)}/conversations?limit=1`).then(({ items }) => setIsThere(items.length > 0), () => {});
  }, [bot]);
  return html`<${Step} name="try" isDone=${hasArrived} text=${t(hasArrived ? "step_try_done" : "step_try_more")} />`;
}
