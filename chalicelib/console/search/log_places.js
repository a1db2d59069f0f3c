// @ts-check
// Shows a place in the log of the open conversation, which may be far back.
import { loadEarlierEntries, loadMissingEntries } from "../conversations/queries.js";
import { state } from "../state/store.js";

/** @typedef {import("../state/types.js").Entry} Entry */

/** The most times that earlier entries are loaded to get to a place. */
const MAX_LOADS = 50;
/** Frames in which the log renders what it is scrolled to. */
const FRAMES = 90;

/** @param {string} id @param {number} seq */
export async function showEntry(id, seq) {
  await loadBackTo(id, (first) => first.seq <= seq);
  await scrollTo(seq);
}

/** Shows the first entry of the day or, if it has none, the next one.
 * @param {string} id @param {string} day as 2026-01-31, in the time zone of the device */
export async function showDay(id, day) {
  const start = new Date(`${day}T00:00`).getTime();
  await loadBackTo(id, (first) => Date.parse(first.at) < start);
  const entries = state.value.threads[id]?.entries ?? [];
  const shown = entries.find((entry) => Date.parse(entry.at) >= start) ?? entries[entries.length - 1];
  if (shown) await scrollTo(shown.seq);
}

/** @param {string} id @param {(first: Entry) => boolean} isReached */
async function loadBackTo(id, isReached) {
  await loadMissingEntries(id);
  for (let load = 0; load < MAX_LOADS; load += 1) {
    const [first] = state.value.threads[id]?.entries ?? [];
    if (!first || isReached(first) || state.value.selected !== id) return;
    await loadEarlierEntries(id);
    if (state.value.threads[id]?.entries[0] === first) return;
  }
}

/** The log renders only what is near its visible part, and folds long runs. So the block is scrolled to first, and then
 * the entry in it. @param {number} seq */
async function scrollTo(seq) {
  for (let frame = 0, shown = 0; frame < FRAMES; frame += 1) {
    await new Promise(requestAnimationFrame);
    /** @type {HTMLElement | null} */
    const entry = document.querySelector(`.log [data-seq="${seq}"]`);
    const blocks = [...document.querySelectorAll(".log [data-first]")];
    const block = blocks.findLast((each) => Number(/** @type {HTMLElement} */ (each).dataset.first) <= seq);
    (entry ?? block)?.scrollIntoView({ block: entry ? "center" : "start" });
    /** @type {HTMLElement | null | undefined} */
    const unfold = entry ? null : block?.querySelector(".unfold");
    unfold?.click();
    shown = entry ? shown + 1 : 0;
    if (!entry || shown < 4) continue;
    entry.tabIndex = -1;
    entry.focus({ preventScroll: true });
    return void entry.animate([{ outline: "3px solid" }, { outline: "3px solid transparent" }], 2500);
  }
}
