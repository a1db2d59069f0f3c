// @ts-check
import { botPath, request } from "../connection/api.js";
import { formatWeekday } from "../strings/lazy_formats.js";
import { t } from "../strings/translate.js";
import { Field, Form } from "../ui/form.js";
import { html, useState } from "../ui/html.js";
import { Confirmation, Modal } from "../ui/modal.js";
import { Item, ItemList, Resource, SectionHeader } from "../ui/resource_list.js";
import { DAYS, fieldText, formatIntervals, LIMITS, queueFromForm, toMinutes } from "./form_data.js";
import { UserTexts } from "./user_texts.js";

const NEW_QUEUE = { name: "", priority: 0, mode: "manual", offer_seconds: 30, fallback: null, hours: null, limits: { first_alert: 60, agent_lost: 120, escalate: [300] }, texts: {} };

/** The queues of a bot. @param {{bot: string}} props */
export function Queues({ bot }) {
  const path = `${botPath(bot)}/queues`;
  const [dialog, setDialog] = useState(/** @type {any} */ (null));
  const close = () => setDialog(null);

  /** @param {any} queue @param {any[]} all @param {() => void} reload */
  const edit = (queue, all, reload) => setDialog(html`
    <${QueueForm} bot=${bot} queue=${queue} options=${overflowOptions(queue, all)} close=${close} submit=${async (/** @type {FormData} */ form) => {
      await request("PUT", `${path}/${encodeURIComponent(queue.name || fieldText(form, "name"))}`, queueFromForm(form));
      close();
      reload();
    }} />`);

  /** @param {any} queue @param {() => void} reload */
  const remove = (queue, reload) => setDialog(html`
    <${Confirmation} title=${t("remove", { what: queue.name })} text=${t("remove_queue_more")} label=${t("delete")} close=${close} submit=${async () => {
      await request("DELETE", `${path}/${encodeURIComponent(queue.name)}`);
      close();
      reload();
    }} />`);

  return html`
    <${Resource} path=${path}>${(/** @type {{items: any[]}} */ { items }, /** @type {() => void} */ reload) => html`
      <${SectionHeader} label=${t("queues")} text=${t("queues_more")}><button class="primary" onClick=${() => edit(NEW_QUEUE, items, reload)}>${t("new_queue")}</button><//>
      <${ItemList} label=${t("queues")}>${items.map((queue) => html`
        <${Item} key=${queue.name} title=${queue.name} facts=${factsOf(queue)}>
          <button onClick=${() => edit(queue, items, reload)} aria-label=${`${t("edit")}: ${queue.name}`}>${t("edit")}</button>
          <button onClick=${() => remove(queue, reload)} aria-label=${t("remove", { what: queue.name })}>${t("delete")}</button>
        <//>`)}<//>`}<//>
    ${dialog && html`<${Modal} close=${close}>${dialog}<//>`}`;
}

/** The queues that can be this queue's overflow queue. Includes its current one, even if that does not exist. @param {any} queue @param {any[]} all @returns {string[]} */
const overflowOptions = (queue, all) =>
  [...new Set([...all.map((each) => each.name), queue.fallback])].filter((each) => each && each !== queue.name);

/** @param {any} queue */
const factsOf = (queue) => [
  !queue.served && html`<span class="pill late">${t("unserved")}</span>`,
  t(`mode_${queue.mode}`),
  queue.hours ? queue.hours.time_zone : t("always_open"),
  queue.priority > 0 && `${t("priority")} ${queue.priority}`,
  queue.fallback && `${t("fallback")}: ${queue.fallback}`,
];

/** @param {{bot: string, queue: any, options: string[], submit: (form: FormData) => Promise<void>, close: () => void}} props */
const QueueForm = ({ bot, queue, options, submit, close }) => html`
  <${Form} submit=${submit} label=${t("save")} close=${close}>${(/** @type {any} */ errors) => html`
    <h2 id="dialog-title" dir="auto">${queue.name || t("new_queue")}</h2>
    ${!queue.name && html`<${Field} name="name" label=${t("name")} errors=${errors} required autofocus />`}
    <${Field} as="select" name="mode" label=${t("mode")} errors=${errors}>${["manual", "offer"].map((each) => html`<option value=${each} selected=${queue.mode === each}>${t(`mode_${each}`)}</option>`)}<//>
    <div class="pair">
      <${Field} type="number" name="offer_seconds" label=${t("offer_seconds")} errors=${errors} min="5" max="600" required defaultValue=${queue.offer_seconds} />
      <${Field} type="number" name="priority" label=${t("priority")} errors=${errors} min="0" max="9" required defaultValue=${queue.priority} />
    </div>
    <${Field} as="select" name="fallback" label=${t("fallback")} errors=${errors}>
      <option value="">–</option>${options.map((each) => html`<option value=${each} selected=${queue.fallback === each}>${each}</option>`)}
    <//>
    <${Hours} hours=${queue.hours} errors=${errors} />
    <details><summary>${t("limits")}</summary>
      <p class="quiet">${t("limits_more")}</p>
      <div class="pair">
        ${LIMITS.map((each) => html`<${Field} type="number" name=${`limits.${each}`} label=${t(`limit_${each}`)} errors=${errors} min="0" step="any" defaultValue=${toMinutes(queue.limits[each] ?? null)} />`)}
        <${Field} name="limits.escalate" label=${t("limit_escalate")} errors=${errors} placeholder="5, 15, 30" pattern="[0-9., ]*" defaultValue=${queue.limits.escalate.map(toMinutes).join(", ")} />
      </div>
    </details>
    <${UserTexts} bot=${bot} texts=${queue.texts} errors=${errors} />`}
  <//>`;

/** Gives these days the hours of the first one. @param {HTMLFormElement} form @param {string[]} days */
function copyHours(form, days) {
  const [first, ...others] = days.map((day) => /** @type {HTMLInputElement} */ (form.elements.namedItem(`hours.weekly.${day}`)));
  for (const field of others) field.value = first.value;
}

/** @param {{hours: any, errors: Record<string, string>}} props */
function Hours({ hours, errors }) {
  const [isAlwaysOpen, setIsAlwaysOpen] = useState(!hours);
  const zone = hours?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  return html`
    <fieldset><legend>${t("hours")}</legend>
      <label class="choice"><input type="checkbox" checked=${isAlwaysOpen} onChange=${() => setIsAlwaysOpen(!isAlwaysOpen)} /> ${t("always_open")}</label>
      ${!isAlwaysOpen && html`
        <div class="week">
          <p class="quiet">${t("hours_more")}</p>
          <${Field} name="hours.time_zone" label=${t("time_zone")} errors=${errors} required dir="ltr" defaultValue=${zone} />
          ${DAYS.map((day, at) => html`<${Field} name=${`hours.weekly.${day}`} label=${formatWeekday(at)} errors=${errors} dir="ltr" placeholder="09:00-17:00" defaultValue=${formatIntervals(hours?.weekly[day])} />`)}
          <p class="item-actions">
            <button type="button" onClick=${(/** @type {any} */ event) => copyHours(event.target.form, DAYS.slice(0, 5))}>${t("copy_weekdays", { day: formatWeekday(0) })}</button>
            <button type="button" onClick=${(/** @type {any} */ event) => copyHours(event.target.form, DAYS)}>${t("copy_all_days", { day: formatWeekday(0) })}</button>
          </p>
          <${Field} name="hours.holidays" label=${t("holidays")} errors=${errors} dir="ltr" placeholder="2027-01-01, 2027-12-25" defaultValue=${(hours?.holidays ?? []).join(", ")} />
        </div>`}
    </fieldset>`;
}
