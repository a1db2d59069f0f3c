// @ts-check
// Bar charts. Each has a text alternative for screen readers and a table.
import { formatNumber } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html } from "../ui/html.js";
import { axisMaximum } from "./chart_data.js";

/** @typedef {import("./chart_data.js").Bar} Bar */

const WIDTH = 360, HEIGHT = 150, LEFT = 28, BOTTOM = 22, TOP = 8;
const ROW_HEIGHT = 30, LABEL_WIDTH = 118, COUNT_WIDTH = 40;
const MAX_LABEL = 16;

/** Vertical bars, for times and days. Only each `every`-th bar has a label.
 * @param {{name: string, bars: Bar[], every?: number}} props */
export function ColumnChart({ name, bars, every = 2 }) {
  const max = axisMaximum(Math.max(...bars.map((bar) => bar.count)));
  const step = (WIDTH - LEFT) / bars.length;
  const plotHeight = HEIGHT - BOTTOM - TOP;
  const y = (/** @type {number} */ count) => TOP + plotHeight * (1 - count / max);
  return html`
    <${Chart} name=${name} bars=${bars} height=${HEIGHT}>
      ${[0, max / 2, max].map((count) => html`
        <line x1=${LEFT} x2=${WIDTH} y1=${y(count)} y2=${y(count)} />
        <text class="axis" x=${LEFT - 6} y=${y(count) + 4} text-anchor="end">${Number.isInteger(count) && formatNumber(count)}</text>`)}
      ${bars.map((bar, at) => html`
        <rect x=${LEFT + at * step + step * 0.12} width=${step * 0.76} y=${y(bar.count)} height=${HEIGHT - BOTTOM - y(bar.count)} rx=${Math.min(3, step / 4)}>
          <title>${bar.label}: ${formatNumber(bar.count)}</title></rect>
        ${at % every === 0 && html`<text x=${LEFT + (at + 0.5) * step} y=${HEIGHT - 6} text-anchor="middle">${bar.label}</text>`}`)}
    <//>`;
}

/** Horizontal bars, for names. @param {{name: string, bars: Bar[]}} props */
export function RowChart({ name, bars }) {
  const max = Math.max(1, ...bars.map((bar) => bar.count));
  return html`
    <${Chart} name=${name} bars=${bars} height=${Math.max(1, bars.length) * ROW_HEIGHT}>
      ${bars.map((bar, at) => html`
        <text x="0" y=${at * ROW_HEIGHT + 20}>${shorten(bar.label)}</text>
        <rect class="ground" x=${LABEL_WIDTH} y=${at * ROW_HEIGHT + 8} width=${WIDTH - LABEL_WIDTH - COUNT_WIDTH} height="16" rx="4" />
        <rect x=${LABEL_WIDTH} y=${at * ROW_HEIGHT + 8} width=${((WIDTH - LABEL_WIDTH - COUNT_WIDTH) * bar.count) / max} height="16" rx="4"><title>${bar.label}: ${formatNumber(bar.count)}</title></rect>
        <text x=${WIDTH} y=${at * ROW_HEIGHT + 20} text-anchor="end">${formatNumber(bar.count)}</text>`)}
    <//>`;
}

/** @param {string} label */
const shorten = (label) => ([...label].length > MAX_LABEL ? `${[...label].slice(0, MAX_LABEL - 1).join("")}…` : label);

/** @param {{name: string, bars: Bar[], height: number, children: any}} props */
function Chart({ name, bars, height, children }) {
  const summary = bars.filter((bar) => bar.count).map((bar) => `${bar.label}: ${formatNumber(bar.count)}`).join(", ");
  return html`
    <figure class="card chart">
      <figcaption>${t(name)}</figcaption>
      ${summary ? html`<svg viewBox=${`0 0 ${WIDTH} ${height}`} role="img" aria-label=${`${t(name)}. ${summary}`}>${children}</svg>`
      : html`<p class="quiet">${t("nothing_yet")}</p>`}
      ${summary && html`
        <details><summary>${t("as_table")}</summary>
          <table><tbody>${bars.filter((bar) => bar.count).map((bar) => html`<tr><th scope="row" dir="auto">${bar.label}</th><td>${formatNumber(bar.count)}</td></tr>`)}</tbody></table>
        </details>`}
    </figure>`;
}
