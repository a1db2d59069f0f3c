// @ts-check
// The handoff requests by weekday and hour, as a table. Each cell shows its number; the shade repeats it.
import { formatNumber } from "../strings/formats.js";
import { formatWeekday } from "../strings/lazy_formats.js";
import { t } from "../strings/translate.js";
import { html } from "../ui/html.js";
import { shadeOf } from "./chart_data.js";

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const sum = (/** @type {number[]} */ counts) => counts.reduce((total, count) => total + count, 0);

/** @param {{weekdays: number[][], zone: string}} props weekdays begin with Monday */
export function HeatTable({ weekdays, zone }) {
  const most = Math.max(...weekdays.flat());
  const title = t("chart_weekday_hours", { zone });
  return html`
    <figure class="card breakdown heat">
      <figcaption>${title}</figcaption>
      ${most === 0 ? html`<p class="quiet">${t("nothing_yet")}</p>` : html`
      <div class="table" tabindex="0" role="region" aria-label=${title}>
        <table>
          <thead><tr><th scope="col">${t("weekday")}</th>${HOURS.map((hour) => html`<th scope="col">${formatNumber(hour)}</th>`)}<th scope="col">${t("total")}</th></tr></thead>
          <tbody>${weekdays.map((counts, day) => html`
            <tr><th scope="row">${formatWeekday(day)}</th>${counts.map((count) => html`<td data-shade=${shadeOf(count, most)}>${formatNumber(count)}</td>`)}<td>${formatNumber(sum(counts))}</td></tr>`)}</tbody>
          <tfoot><tr><th scope="row">${t("total")}</th>${HOURS.map((hour) => html`<td>${formatNumber(sum(weekdays.map((counts) => counts[hour])))}</td>`)}<td>${formatNumber(sum(weekdays.flat()))}</td></tr></tfoot>
        </table>
      </div>`}
    </figure>`;
}
