// @ts-check
// Whether an event concerns this agent, so that they are alerted. Pure.

/** @typedef {import("./types.js").Head} Head */
/** @typedef {"offered" | "assigned" | "waiting" | "message"} Reason */

/** @param {Head | undefined} head @param {string} [me] */
export const isOfferedTo = (head, me) => !!me && head?.offered_to?.id === me;

/** @param {Head | undefined} head @param {string} [me] */
export const isOwnedBy = (head, me) => !!me && head?.status === "agent" && head.owner === me;

/** Why the event asks the agent `me`, or null. What a conversation offered to somebody else does asks only them. What the
 * agent did themself, on any device, alerts nobody.
 * @param {string | undefined} me @param {Head | undefined} before what the console knew @param {Head} head @param {import("./types.js").Entry} [entry] @returns {Reason | null} */
export function alertReason(me, before, head, entry) {
  const isOld = before && before.last_seq >= head.last_seq;
  if (isOld || entry?.author.id === me) return null;
  const said = entry?.from === "user" ? "message" : null;
  if (head.offered_to) return !isOfferedTo(head, me) ? null : isOfferedTo(before, me) ? said : "offered";
  if (isOwnedBy(head, me)) return isOwnedBy(before, me) ? said : "assigned";
  if (head.status !== "waiting") return null;
  return before?.status === "waiting" && !before.offered_to ? said : "waiting";
}

/** The conversations that are offered to the agent; the offer that expires first is first.
 * @param {import("./types.js").State} state @returns {Head[]} */
export const offersToMe = ({ heads, me }) =>
  Object.values(heads).filter((head) => isOfferedTo(head, me?.id)).sort((a, b) => ((a.offered_to?.until ?? "") < (b.offered_to?.until ?? "") ? -1 : 1));
