// @ts-check
// From counts to what is drawn. Pure.

/** @typedef {{label: string, count: number}} Bar */

/** The hours of the reader's day, from counts by the hour in UTC; half hours go to the hour they begin in.
 * @param {number[]} hours @param {number} offset minutes ahead of UTC */
export const inLocalHours = (hours, offset) => hours.map((_, hour) => hours[(hour - Math.floor(offset / 60) + 48) % 24]);

/** The time that a share of all has not exceeded, in seconds: as if those of one step were spread
 * evenly over it; what lies beyond the last bound counts as that bound. Null of nothing.
 * @param {number[]} steps @param {number[]} bounds @param {number} share */
export function percentile(steps, bounds, share) {
  const wanted = steps.reduce((sum, count) => sum + count, 0) * share;
  if (!wanted) return null;
  let before = 0;
  for (const [at, count] of steps.entries()) {
    if (before + count >= wanted && at < bounds.length) {
      const low = at ? bounds[at - 1] : 0;
      return low + ((bounds[at] - low) * (wanted - before)) / count;
    }
    before += count;
  }
  return bounds[bounds.length - 1];
}

/** A round number at or above the largest count, for the axis. @param {number} most */
export function ceiling(most) {
  if (most <= 5) return 5;
  const unit = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 4, 6, 8, 10].map((times) => times * unit).find((each) => each >= most) ?? 10 * unit;
}

/** Each day from the first to the last, also those on which nothing happened.
 * @param {string} from @param {string} to @param {{day: string, handoffs: number}[]} days */
export function everyDay(from, to, days) {
  const counts = Object.fromEntries(days.map((each) => [each.day, each.handoffs]));
  const found = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    found.push({ day, count: counts[day] ?? 0 });
  }
  return found;
}
