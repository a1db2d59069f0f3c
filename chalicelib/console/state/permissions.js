// @ts-check
// What the signed-in agent may do. The server decides; the console only hides what would be refused.

/** @typedef {import("./types.js").State} State */

/** Whether the agent supervises this bot's team or, without a bot, any team. @param {State} state @param {string} [bot] */
export function isSupervisor({ me, agents }, bot) {
  const teams = bot ? [agents[bot] ?? []] : Object.values(agents);
  const memberships = teams.flatMap((team) => team.filter((agent) => agent.id === me?.id));
  return me?.role === "owner" || memberships.some((agent) => agent.role !== "agent");
}

/** Whether the agent may transfer or close a conversation that an agent has.
 * @param {State} state @param {import("./types.js").Head} head */
export const mayManage = (state, head) => head.owner === state.me?.id || isSupervisor(state, head.bot);

/** The owner makes the first bot. @param {State} state */
export const isOwner = ({ me }) => me?.role === "owner";

/** The bots that the agent administers. @param {State} state */
export function administeredBots({ me, agents }) {
  const isAdmin = (/** @type {string} */ bot) => agents[bot]?.some((agent) => agent.id === me?.id && agent.role === "admin");
  return me?.bots.filter((bot) => me.role === "owner" || isAdmin(bot)) ?? [];
}

/** The views that the agent may open, in the order of the header. @param {State} state */
export const allowedViews = (state) => [
  "conversations", ...(isSupervisor(state) ? ["team", "report"] : []), ...(isOwner(state) || administeredBots(state).length ? ["admin"] : []), ...(isOwner(state) ? ["people"] : []),
];
