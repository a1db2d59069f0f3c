// @ts-check
// The numbers behind the report's charts. Pure.

/** @typedef {{label: string, count: number}} Bar */

/** The shade of a cell: 0 for nothing, 4 for the most. @param {number} count @param {number} most */
export const shadeOf = (count, most) => (count ? Math.ceil((4 * count) / most) : 0);

/** The time in seconds within which `share` of all cases lie, or null without cases. Cases are counted in steps: assumes
 * that those of one step are spread evenly over it, and that those above the last bound have its value.
 * @param {number[]} steps @param {number[]} bounds @param {number} share */
export function percentile(steps, bounds, share) {
  const target = steps.reduce((sum, count) => sum + count, 0) * share;
  if (!target) return null;
  let before = 0;
  for (const [at, count] of steps.entries()) {
    if (before + count >= target && at < bounds.length) {
      const low = at ? bounds[at - 1] : 0;
      return low + ((bounds[at] - low) * (target - before)) / count;
    }
    before += count;
  }
  return bounds[bounds.length - 1];
}

/** A round number that is not less than the largest count. @param {number} count */
export function axisMaximum(count) {
  if (count <= 5) return 5;
  const unit = 10 ** Math.floor(Math.log10(count));
  return [1, 2, 4, 6, 8, 10].map((times) => times * unit).find((each) => each >= count) ?? 10 * unit;
}

/** The count of each day from the first to the last, including days without handoffs.
 * @param {string} from @param {string} to @param {{day: string, handoffs: number}[]} days */
export function fillDays(from, to, days) {
  const counts = Object.fromEntries(days.map((each) => [each.day, each.handoffs]));
  const filled = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    filled.push({ day, count: counts[day] ?? 0 });
  }
  return filled;
}

/** The share of those who waited that an agent claimed within `seconds`, one of `bounds`: of all who were claimed, and of those
 * whose wait expired. Null if nobody waited.
 * @param {{time_to_claim: {steps: number[]}, outcomes: Record<string, number>}} tally @param {number[]} bounds @param {number} seconds */
export function serviceLevel({ time_to_claim: { steps }, outcomes }, bounds, seconds) {
  const sum = (/** @type {number[]} */ counts) => counts.reduce((total, count) => total + count, 0);
  const waited = sum(steps) + (outcomes.expired ?? 0);
  return waited ? sum(steps.slice(0, bounds.indexOf(seconds) + 1)) / waited : null;
}

/** The period of the same length directly before this one. Days are like 2026-01-31.
 * @param {string} from @param {string} to */
export function periodBefore(from, to) {
  const day = (/** @type {number} */ at) => new Date(at).toISOString().slice(0, 10);
  const [first, last] = [Date.parse(from), Date.parse(to)];
  return { from: day(first - (last - first) - 86_400_000), to: day(first - 86_400_000) };
}

/** How much a figure has changed, as a share of the one before. Null if that was nothing.
 * @param {number | null} now @param {number | null} before */
export const changeOf = (now, before) => (now === null || !before ? null : (now - before) / before);

/** A table as a file for spreadsheets (RFC 4180). A text that a spreadsheet would take for a formula begins with an apostrophe.
 * @param {(string | number | null)[][]} rows */
export const toCsv = (rows) => rows.map((row) => row.map(csvField).join(",") + "\r\n").join("");

/** @param {string | number | null} value */
function csvField(value) {
  if (value === null) return "";
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
