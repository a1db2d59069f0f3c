// @ts-check
// The admin's view: one bot's agents, queues, keys, replies, webhook and settings.
import { administeredBots } from "../state/permissions.js";
import { state } from "../state/store.js";
import { t } from "../strings/translate.js";
import { html, useState } from "../ui/html.js";
import { tabAfterKey } from "../ui/widgets.js";
import { Agents } from "./agents.js";
import { ApiKeys } from "./api_keys.js";
import { Audit } from "./audit.js";
import { BotSettings } from "./bot_settings.js";
import { CannedReplies } from "./canned_replies.js";
import { Deliveries } from "./deliveries.js";
import { Queues } from "./queues.js";
import { Webhook } from "./webhook.js";

/** @type {Record<string, (props: any) => any>} */
const TABS = { agents: Agents, queues: Queues, api_keys: ApiKeys, canned: CannedReplies, webhook: Webhook, deliveries: Deliveries, settings: BotSettings, audit: Audit };
const TAB_NAMES = Object.keys(TABS);

export function Admin() {
  const bots = administeredBots(state.value);
  const [chosen, setChosen] = useState(bots[0]);
  const [tab, setTab] = useState(TAB_NAMES[0]);
  const bot = bots.includes(chosen) ? chosen : bots[0];
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const next = tabAfterKey(event, TAB_NAMES, tab);
    if (next) setTab(next);
  };
  if (!bot) return html`<main class="page"><p class="card empty quiet">${t("nothing_yet")}</p></main>`;
  return html`
    <main class="page admin">
      <div class="page-top"><h1>${t("admin")}</h1>
        ${bots.length > 1 && html`<select aria-label=${t("bot")} value=${bot} onChange=${(/** @type {any} */ event) => setChosen(event.target.value)}>
          ${bots.map((each) => html`<option value=${each}>${each}</option>`)}</select>`}</div>
      <div class="tabs" role="tablist" aria-label=${t("admin")} onKeyDown=${onKeyDown}>${TAB_NAMES.map((each) => html`
        <button role="tab" id=${`admin-${each}`} aria-selected=${each === tab} aria-controls="admin-panel" tabindex=${each === tab ? 0 : -1} onClick=${() => setTab(each)}>${t(each)}</button>`)}</div>
      <section id="admin-panel" role="tabpanel" aria-labelledby=${`admin-${tab}`} key=${`${bot} ${tab}`}><${TABS[tab]} bot=${bot} /></section>
    </main>`;
}
