// @ts-check
import { request } from "../api.js";
import { DAYS, LIMITS, minutes, queueOf, said, written } from "../bodies.js";
import { html, useState } from "../html.js";
import { botPath } from "../store.js";
import { t, weekday } from "../strings.js";
import { Ask, Modal } from "./admin_dialog.js";
import { Field, Form } from "./admin_form.js";
import { Item, Items, Read, Top } from "./admin_list.js";
import { Texts } from "./admin_texts.js";

const NEW = { name: "", priority: 0, mode: "manual", offer_seconds: 30, fallback: null, hours: null, limits: { agent_lost: 120, escalate: [] }, texts: {} };

/** @param {{bot: string}} props */
export function Queues({ bot }) {
  const path = `${botPath(bot)}/queues`;
  const [dialog, show] = useState(/** @type {any} */ (null));
  const close = () => show(null);

  /** @param {any} queue @param {any[]} all @param {() => void} again */
  const edit = (queue, all, again) => show(html`
    <${Edit} queue=${queue} others=${othersOf(queue, all)} close=${close} act=${async (/** @type {FormData} */ form) => {
      await request("PUT", `${path}/${encodeURIComponent(queue.name || said(form, "name"))}`, queueOf(form));
      close();
      again();
    }} />`);

  /** @param {any} queue @param {() => void} again */
  const remove = (queue, again) => show(html`
    <${Ask} title=${t("remove", { what: queue.name })} more=${t("remove_queue_more")} label=${t("delete")} close=${close} act=${async () => {
      await request("DELETE", `${path}/${encodeURIComponent(queue.name)}`);
      close();
      again();
    }} />`);

  return html`
    <${Read} path=${path}>${(/** @type {{items: any[]}} */ { items }, /** @type {() => void} */ again) => html`
      <${Top} label=${t("queues")} more=${t("queues_more")}><button class="primary" onClick=${() => edit(NEW, items, again)}>${t("new_queue")}</button><//>
      <${Items} label=${t("queues")}>${items.map((queue) => html`
        <${Item} key=${queue.name} title=${queue.name} facts=${factsOf(queue)}>
          <button onClick=${() => edit(queue, items, again)} aria-label=${`${t("edit_it")}: ${queue.name}`}>${t("edit_it")}</button>
          <button onClick=${() => remove(queue, again)} aria-label=${t("remove", { what: queue.name })}>${t("delete")}</button>
        <//>`)}<//>`}<//>
    ${dialog && html`<${Modal} close=${close}>${dialog}<//>`}`;
}

/** One that was named before it was made is kept. @param {any} queue @param {any[]} all @returns {string[]} */
const othersOf = (queue, all) =>
  [...new Set([...all.map((each) => each.name), queue.fallback])].filter((each) => each && each !== queue.name);

/** @param {any} queue */
const factsOf = (queue) => [
  t(queue.mode),
  queue.hours ? queue.hours.time_zone : t("always_open"),
  queue.priority > 0 && `${t("priority")} ${queue.priority}`,
  queue.fallback && `${t("fallback")}: ${queue.fallback}`,
];

/** @param {{queue: any, others: string[], act: (form: FormData) => Promise<void>, close: () => void}} props */
const Edit = ({ queue, others, act, close }) => html`
  <${Form} act=${act} label=${t("save")} close=${close}>${(/** @type {any} */ wrong) => html`
    <h2 id="dialog-title" dir="auto">${queue.name || t("new_queue")}</h2>
    ${!queue.name && html`<${Field} name="name" label=${t("name")} wrong=${wrong} required autofocus />`}
    <${Field} as="select" name="mode" label=${t("mode")} wrong=${wrong}>${["manual", "offer"].map((each) => html`<option value=${each} selected=${queue.mode === each}>${t(each)}</option>`)}<//>
    <div class="pair">
      <${Field} type="number" name="offer_seconds" label=${t("offer_seconds")} wrong=${wrong} min="5" max="600" required defaultValue=${queue.offer_seconds} />
      <${Field} type="number" name="priority" label=${t("priority")} wrong=${wrong} min="0" max="9" required defaultValue=${queue.priority} />
    </div>
    <${Field} as="select" name="fallback" label=${t("fallback")} wrong=${wrong}>
      <option value="">–</option>${others.map((each) => html`<option value=${each} selected=${queue.fallback === each}>${each}</option>`)}
    <//>
    <${Week} hours=${queue.hours} wrong=${wrong} />
    <details><summary>${t("limits")}</summary>
      <p class="quiet">${t("limits_more")}</p>
      <div class="pair">
        ${LIMITS.map((each) => html`<${Field} type="number" name=${`limits.${each}`} label=${t(`limit_${each}`)} wrong=${wrong} min="0" step="any" defaultValue=${minutes(queue.limits[each] ?? null)} />`)}
        <${Field} name="limits.escalate" label=${t("limit_escalate")} wrong=${wrong} placeholder="5, 15, 30" pattern="[0-9., ]*" defaultValue=${queue.limits.escalate.map(minutes).join(", ")} />
      </div>
    </details>
    <${Texts} texts=${queue.texts} wrong=${wrong} />`}
  <//>`;

/** @param {{hours: any, wrong: Record<string, string>}} props */
function Week({ hours, wrong }) {
  const [isOpen, open] = useState(!hours);
  const zone = hours?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  return html`
    <fieldset><legend>${t("hours")}</legend>
      <label class="choice"><input type="checkbox" checked=${isOpen} onChange=${() => open(!isOpen)} /> ${t("always_open")}</label>
      ${!isOpen && html`
        <div class="week">
          <p class="quiet">${t("hours_more")}</p>
          <${Field} name="hours.time_zone" label=${t("time_zone")} wrong=${wrong} required dir="ltr" defaultValue=${zone} />
          ${DAYS.map((day, at) => html`<${Field} name=${`hours.weekly.${day}`} label=${weekday(at)} wrong=${wrong} dir="ltr" placeholder="09:00-17:00" defaultValue=${written(hours?.weekly[day])} />`)}
          <${Field} name="hours.holidays" label=${t("holidays")} wrong=${wrong} dir="ltr" placeholder="2027-01-01, 2027-12-25" defaultValue=${(hours?.holidays ?? []).join(", ")} />
        </div>`}
    </fieldset>`;
}
