// @ts-check
// Where one is, in the address: so that Back works, and a link leads to a conversation. Never a token.

/** @param {import("./types.js").Head | undefined} head */
export function forPlace(head) {
  const wanted = head ? `#${encodeURIComponent(head.bot)}/${encodeURIComponent(head.id)}` : "";
  if (location.hash === wanted) return;
  history.pushState(null, "", wanted || location.pathname);
}

/** The conversation that the address names. @returns {[bot: string, id: string] | null} */
export function placeNow() {
  const [bot, id] = location.hash.slice(1).split("/").map(decoded);
  return bot && id ? [bot, id] : null;
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
