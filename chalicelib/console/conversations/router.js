// @ts-check
// The view or the open conversation in the page's address, so that the Back button works and a link opens
// it. The address never contains a token.

/** @param {string} view @param {import("../state/types.js").Head | undefined} head */
export function writeRoute(view, head) {
  const hash = view !== "conversations" ? `#${view}` : head ? conversationHash(head) : "";
  if (location.hash === hash) return;
  history.pushState(null, "", hash || location.pathname);
}

/** @param {{bot: string, id: string}} head */
export const conversationHash = ({ bot, id }) => `#${encodeURIComponent(bot)}/${encodeURIComponent(id)}`;

/** The view in the address, or null. @param {string[]} views */
export const readView = (views) => views.find((view) => location.hash === `#${view}`) ?? null;

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

const SEARCH = "#search?";
/** As the API names the filters. */
const FILTERS = ["status", "queue", "agent", "outcome", "tag", "channel", "from", "to"];

/** @param {{query: string, filters: Record<string, string>}} search */
export function writeSearch({ query, filters }) {
  const hash = SEARCH + new URLSearchParams(Object.entries({ q: query, ...filters }).filter(([, value]) => value));
  if (location.hash !== hash) history.pushState(null, "", hash);
}

/** The search in the address, or null. */
export function readSearch() {
  if (!location.hash.startsWith(SEARCH)) return null;
  const fields = new URLSearchParams(location.hash.slice(SEARCH.length));
  return { query: fields.get("q") ?? "", filters: Object.fromEntries([...fields].filter(([name]) => FILTERS.includes(name))) };
}

/** A search that the agent has left does not open again when the connection is back. */
export const leaveSearch = () => readSearch() && history.replaceState(null, "", location.pathname);
