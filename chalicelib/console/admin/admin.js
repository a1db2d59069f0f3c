// @ts-check
// The admin's view: one bot's first steps, agents, queues, keys, replies, webhook and settings. The owner makes bots here.
import { NewBot } from "../setup/bots.js";
import { FirstSteps } from "../setup/first_steps.js";
import { administeredBots } from "../state/permissions.js";
import { state } from "../state/store.js";
import { t } from "../strings/translate.js";
import { html, useState } from "../ui/html.js";
import { Modal } from "../ui/modal.js";
import { tabAfterKey } from "../ui/widgets.js";
import { Agents } from "./agents.js";
import { ApiKeys } from "./api_keys.js";
import { Audit } from "./audit.js";
import { BotSettings } from "./bot_settings.js";
import { CannedReplies } from "./canned_replies.js";
import { Deliveries } from "./deliveries.js";
import { Queues } from "./queues.js";
import { Webhooks } from "./webhook.js";

/** @type {Record<string, (props: any) => any>} */
const TABS = { first_steps: FirstSteps, agents: Agents, queues: Queues, api_keys: ApiKeys, canned: CannedReplies, webhook: Webhooks, deliveries: Deliveries, settings: BotSettings, audit: Audit };
const TAB_NAMES = Object.keys(TABS);

export function Admin() {
  const { agents, me } = state.value;
  const bots = administeredBots(state.value);
  const [chosen, setChosen] = useState(bots[0]);
  const [tab, setTab] = useState(agents[bots[0]]?.length ? "agents" : "first_steps");
  const [isCreating, setIsCreating] = useState(false);
  const bot = bots.includes(chosen) ? chosen : bots[0];
  const created = (/** @type {string} */ id) => {
    setChosen(id);
    setTab("first_steps");
    setIsCreating(false);
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const next = tabAfterKey(event, TAB_NAMES, tab);
    if (next) setTab(next);
  };
  if (!bot) {
    return html`
      <main class="page admin">
        <h1>${t("welcome")}</h1><p class="quiet">${t("welcome_more")}</p>
        <div class="card panel"><${NewBot} created=${created} /></div>
      </main>`;
  }
  return html`
    <main class="page admin">
      <div class="page-top"><h1>${t("admin")}</h1>
        <div class="item-actions">${bots.length > 1 && html`<select aria-label=${t("bot")} value=${bot} onChange=${(/** @type {any} */ event) => setChosen(event.target.value)}>
          ${bots.map((each) => html`<option value=${each}>${each}</option>`)}</select>`}
        ${me?.role === "owner" && html`<button onClick=${() => setIsCreating(true)}>${t("new_bot")}</button>`}</div></div>
      <div class="tabs" role="tablist" aria-label=${t("admin")} onKeyDown=${onKeyDown}>${TAB_NAMES.map((each) => html`
        <button role="tab" id=${`admin-${each}`} aria-selected=${each === tab} aria-controls="admin-panel" tabindex=${each === tab ? 0 : -1} onClick=${() => setTab(each)}>${t(each)}</button>`)}</div>
      <section id="admin-panel" role="tabpanel" aria-labelledby=${`admin-${tab}`} key=${`${bot} ${tab}`}><${TABS[tab]} bot=${bot} openTab=${setTab} /></section>
      ${isCreating && html`<${Modal} close=${() => setIsCreating(false)}><${NewBot} close=${() => setIsCreating(false)} created=${created} /><//>`}
    </main>`;
}
