// Sample data for the tests, and a random generator with a seed.

export const AT = "2026-01-01T00:00:00.000Z";
export const ME = { id: "p_ana", name: "Ana", email: "ana@example.test", bots: ["demo"], role: null };
export const HEAD = {
  id: "c_1", bot: "demo", channel: "web", user: "u", user_name: "Uma", thread: null, status: "bot", paused: false,
  epoch: 1, owner: null, owner_name: null, queue: null, priority: 0, handoff: null, offered_to: null, last_seq: 0,
  last_message: null, waiting_since: null, unanswered_since: null, snoozed_until: null, tags: [], created_at: AT, updated_at: AT,
};

export const waitingHead = (id, fields) => ({ ...HEAD, id, status: "waiting", paused: true, waiting_since: AT, last_seq: 1, ...fields });

/** An entry. Without `fields`, a message of the user. */
export const entry = (seq, fields) =>
  ({ seq, kind: "message", from: "user", author: { id: "u", name: "Uma" }, type: "text", text: `text ${seq}`, payload: null, epoch: 1, at: AT, message_id: null, ...fields });

/** The same seed gives the same numbers, so that a failure can be repeated (mulberry32). */
export function random(seed) {
  let state = seed;
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(fraction() * n);
  return { below, pick: (list) => list[below(list.length)], happens: (probability) => fraction() < probability };
}
