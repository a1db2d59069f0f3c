// @ts-check
// Canned replies: search and placeholders. Pure.

const MAX_MATCHES = 8;

/** Fills in `{agent}` and `{user}`. Other braces stay as they are. @param {string} text @param {Record<string, string>} values */
export const fillPlaceholders = (text, values) => text.replace(/\{(agent|user)\}/g, (_, name) => values[name] ?? "?");

/** The replies that match what the agent typed after the slash. Those whose name begins with it come
 * first, then those that contain it. @param {import("./types.js").Reply[]} replies @param {string} typed */
export function matchingReplies(replies, typed) {
  const word = typed.toLowerCase();
  const byName = replies.filter((reply) => reply.name.toLowerCase().startsWith(word));
  const byText = replies.filter((reply) => !byName.includes(reply) && `${reply.name} ${reply.text}`.toLowerCase().includes(word));
  return [...byName, ...(word ? byText : [])].slice(0, MAX_MATCHES);
}
