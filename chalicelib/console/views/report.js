// @ts-check
// What came of it: numbers, and small plots, because people would rather look than read.
import { Refused, request } from "../api.js";
import { everyDay, inLocalHours, percentile } from "../charts.js";
import { html, useEffect, useState } from "../html.js";
import { botPath, sentence, state } from "../store.js";
import { date, dollars, lasting, number, t } from "../strings.js";
import { Columns, Rows } from "./plots.js";

const SPANS = [7, 30, 90];
const DAY = 86_400_000;

export function Report() {
  const [days, choose] = useState(30);
  return html`
    <main class="page report">
      <div class="page-top"><h1>${t("report")}</h1>
        <div class="spans" role="group" aria-label=${t("span")}>${SPANS.map((each) => html`
          <button aria-pressed=${days === each} onClick=${() => choose(each)}>${t("last_days", { days: number(each) })}</button>`)}</div></div>
      ${state.value.me?.bots.map((bot) => html`<${OfBot} key=${`${bot} ${days}`} bot=${bot} days=${days} />`)}
    </main>`;
}

/** @param {{bot: string, days: number}} props */
function OfBot({ bot, days }) {
  const [found, know] = useState(/** @type {any} */ (null));
  const [wrong, fail] = useState("");
  useEffect(() => {
    const from = new Date(Date.now() - (days - 1) * DAY).toISOString().slice(0, 10);
    request("GET", `${botPath(bot)}/report?from=${from}`).then(know, (error) => {
      if (!(error instanceof Refused)) throw error;
      fail(sentence(error));
    });
  }, []);
  return html`
    <section>
      <h2 dir="auto">${bot}</h2>
      ${wrong ? html`<p class="card empty quiet" role="alert">${wrong}</p>`
      : !found ? html`<div class="skeletons" role="status" aria-label=${t("loading")}><i></i><i></i></div>`
      : !found.totals.handoffs ? html`<div class="card empty"><p>${t("no_report")}</p><p class="quiet">${t("no_report_more")}</p></div>`
      : html`<${Figures} found=${found} /><${Plots} found=${found} />`}
    </section>`;
}

/** @param {{found: any}} props */
function Figures({ found }) {
  const { totals } = found;
  const times = ["time_to_claim", "time_to_first_answer", "length"].map((name) => ({ name, ...totals[name] }));
  return html`
    <div class="figures">
      <${Figure} name="handoffs" value=${number(totals.handoffs)} more=${t("transfers_count", { count: number(totals.transfers) })} />
      ${times.map(({ name, steps }) => html`
        <${Figure} key=${name} name=${name} value=${seconds(percentile(steps, found.bounds_s, 0.5))}
          more=${t("ninety", { time: seconds(percentile(steps, found.bounds_s, 0.9)) })} />`)}
      <${Figure} name="leaks" value=${number(totals.leaks)} more=${t("leaks_more")} />
      <${Figure} name="cost" value=${dollars(found.cost.estimate)} more=${t("cost_more")} />
    </div>`;
}

/** @param {number | null} value */
const seconds = (value) => (value === null ? "–" : lasting(value * 1000));

/** @param {{name: string, value: string, more: string}} props */
const Figure = ({ name, value, more }) => html`
  <div class="card figure"><span class="quiet">${t(name)}</span><b>${value}</b><span class="quiet">${more}</span></div>`;

/** @param {{found: any}} props */
function Plots({ found }) {
  const { totals, bounds_s: bounds } = found;
  const days = everyDay(found.from, found.to, found.days).map(({ day, count }) => ({ label: date(day), count }));
  const hours = inLocalHours(found.hours, -new Date().getTimezoneOffset()).map((count, hour) => ({ label: number(hour), count }));
  const waits = totals.time_to_claim.steps.map((/** @type {number} */ count, /** @type {number} */ at) => ({ label: stepOf(bounds, at), count }));
  return html`
    <div class="plots">
      <${Columns} name="waits_plot" bars=${waits} />
      <${Columns} name="hours_plot" bars=${hours} every=${3} />
      <${Columns} name="days_plot" bars=${days} every=${Math.ceil(days.length / 6)} />
      <${Rows} name="outcomes" bars=${named(Object.entries(totals.outcomes))} />
      <${Rows} name="agents" bars=${found.agents.map((/** @type {any} */ each) => ({ label: each.name ?? "–", count: each.handoffs }))} />
      <${Rows} name="queues" bars=${found.queues.map((/** @type {any} */ each) => ({ label: each.queue ?? t("no_queue"), count: each.handoffs }))} />
    </div>`;
}

/** @param {number[]} bounds @param {number} at */
const stepOf = (bounds, at) => (at < bounds.length ? `≤ ${lasting(bounds[at] * 1000)}` : t("longer"));

/** @param {[string, any][]} counts */
const named = (counts) => counts.filter(([, count]) => count).map(([name, count]) => ({ label: t(name), count }));
