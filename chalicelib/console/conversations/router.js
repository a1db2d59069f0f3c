// @ts-check
// The open conversation in the page's address, so that the Back button works and a link opens a
// conversation. The address never contains a token.

/** @param {import("../state/types.js").Head | undefined} head */
export function writeRoute(head) {
  const hash = head ? `#${encodeURIComponent(head.bot)}/${encodeURIComponent(head.id)}` : "";
  if (location.hash === hash) return;
  history.pushState(null, "", hash || location.pathname);
}

/** The conversation in the address, or null. @returns {[bot: string, id: string] | null} */
export function readRoute() {
  const [bot, id] = location.hash.slice(1).split("/").map(decode);
  return bot && id ? [bot, id] : null;
}

/** Empty if it is not valid. @param {string} part */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
