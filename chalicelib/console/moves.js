// @ts-check
// What an agent does with a conversation.
import { request } from "./api.js";
import { ask } from "./link.js";
import { complain, pathOf, state, tell } from "./store.js";

/** @typedef {import("./types.js").Head} Head */

/** One of the socket's commands, for this conversation as it stands. Answers whether it was done.
 * @param {string} action @param {Head} head @param {object} [fields] */
export async function move(action, head, fields = {}) {
  try {
    const after = await ask(action, { conversation_id: head.id, bot: head.bot, ...fields });
    if (after.status) tell({ type: "head", head: after });
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** What waits is claimed, what the bot has is joined, and a supervisor takes what a colleague has.
 * @type {Record<Head["status"], (head: Head, me: string) => Promise<boolean>>} */
const TAKE = {
  bot: (head, me) => move("pause", head, { agent: me }),
  waiting: (head) => move("claim", head, { epoch: head.epoch }),
  agent: (head, me) => move("transfer", head, { agent: me, epoch: head.epoch }),
};

/** @param {Head} head */
export async function take(head) {
  if (!(await TAKE[head.status](head, state.value.me?.id ?? ""))) return;
  if (!state.value.search) tell({ type: "tab", tab: "mine" });
  write("reply");
}

/** @param {Head} head */
export const queue = (head) => leaving(move("pause", head));

/** What is offered goes on to the next. @param {Head} head */
export const decline = (head) => leaving(move("release", head, { epoch: head.epoch }));

/** @param {Head} head */
export const release = (head) => leaving(move("release", head, { epoch: head.epoch }));

/** @param {Head} head @param {object} [fields] outcome, note */
export const resume = (head, fields = {}) => leaving(move("unpause", head, { epoch: head.epoch, ...fields }));

/** @param {Head} head @param {object} to agent or queue, note */
export const handOver = (head, to) => leaving(move("transfer", head, { epoch: head.epoch, ...to }));

/** The button is gone with the turn: the eye stays at the conversation. @param {Promise<boolean>} moving */
async function leaving(moving) {
  const isDone = await moving;
  if (isDone) setTimeout(() => document.getElementById("thread")?.focus());
  return isDone;
}

/** The cursor goes where one writes. @param {"reply" | "note"} mode @param {string} [text] */
export function write(mode, text) {
  dispatchEvent(new CustomEvent("baton:write", { detail: { mode, text } }));
}

/** @param {Head} head */
export const signTyping = (head) => ask("typing", { conversation_id: head.id, bot: head.bot }).catch(() => {});

/** @param {Head} head @param {string[]} tags */
export async function tag(head, tags) {
  try {
    tell({ type: "head", head: await request("PUT", `${pathOf(head)}/tags`, { tags }) });
  } catch (error) {
    complain(error);
  }
}

/** @param {"online" | "away" | "offline"} status */
export async function choose(status) {
  tell({ type: "status", status });
  await ask("presence", { status }).catch(complain);
}

/** @param {import("./types.js").Notice[]} notices */
export function markRead(notices) {
  const fresh = notices.filter((each) => !each.read);
  tell({ type: "read", ids: fresh.map((each) => each.id) });
  for (const { bot, id } of fresh) {
    request("POST", `/bots/${encodeURIComponent(bot)}/notifications/${encodeURIComponent(id)}/read`, {}).catch(() => {});
  }
}
