// @ts-check
// What happens outside the state: the socket, the outbox, what the agent does. One store.
import { isSignedIn, Refused, request, signIn, signOut } from "./api.js";
import { alertFor } from "./alerts.js";
import { forgetDrafts } from "./drafts.js";
import { signal } from "./html.js";
import { EMPTY, isBehind, next } from "./logic.js";
import { connection } from "./socket.js";
import { t } from "./strings.js";

/** @typedef {import("./types.js").Head} Head */

export const state = signal(EMPTY);
/** @type {ReturnType<typeof connection> | null} */
let link = null;

/** @param {{type: string, [more: string]: any}} event */
export function tell(event) {
  state.value = next(state.value, event);
}

/** @param {string} text @param {string} [kind] */
export function toast(text, kind = "info") {
  const shown = { text, kind };
  tell({ type: "toast", toast: shown });
  setTimeout(() => state.value.toast === shown && tell({ type: "toast", toast: null }), 6000);
}

/** Says what went wrong; the way to the server is the banner's business. @param {unknown} error */
function complain(error) {
  if (!(error instanceof Refused)) throw error;
  if (error.status === 401 && !isSignedIn()) return leave();
  if (error.code === "already_claimed") return toast(t("lost_to", { agent: error.facts.owner_name }), "warn");
  if (error.facts.offered_to) return toast(t("offered_to", { agent: error.facts.offered_to.name }), "warn");
  toast(error.status ? error.message : t("no_connection"), "warn");
}

// The session

/** @param {string} email @param {string} password */
export async function enter(email, password) {
  await signIn(email, password);
  await begin();
}

export async function begin() {
  const [me, self] = await Promise.all([request("GET", "/auth/me"), request("GET", "/agents/me")]);
  tell({ type: "signed_in", me: { ...me, bots: self.bots } });
  tell({ type: "status", status: self.status === "offline" ? "online" : self.status });
  link = connection({ opened, event: heard, lost, refused: leave });
  tell({ type: "link", link: "connecting" });
  link.open();
  for (const bot of self.bots) request("GET", `/bots/${encodeURIComponent(bot)}/agents`).then(
    (answer) => tell({ type: "agents", bot, agents: answer.items }), () => {});
}

export function leave() {
  link?.stop();
  link = null;
  forgetDrafts();
  if (isSignedIn()) signOut();
  tell({ type: "signed_out" });
}

// The connection

async function opened() {
  tell({ type: "link", link: "on" });
  try {
    await socket("presence", { status: state.value.status });
    await sync();
    await Promise.all(Object.keys(state.value.threads).map(catchUp));
    flush();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

/** @param {number} retryAt */
const lost = (retryAt) => tell({ type: "link", link: "lost", retryAt });

export const reconnect = () => link?.now();
addEventListener("online", () => link?.now());
addEventListener("offline", () => link?.cut());

async function sync() {
  /** @type {Head[]} */
  const heads = [];
  let cursor = null;
  do {
    const page = await socket("sync", cursor ? { cursor } : {});
    heads.push(...page.heads);
    cursor = page.next;
  } while (cursor);
  tell({ type: "synced", heads });
}

/** @type {Record<string, (event: any) => void>} */
const HEARD = {
  entry(event) {
    tell({ type: "entry", ...event });
    if (isBehind(state.value.threads[event.conversation_id], event.head)) catchUp(event.conversation_id);
    if (event.entry.from === "user") alertFor(event.head, event.entry.text);
  },
  head(event) {
    const known = state.value.heads[event.head.id];
    tell({ type: "head", head: event.head });
    if (isBehind(state.value.threads[event.head.id], event.head)) catchUp(event.head.id);
    if (event.head.status === "waiting" && known?.status !== "waiting") alertFor(event.head, null);
  },
  typing: (event) => tell({ ...event, type: "typing", at: Date.now() }),
  presence: (event) => tell({ ...event, type: "presence" }),
  notification(event) {
    tell({ ...event, type: "notification" });
    toast(event.notification.message, event.notification.level === "info" ? "info" : "warn");
  },
  resync: () => opened(),
};

/** @param {any} event */
const heard = (event) => HEARD[event.event]?.(event);

/** @param {string} action @param {object} fields */
function socket(action, fields) {
  return link ? link.send(action, fields) : Promise.reject(new Refused(0, { detail: "" }));
}

// Threads

/** @type {Map<string, Promise<void>>} */
const catching = new Map();

/** @param {string} id */
function catchUp(id) {
  const running = catching.get(id) ?? readOn(id).catch(() => {}).finally(() => catching.delete(id));
  catching.set(id, running);
  return running;
}

/** @param {string} id */
async function readOn(id) {
  for (;;) {
    const head = state.value.heads[id];
    const after = state.value.threads[id]?.through ?? Math.max(0, (head?.last_seq ?? 0) - 400);
    const page = await socket("watch", { conversation_id: id, bot: head?.bot, after });
    const through = page.next ?? page.head.last_seq;
    tell({ type: "watched", id, entries: page.entries, head: page.head, through });
    if (page.next === null) return;
  }
}

/** @param {string} id */
export async function earlier(id) {
  const [first] = state.value.threads[id]?.entries ?? [];
  const head = state.value.heads[id];
  if (!first || first.seq === 1) return;
  try {
    const page = await request("GET", `${path(head)}/entries?before=${first.seq}&limit=100`);
    tell({ type: "watched", id, entries: page.items, head, through: 0 });
  } catch (error) {
    complain(error);
  }
}

/** @param {string | null} id */
export function open(id) {
  const before = state.value.selected;
  tell({ type: "selected", id });
  if (before && before !== id) socket("unwatch", { conversation_id: before, bot: botOf(before) }).catch(() => {});
  if (id) catchUp(id);
}

/** @param {string} id */
const botOf = (id) => state.value.heads[id]?.bot;

/** @param {Head} head */
export const path = (head) => `/bots/${encodeURIComponent(head.bot)}/conversations/${head.id}`;

// Moves

/** One of the socket's commands, for this conversation as it stands. Answers whether it was done.
 * @param {string} action @param {Head} head @param {object} [fields] */
export async function move(action, head, fields = {}) {
  try {
    const after = await socket(action, { conversation_id: head.id, bot: head.bot, ...fields });
    if (after.status) tell({ type: "head", head: after });
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** @param {Head} head */
export const signTyping = (head) => socket("typing", { conversation_id: head.id, bot: head.bot }).catch(() => {});

/** @param {Head} head */
export async function take(head) {
  const isWith = head.status === "bot";
  const done = await (isWith ? move("pause", head, { agent: state.value.me?.id }) : move("claim", head, { epoch: head.epoch }));
  if (!done) return;
  if (!state.value.search) tell({ type: "tab", tab: "mine" });
  dispatchEvent(new CustomEvent("baton:write", { detail: "reply" }));
}

/** @param {Head} head @param {string[]} tags */
export async function tag(head, tags) {
  try {
    await request("PUT", `${path(head)}/tags`, { tags });
    tell({ type: "head", head: { ...head, tags } });
  } catch (error) {
    complain(error);
  }
}

/** @param {"online" | "away" | "offline"} status */
export async function choose(status) {
  tell({ type: "status", status });
  await socket("presence", { status }).catch(complain);
}

// Messages: shown at once, sent in order, never twice

/** @param {Head} head @param {string} text @param {number} [suggestion] */
export function say(head, text, suggestion) {
  const message = {
    id: crypto.randomUUID(), conversation_id: head.id, bot: head.bot, text, epoch: head.epoch, suggestion, phase: "queued",
  };
  tell({ type: "queued", message });
  flush();
}

/** @param {string} id */
export function again(id) {
  const message = state.value.outbox.find((each) => each.id === id);
  const head = message && state.value.heads[message.conversation_id];
  if (!message || !head) return;
  tell({ type: "dropped", id });
  say(head, message.text, message.suggestion);
}

let flushing = false;

/** One after the other: frames of one connection may overtake each other. */
async function flush() {
  if (flushing) return;
  flushing = true;
  try {
    for (;;) {
      const message = state.value.outbox.find((each) => each.phase === "queued");
      if (!message || state.value.link !== "on" || !(await sent(message))) return;
    }
  } finally {
    flushing = false;
  }
}

/** False where nobody knows whether it arrived: it is sent again, under the same id.
 * @param {import("./types.js").Outgoing} message */
async function sent(message) {
  const { id, conversation_id, bot, text, epoch, suggestion } = message;
  tell({ type: "moved", id, phase: "sending" });
  try {
    const said = suggestion ? { suggestion } : { text };
    await socket("message", { conversation_id, bot, message_id: id, epoch, ...said });
    tell({ type: "accepted", id });
    setTimeout(() => settle(message), 3000);
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const isUnknown = !error.status || error.status === 503;
    tell({ type: "moved", id, phase: isUnknown ? "queued" : "failed", why: error.message });
    if (isUnknown) setTimeout(flush, 2000);
    return !isUnknown;
  }
}

/** Accepted, but the event was lost on its way: look. @param {import("./types.js").Outgoing} message */
function settle({ id, conversation_id }) {
  if (state.value.outbox.some((each) => each.id === id)) catchUp(conversation_id);
}

// What is looked for

let search = 0;

/** @param {string} text */
export function find(text) {
  tell({ type: "search", search: text });
  clearTimeout(search);
  if (text.trim()) search = setTimeout(() => list(text, `name=${encodeURIComponent(text.trim())}`), 250);
}

export const recent = () => list("", "");

/** @param {string} text @param {string} query */
async function list(text, query) {
  const bots = state.value.me?.bots ?? [];
  try {
    const pages = await Promise.all(
      bots.map((bot) => request("GET", `/bots/${encodeURIComponent(bot)}/conversations?limit=100&${query}`)));
    const heads = pages.flatMap((page) => page.items);
    tell(text ? { type: "found", search: text, heads } : { type: "listed", heads });
  } catch (error) {
    complain(error);
  }
}
