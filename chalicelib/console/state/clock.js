// @ts-check
// The server's time. The clock of the device may be minutes off, and so would be every waiting time.

/** Milliseconds by which the device's clock is behind. */
let offset = 0;

/** In ms. */
export const serverNow = () => Date.now() + offset;

/** Milliseconds. An answer that took longer, or less than none, came over a sleep or a change of the device's clock. */
const LONGEST_CALL = 10_000;

/** @param {string} at what the server answered @param {number} askedAt by the device's clock, in ms */
export function setServerTime(at, askedAt) {
  const took = Date.now() - askedAt;
  if (took >= 0 && took <= LONGEST_CALL) offset = Date.parse(at) - askedAt - took / 2;
}
