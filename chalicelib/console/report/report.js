// @ts-check
// The supervisors' report: figures and charts of the handoffs that have ended.
import { ApiError, botPath, errorMessage, request } from "../connection/api.js";
import { serverNow } from "../state/clock.js";
import { state } from "../state/store.js";
import { formatDuration, formatNumber } from "../strings/formats.js";
import { formatAverage, formatChange, formatDate, formatDays, formatDollars, formatShare } from "../strings/lazy_formats.js";
import { t } from "../strings/translate.js";
import { html, useEffect, useState } from "../ui/html.js";
import { ColumnChart, RowChart } from "./bar_charts.js";
import { Breakdown, reportAsCsv } from "./breakdown.js";
import { HeatTable } from "./heat_table.js";
import { changeOf, fillDays, percentile, periodBefore, serviceLevel } from "./chart_data.js";

/** The periods to choose from, in days. */
const PERIODS = [7, 30, 90];
const DAY = 86_400_000;
/** In seconds: within which a service level counts. They are bounds of the server's steps. */
const LEVELS = [10, 30, 60, 120, 300, 600];

/** The reader's day, `days` before today. @param {number} days */
function dayBefore(days) {
  const now = new Date(serverNow());
  return new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) - days * DAY).toISOString().slice(0, 10);
}

export function Report() {
  const [days, setDays] = useState({ from: dayBefore(29), to: dayBefore(0) });
  const [within, setWithin] = useState(60);
  const isPeriod = (/** @type {number} */ count) => days.to === dayBefore(0) && days.from === dayBefore(count - 1);
  const field = (/** @type {"from" | "to"} */ name) => (/** @type {any} */ { target }) => target.value && setDays({ ...days, [name]: target.value });
  return html`
    <main class="page report">
      <div class="page-top"><h1>${t("report")}</h1>
        <div class="periods" role="group" aria-label=${t("period")}>${PERIODS.map((each) => html`
          <button aria-pressed=${isPeriod(each)} onClick=${() => setDays({ from: dayBefore(each - 1), to: dayBefore(0) })}>${t("last_days", { days: formatDays(each) })}</button>`)}</div></div>
      <div class="range">
        <label>${t("first_day")} <input type="date" value=${days.from} max=${days.to} onChange=${field("from")} /></label>
        <label>${t("last_day")} <input type="date" value=${days.to} min=${days.from} max=${dayBefore(0)} onChange=${field("to")} /></label>
        <label>${t("service_level")} <select value=${within} onChange=${(/** @type {any} */ event) => setWithin(Number(event.target.value))}>${LEVELS.map((each) => html`<option value=${each}>${t("claimed_within", { time: formatDuration(each * 1000) })}</option>`)}</select></label>
      </div>
      ${state.value.me?.bots.map((bot) => html`<${BotReport} key=${`${bot} ${days.from} ${days.to}`} bot=${bot} days=${days} within=${within} />`)}
    </main>`;
}

/** @param {{bot: string, days: {from: string, to: string}, within: number}} props */
function BotReport({ bot, days, within }) {
  const [report, setReport] = useState(/** @type {any} */ (null));
  const [before, setBefore] = useState(/** @type {any} */ (null));
  const [error, setError] = useState("");
  useEffect(() => {
    const load = ({ from, to } = days) => request("GET", `${botPath(bot)}/report?from=${from}&to=${to}`);
    load().then(setReport, (failure) => {
      if (!(failure instanceof ApiError)) throw failure;
      setError(errorMessage(failure));
    });
    load(periodBefore(days.from, days.to)).then(setBefore, () => {});
  }, []);
  return html`
    <section>
      <div class="page-top"><h2 dir="auto">${bot}</h2>${report?.totals.handoffs > 0 && html`<${Download} bot=${bot} report=${report} within=${within} />`}</div>
      ${error ? html`<p class="card empty quiet" role="alert">${error}</p>`
      : !report ? html`<div class="skeletons" role="status" aria-label=${t("loading")}><i></i><i></i></div>`
      : !report.totals.handoffs ? html`<div class="card empty"><p>${t("no_report")}</p><p class="quiet">${t("no_report_more")}</p></div>`
      : html`<p class="quiet">${t("days_in_zone", { zone: report.time_zone })}</p><${Figures} report=${report} before=${before} within=${within} /><${Charts} report=${report} within=${within} />`}
    </section>`;
}

/** @param {{bot: string, report: any, within: number}} props */
function Download({ bot, report, within }) {
  const download = () => {
    const url = URL.createObjectURL(new Blob([reportAsCsv(report, within)], { type: "text/csv" }));
    const link = Object.assign(document.createElement("a"), { href: url, download: `report-${bot}-${report.from}-${report.to}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url));
  };
  return html`<button onClick=${download}>${t("download_csv")}</button>`;
}

/** Each figure with its change from the period before. @param {{report: any, before: any, within: number}} props */
function Figures({ report, before, within }) {
  const { totals, bounds_s: bounds, cost } = report;
  const earlier = before?.totals.handoffs ? before.totals : null;
  const median = (/** @type {any} */ tally, /** @type {string} */ name) => tally && percentile(tally[name].steps, bounds, 0.5);
  const level = (/** @type {any} */ tally) => tally && serviceLevel(tally, bounds, within);
  const share = level(totals);
  const { ratings } = totals;
  return html`
    <div class="figures">
      <${Figure} name="handoffs" value=${formatNumber(totals.handoffs)} text=${t("transfers_count", { count: formatNumber(totals.transfers) })} change=${changeOf(totals.handoffs, earlier?.handoffs)} />
      <${Figure} name="service_level" value=${share === null ? "–" : formatShare(share)} text=${t("claimed_within", { time: formatDuration(within * 1000) })} change=${changeOf(share, level(earlier))} />
      ${["time_to_claim", "time_to_first_answer", "length"].map((name) => html`
        <${Figure} key=${name} name=${name} value=${durationText(median(totals, name))} change=${changeOf(median(totals, name), median(earlier, name))}
          text=${t("percentile_90", { time: durationText(percentile(totals[name].steps, bounds, 0.9)) })} />`)}
      <${Figure} name="ratings" value=${ratings.count ? formatAverage(ratings.average) : "–"} change=${changeOf(ratings.average, earlier?.ratings.average)}
        text=${ratings.count ? t("ratings_more", { count: ratings.count, good: formatShare(ratings.good_share) }) : t("ratings_none")} />
      <${Figure} name="leaks" value=${formatNumber(totals.leaks)} text=${t("leaks_more")} change=${changeOf(totals.leaks, earlier?.leaks)} />
      <${Figure} name="cost" value=${formatDollars(cost.estimate)} text=${t("cost_more")} change=${changeOf(cost.estimate, earlier && before.cost.estimate)} />
    </div>`;
}

/** @param {number | null} seconds */
const durationText = (seconds) => (seconds === null ? "–" : formatDuration(seconds * 1000));

/** @param {{name: string, value: string, text: string, change: number | null}} props */
const Figure = ({ name, value, text, change }) => html`
  <div class="card figure"><span class="quiet">${t(name)}</span><b>${value}</b><span class="quiet">${text}</span>
    ${change !== null && html`<span class="quiet">${t("than_before", { change: formatChange(change) })}</span>`}</div>`;

/** @param {{report: any, within: number}} props */
function Charts({ report, within }) {
  const { totals, bounds_s: bounds } = report;
  const counts = fillDays(report.from, report.to, report.days);
  const days = counts.map(({ day, count }) => ({ label: formatDate(day), count }));
  const groups = (/** @type {any[]} */ tallies, /** @type {(tally: any) => string} */ labelOf) => tallies.map((tally) => ({ label: labelOf(tally), tally })).sort((a, b) => b.tally.handoffs - a.tally.handoffs);
  const waits = totals.time_to_claim.steps.map((/** @type {number} */ count, /** @type {number} */ at) => ({ label: stepLabel(bounds, at), count }));
  return html`
    <div class="charts">
      <${ColumnChart} name="chart_waits" bars=${waits} />
      <${ColumnChart} name="chart_days" bars=${days} every=${Math.ceil(days.length / 6)} />
      <${RowChart} name="outcomes" bars=${toBars(Object.entries(totals.outcomes))} />
    </div>
    <${HeatTable} weekdays=${report.weekday_hours} zone=${report.time_zone} />
    <${Breakdown} name="queues" bounds=${bounds} within=${within} rows=${groups(report.queues, (each) => each.queue ?? t("no_queue"))} />
    <${Breakdown} name="channels" bounds=${bounds} within=${within} rows=${groups(report.channels, (each) => each.channel)} />
    <${Breakdown} name="agents" bounds=${bounds} within=${within} rows=${groups(report.agents, (each) => each.name ?? "–")} />`;
}

/** @param {number[]} bounds @param {number} at */
const stepLabel = (bounds, at) => (at < bounds.length ? `≤ ${formatDuration(bounds[at] * 1000)}` : t("longer"));

/** @param {[string, any][]} counts */
const toBars = (counts) => counts.filter(([, count]) => count).map(([name, count]) => ({ label: t(name), count }));
