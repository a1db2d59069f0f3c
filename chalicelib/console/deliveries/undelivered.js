// @ts-check
// What the log of deliveries says about entries that no attempt has delivered. Pure.

/** @typedef {{id: string, conversation_id: string, seq: number, status: string, webhook?: string | null}} Delivery */

/** @param {Delivery} delivery */
const keyOf = ({ conversation_id: id, seq, webhook }) => `${webhook ?? ""} ${id} ${seq}`;

/** The deliveries that Baton has given up and that no attempt has delivered since, each once, the oldest first.
 * @param {Delivery[]} log newest first */
export function undelivered(log) {
  /** @type {Map<string, Delivery>} */
  const found = new Map();
  const delivered = new Set(log.filter((each) => each.status === "delivered").map(keyOf));
  for (const each of log) if (each.status === "dead" && !delivered.has(keyOf(each)) && !found.has(keyOf(each))) found.set(keyOf(each), each);
  return [...found.values()].reverse();
}
