// @ts-check
// Small plots: drawn for the eye, told in one sentence, and there as a table.
import { ceiling } from "../charts.js";
import { html } from "../html.js";
import { number, t } from "../strings.js";

/** @typedef {import("../charts.js").Bar} Bar */

const WIDTH = 360, HEIGHT = 150, LEFT = 28, BOTTOM = 22, TOP = 8;
const LINE = 30, NAMES = 118, NUMBERS = 40;

/** Counts side by side, as of times or days; `every` names but some of them.
 * @param {{name: string, bars: Bar[], every?: number}} props */
export function Columns({ name, bars, every = 2 }) {
  const top = ceiling(Math.max(...bars.map((bar) => bar.count)));
  const room = (WIDTH - LEFT) / bars.length;
  const high = HEIGHT - BOTTOM - TOP;
  const y = (/** @type {number} */ count) => TOP + high * (1 - count / top);
  return html`
    <${Plot} name=${name} bars=${bars} height=${HEIGHT}>
      ${[0, top / 2, top].map((count) => html`
        <line x1=${LEFT} x2=${WIDTH} y1=${y(count)} y2=${y(count)} />
        <text class="axis" x=${LEFT - 6} y=${y(count) + 4} text-anchor="end">${Number.isInteger(count) && number(count)}</text>`)}
      ${bars.map((bar, at) => html`
        <rect x=${LEFT + at * room + room * 0.12} width=${room * 0.76} y=${y(bar.count)} height=${HEIGHT - BOTTOM - y(bar.count)} rx=${Math.min(3, room / 4)}>
          <title>${bar.label}: ${number(bar.count)}</title></rect>
        ${at % every === 0 && html`<text x=${LEFT + (at + 0.5) * room} y=${HEIGHT - 6} text-anchor="middle">${bar.label}</text>`}`)}
    <//>`;
}

/** Counts one under the other, as of people. @param {{name: string, bars: Bar[]}} props */
export function Rows({ name, bars }) {
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  return html`
    <${Plot} name=${name} bars=${bars} height=${Math.max(1, bars.length) * LINE}>
      ${bars.map((bar, at) => html`
        <text x="0" y=${at * LINE + 20}>${cut(bar.label)}</text>
        <rect class="ground" x=${NAMES} y=${at * LINE + 8} width=${WIDTH - NAMES - NUMBERS} height="16" rx="4" />
        <rect x=${NAMES} y=${at * LINE + 8} width=${((WIDTH - NAMES - NUMBERS) * bar.count) / most} height="16" rx="4"><title>${bar.label}: ${number(bar.count)}</title></rect>
        <text x=${WIDTH} y=${at * LINE + 20} text-anchor="end">${number(bar.count)}</text>`)}
    <//>`;
}

/** @param {string} label */
const cut = (label) => ([...label].length > 16 ? `${[...label].slice(0, 15).join("")}…` : label);

/** @param {{name: string, bars: Bar[], height: number, children: any}} props */
function Plot({ name, bars, height, children }) {
  const told = bars.filter((bar) => bar.count).map((bar) => `${bar.label}: ${number(bar.count)}`).join(", ");
  return html`
    <figure class="card plot">
      <figcaption>${t(name)}</figcaption>
      ${told ? html`<svg viewBox=${`0 0 ${WIDTH} ${height}`} role="img" aria-label=${`${t(name)}. ${told}`}>${children}</svg>`
      : html`<p class="quiet">${t("nothing_yet")}</p>`}
      ${told && html`
        <details><summary>${t("as_table")}</summary>
          <table><tbody>${bars.filter((bar) => bar.count).map((bar) => html`<tr><th scope="row" dir="auto">${bar.label}</th><td>${number(bar.count)}</td></tr>`)}</tbody></table>
        </details>`}
    </figure>`;
}
