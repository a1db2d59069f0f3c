// @ts-check
// For admins and the owner: what one bot has, and who may do what with it.
import { html, useState } from "../html.js";
import { state } from "../store.js";
import { t } from "../strings.js";
import { Agents } from "./admin_agents.js";
import { Deliveries } from "./admin_deliveries.js";
import { Keys } from "./admin_keys.js";
import { Queues } from "./admin_queues.js";
import { CannedReplies } from "./admin_replies.js";
import { BotSettings } from "./admin_settings.js";
import { Webhook } from "./admin_webhook.js";
import { administered } from "./header.js";

/** @type {Record<string, (props: any) => any>} */
const TABS = { agents: Agents, queues: Queues, api_keys: Keys, canned: CannedReplies, webhook: Webhook, deliveries: Deliveries, settings: BotSettings };
const NAMES = Object.keys(TABS);

export function Admin() {
  const bots = administered(state.value);
  const [chosen, choose] = useState(bots[0]);
  const [tab, go] = useState(NAMES[0]);
  const bot = bots.includes(chosen) ? chosen : bots[0];
  /** The arrows go from tab to tab, in the direction of the script. @param {KeyboardEvent} event */
  const turn = (event) => {
    const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const by = event.key === forward ? 1 : /^Arrow(Left|Right)$/.test(event.key) ? -1 : 0;
    if (!by) return;
    const at = (NAMES.indexOf(tab) + by + NAMES.length) % NAMES.length;
    go(NAMES[at]);
    /** @type {HTMLElement} */ (event.currentTarget).querySelectorAll("button")[at].focus();
  };
  if (!bot) return html`<main class="page"><p class="card empty quiet">${t("nothing_yet")}</p></main>`;
  return html`
    <main class="page admin">
      <div class="page-top"><h1>${t("admin")}</h1>
        ${bots.length > 1 && html`<select aria-label=${t("bot")} value=${bot} onChange=${(/** @type {any} */ event) => choose(event.target.value)}>
          ${bots.map((each) => html`<option value=${each}>${each}</option>`)}</select>`}</div>
      <div class="tabs" role="tablist" aria-label=${t("admin")} onKeyDown=${turn}>${NAMES.map((each) => html`
        <button role="tab" id=${`admin-${each}`} aria-selected=${each === tab} aria-controls="admin-panel" tabindex=${each === tab ? 0 : -1} onClick=${() => go(each)}>${t(each)}</button>`)}</div>
      <section id="admin-panel" role="tabpanel" aria-labelledby=${`admin-${tab}`} key=${`${bot} ${tab}`}><${TABS[tab]} bot=${bot} /></section>
    </main>`;
}
