// @ts-check
// The report's table by queue or agent, and the report as a file.
import { formatDuration, formatNumber } from "../strings/formats.js";
import { formatAverage, formatShare } from "../strings/lazy_formats.js";
import { t } from "../strings/translate.js";
import { html } from "../ui/html.js";
import { percentile, serviceLevel, toCsv } from "./chart_data.js";

const seconds = (/** @type {number} */ value) => formatDuration(value * 1000);
const timeColumns = (/** @type {string} */ name, /** @type {number[]} */ shares) => shares.map((share) => /** @type {const} */ ([
  `${name}_${Math.round(share * 100)}`, (/** @type {any} */ tally, /** @type {number[]} */ bounds) => percentile(tally[name].steps, bounds, share), seconds]));

/** The name of a column, its value in a tally, and how that is shown. `within` are the seconds of the service level.
 * @type {(readonly [string, (tally: any, bounds: number[], within: number) => number | null, (value: number) => string])[]} */
export const COLUMNS = [
  ["handoffs", (tally) => tally.handoffs, formatNumber],
  ["service_level", serviceLevel, formatShare],
  ...timeColumns("time_to_claim", [0.5, 0.9, 0.95]),
  ...timeColumns("time_to_first_answer", [0.5, 0.9]),
  ...timeColumns("length", [0.5]),
  ["transfers", (tally) => tally.transfers, formatNumber],
  ["leaks", (tally) => tally.leaks, formatNumber],
  ["rating_count", (tally) => tally.ratings.count, formatNumber],
  ["rating_average", (tally) => tally.ratings.average, formatAverage],
  ["rating_good", (tally) => tally.ratings.good_share, formatShare],
];

/** @param {string} name */
export function columnTitle(name) {
  const [, of, share] = /^(.*)_(\d\d)$/.exec(name) ?? [];
  if (of) return share === "50" ? t("column_median", { name: t(of) }) : t("column_percentile", { name: t(of), share });
  return name === "transfers" ? t("transfer_count") : t(name);
}

/** @param {{name: string, rows: {label: string, tally: any}[], bounds: number[], within: number}} props */
export const Breakdown = ({ name, rows, bounds, within }) => rows.length > 0 && html`
  <figure class="card breakdown">
    <figcaption>${t(name)}</figcaption>
    <div class="table" tabindex="0" role="region" aria-label=${t(name)}>
      <table>
        <thead><tr><th scope="col">${t("name")}</th>${COLUMNS.map(([column]) => html`<th scope="col">${columnTitle(column)}</th>`)}</tr></thead>
        <tbody>${rows.map(({ label, tally }) => html`
          <tr><th scope="row" dir="auto">${label}</th>${COLUMNS.map(([, valueOf, format]) => {
            const value = valueOf(tally, bounds, within);
            return html`<td>${value === null ? "–" : format(value)}</td>`;
          })}</tr>`)}</tbody>
      </table>
    </div>
  </figure>`;

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** Times are in seconds, days and hours in the team's time zone. The rows `requested` count when people were asked for;
 * all others count handoffs that have ended. @param {any} report @param {number} within */
export function reportAsCsv(report, within) {
  const groups = [
    ...report.days.map((/** @type {any} */ each) => ["day", each.day, each]),
    ...report.queues.map((/** @type {any} */ each) => ["queue", each.queue, each]),
    ...report.channels.map((/** @type {any} */ each) => ["channel", each.channel, each]),
    ...report.agents.map((/** @type {any} */ each) => ["agent", each.name ?? each.agent, each]),
    ["total", null, report.totals],
  ];
  const outcomes = Object.keys(report.totals.outcomes);
  const round = (/** @type {number | null} */ value) => (value === null ? null : Math.round(value * 1000) / 1000);
  const requested = report.weekday_hours.flatMap((/** @type {number[]} */ counts, /** @type {number} */ day) =>
    counts.map((count, hour) => ["requested", `${WEEKDAYS[day]} ${String(hour).padStart(2, "0")}:00 ${report.time_zone}`, count]));
  return toCsv([
    ["group", "name", ...COLUMNS.map(([name]) => name), ...outcomes.map((each) => `outcome_${each}`)],
    ...groups.map(([group, name, tally]) => [group, name, ...COLUMNS.map(([, valueOf]) => round(valueOf(tally, report.bounds_s, within))), ...outcomes.map((each) => tally.outcomes[each])]),
    ...requested.filter((/** @type {any[]} */ [, , count]) => count),
  ]);
}
