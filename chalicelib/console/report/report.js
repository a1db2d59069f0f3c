// @ts-check
// The supervisors' report: figures and charts of the handoffs that have ended.
import { ApiError, botPath, errorMessage, request } from "../connection/api.js";
import { serverNow } from "../state/clock.js";
import { state } from "../state/store.js";
import { formatDuration, formatNumber } from "../strings/formats.js";
import { formatDate, formatDays, formatDollars } from "../strings/lazy_formats.js";
import { t } from "../strings/translate.js";
import { html, useEffect, useState } from "../ui/html.js";
import { ColumnChart, RowChart } from "./bar_charts.js";
import { fillDays, percentile, toLocalHours } from "./chart_data.js";

/** The periods to choose from, in days. */
const PERIODS = [7, 30, 90];
const DAY = 86_400_000;

export function Report() {
  const [days, setDays] = useState(30);
  return html`
    <main class="page report">
      <div class="page-top"><h1>${t("report")}</h1>
        <div class="periods" role="group" aria-label=${t("period")}>${PERIODS.map((each) => html`
          <button aria-pressed=${days === each} onClick=${() => setDays(each)}>${t("last_days", { days: formatDays(each) })}</button>`)}</div></div>
      ${state.value.me?.bots.map((bot) => html`<${BotReport} key=${`${bot} ${days}`} bot=${bot} days=${days} />`)}
    </main>`;
}

/** @param {{bot: string, days: number}} props */
function BotReport({ bot, days }) {
  const [report, setReport] = useState(/** @type {any} */ (null));
  const [error, setError] = useState("");
  useEffect(() => {
    const from = new Date(serverNow() - (days - 1) * DAY).toISOString().slice(0, 10);
    request("GET", `${botPath(bot)}/report?from=${from}`).then(setReport, (failure) => {
      if (!(failure instanceof ApiError)) throw failure;
      setError(errorMessage(failure));
    });
  }, []);
  return html`
    <section>
      <h2 dir="auto">${bot}</h2>
      ${error ? html`<p class="card empty quiet" role="alert">${error}</p>`
      : !report ? html`<div class="skeletons" role="status" aria-label=${t("loading")}><i></i><i></i></div>`
      : !report.totals.handoffs ? html`<div class="card empty"><p>${t("no_report")}</p><p class="quiet">${t("no_report_more")}</p></div>`
      : html`<${Figures} report=${report} /><${Charts} report=${report} />`}
    </section>`;
}

/** @param {{report: any}} props */
function Figures({ report }) {
  const { totals, bounds_s: bounds, cost } = report;
  const times = ["time_to_claim", "time_to_first_answer", "length"].map((name) => ({ name, ...totals[name] }));
  return html`
    <div class="figures">
      <${Figure} name="handoffs" value=${formatNumber(totals.handoffs)} text=${t("transfers_count", { count: formatNumber(totals.transfers) })} />
      ${times.map(({ name, steps }) => html`
        <${Figure} key=${name} name=${name} value=${durationText(percentile(steps, bounds, 0.5))}
          text=${t("percentile_90", { time: durationText(percentile(steps, bounds, 0.9)) })} />`)}
      <${Figure} name="leaks" value=${formatNumber(totals.leaks)} text=${t("leaks_more")} />
      <${Figure} name="cost" value=${formatDollars(cost.estimate)} text=${t("cost_more")} />
    </div>`;
}

/** @param {number | null} seconds */
const durationText = (seconds) => (seconds === null ? "–" : formatDuration(seconds * 1000));

/** @param {{name: string, value: string, text: string}} props */
const Figure = ({ name, value, text }) => html`
  <div class="card figure"><span class="quiet">${t(name)}</span><b>${value}</b><span class="quiet">${text}</span></div>`;

/** @param {{report: any}} props */
function Charts({ report }) {
  const { totals, bounds_s: bounds } = report;
  const days = fillDays(report.from, report.to, report.days).map(({ day, count }) => ({ label: formatDate(day), count }));
  const hours = toLocalHours(report.hours, -new Date().getTimezoneOffset()).map((count, hour) => ({ label: formatNumber(hour), count }));
  const waits = totals.time_to_claim.steps.map((/** @type {number} */ count, /** @type {number} */ at) => ({ label: stepLabel(bounds, at), count }));
  return html`
    <div class="charts">
      <${ColumnChart} name="chart_waits" bars=${waits} />
      <${ColumnChart} name="chart_hours" bars=${hours} every=${3} />
      <${ColumnChart} name="chart_days" bars=${days} every=${Math.ceil(days.length / 6)} />
      <${RowChart} name="outcomes" bars=${toBars(Object.entries(totals.outcomes))} />
      <${RowChart} name="agents" bars=${report.agents.map((/** @type {any} */ each) => ({ label: each.name ?? "–", count: each.handoffs }))} />
      <${RowChart} name="queues" bars=${report.queues.map((/** @type {any} */ each) => ({ label: each.queue ?? t("no_queue"), count: each.handoffs }))} />
    </div>`;
}

/** @param {number[]} bounds @param {number} at */
const stepLabel = (bounds, at) => (at < bounds.length ? `≤ ${formatDuration(bounds[at] * 1000)}` : t("longer"));

/** @param {[string, any][]} counts */
const toBars = (counts) => counts.filter(([, count]) => count).map(([name, count]) => ({ label: t(name), count }));
