// @ts-check
// The server's time. The clock of the device may be minutes off, and so would be every waiting time.

/** Milliseconds by which the device's clock is behind. */
let offset = 0;

/** In ms. */
export const serverNow = () => Date.now() + offset;

/** @param {string} at what the server answered @param {number} askedAt by the device's clock, in ms */
export function setServerTime(at, askedAt) {
  offset = Date.parse(at) - (askedAt + Date.now()) / 2;
}
