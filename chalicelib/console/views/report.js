// @ts-check
// What came of it: numbers, and small plots, because people would rather look than read.
import { state } from "../actions.js";
import { request } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { lasting, number, t } from "../strings.js";

const DAYS = 30;

export function Report() {
  const bots = state.value.me?.bots ?? [];
  return html`<main class="page report">${bots.map((bot) => html`<${OfBot} key=${bot} bot=${bot} />`)}</main>`;
}

/** @param {{bot: string}} props */
function OfBot({ bot }) {
  const [found, know] = useState(/** @type {any} */ (null));
  const [wrong, fail] = useState("");
  useEffect(() => {
    request("GET", `/bots/${encodeURIComponent(bot)}/report`).then(know, (error) => fail(error.message));
  }, []);
  if (wrong) return html`<section><h1 dir="auto">${bot}</h1><p class="quiet">${wrong}</p></section>`;
  if (!found) return html`<p class="quiet loading" role="status">${t("loading")}</p>`;
  const { totals } = found;
  return html`
    <section>
      <h1 dir="auto">${bot}</h1><p class="quiet">${t("last_days", { days: DAYS })}</p>
      <div class="figures">
        <${Figure} name="handoffs" value=${number(totals.handoffs)} />
        <${Figure} name="to_claim" value=${seconds(totals.time_to_claim.median_s)} />
        <${Figure} name="to_answer" value=${seconds(totals.time_to_first_answer.median_s)} />
        <${Figure} name="length" value=${seconds(totals.length.median_s)} />
        <${Figure} name="leaks" value=${number(totals.leaks)} />
        <${Figure} name="cost" value=${`$${found.cost.estimate.toFixed(4)}`} />
      </div>
      <div class="plots">
        <${Plot} name="per_day" bars=${found.days.map((/** @type {any} */ each) => [each.day.slice(5), each.handoffs])} />
        <${Plot} name="waits_plot" bars=${steps(found)} />
        <${Plot} name="outcomes" bars=${Object.entries(totals.outcomes).filter(([, count]) => count).map(([name, count]) => [t(name), count])} />
        <${Plot} name="agents" bars=${found.agents.map((/** @type {any} */ each) => [each.name ?? "–", each.handoffs])} />
      </div>
    </section>`;
}

/** @param {any} found */
const steps = (found) => found.totals.time_to_claim.steps.map((/** @type {number} */ count, /** @type {number} */ at) =>
  [at < found.bounds_s.length ? `≤ ${lasting(found.bounds_s[at] * 1000)}` : "…", count]);

/** @param {number | null} value */
const seconds = (value) => (value === null ? "–" : lasting(value * 1000));

/** @param {{name: string, value: string}} props */
const Figure = ({ name, value }) => html`<p class="card figure"><b>${value}</b><span class="quiet">${t(name)}</span></p>`;

/** @param {{name: string, bars: [string, number][]}} props */
function Plot({ name, bars }) {
  const most = Math.max(1, ...bars.map(([, count]) => count));
  const height = bars.length * 26;
  return html`
    <figure class="card plot">
      <figcaption>${t(name)}</figcaption>
      ${!bars.some(([, count]) => count) ? html`<p class="quiet">–</p>` : html`
      <svg viewBox=${`0 0 320 ${height}`} role="img" aria-label=${bars.map(([label, count]) => `${label}: ${count}`).join(", ")}>
        ${bars.map(([label, count], at) => html`
          <text x="0" y=${at * 26 + 16}>${label}</text>
          <rect x="110" y=${at * 26 + 4} width=${(count / most) * 170} height="16" rx="3" />
          <text x=${116 + (count / most) * 170} y=${at * 26 + 16}>${count}</text>`)}
      </svg>`}
    </figure>`;
}
