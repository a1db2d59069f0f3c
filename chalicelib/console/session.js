// @ts-check
// From signing in to signing out: the connection, and everything that the server says by itself.
import { alertFor } from "./alerts.js";
import { isSignedIn, Refused, request, signIn, signOut } from "./api.js";
import { forgetDrafts } from "./drafts.js";
import { ask, cut, join, part, reconnect } from "./link.js";
import { flush, forgetOutbox, restore } from "./outbox.js";
import { placeNow } from "./place.js";
import { agentsOf, catchUp, noticesOf, open, sync, visit } from "./reading.js";
import { state, tell, toast } from "./store.js";
import { isBehind } from "./threads.js";

/** @param {"login" | "invitation"} way @param {object} proof */
export async function enter(way, proof) {
  await signIn(way, proof);
  await begin();
}

/** Raises Refused where the server is not there; whoever's session has ended is signed out. */
export async function begin() {
  const [me, self] = await Promise.all([request("GET", "/auth/me"), request("GET", "/agents/me")]);
  tell({ type: "signed_in", me: { ...me, bots: self.bots } });
  tell({ type: "status", status: self.status === "offline" ? "online" : self.status });
  tell({ type: "link", link: "connecting" });
  restore();
  join({ opened, event: heard, lost, refused: leave });
  for (const bot of self.bots) {
    agentsOf(bot);
    noticesOf(bot);
  }
}

export function leave() {
  part();
  forgetDrafts();
  forgetOutbox();
  if (isSignedIn()) signOut();
  history.replaceState(null, "", location.pathname);
  tell({ type: "signed_out" });
}

export function listen() {
  addEventListener("online", reconnect);
  addEventListener("offline", cut);
  addEventListener("popstate", follow);
  addEventListener("visibilitychange", () => tell({ type: "looked", hidden: document.hidden }), true);
}

/** To where the address says, as when one goes back. */
function follow() {
  const place = placeNow();
  if (!state.value.me) return;
  if (place) visit(...place);
  else if (state.value.selected) open(null);
}

/** A connection over which the board cannot be had is none: another one may do better. */
async function opened() {
  tell({ type: "link", link: "on" });
  try {
    await ask("presence", { status: state.value.status });
    await sync();
    if (state.value.selected) await catchUp(state.value.selected);
    flush();
    follow();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    cut();
  }
}

/** @param {number} retryAt */
const lost = (retryAt) => tell({ type: "link", link: "lost", retryAt });

/** @type {Record<string, (event: any) => void>} */
const HEARD = {
  entry(event) {
    tell({ ...event, type: "entry" });
    if (isBehind(state.value.threads[event.conversation_id], event.head)) catchUp(event.conversation_id);
    if (event.entry.from === "user") alertFor(event.head, event.entry.text);
  },
  head(event) {
    const known = state.value.heads[event.head.id];
    tell({ ...event, type: "head" });
    if (isBehind(state.value.threads[event.head.id], event.head)) catchUp(event.head.id);
    if (event.head.status === "waiting" && known?.status !== "waiting") alertFor(event.head, null);
  },
  typing: (event) => tell({ ...event, type: "typing", at: Date.now() }),
  viewers: (event) => tell({ ...event, type: "viewers" }),
  delivery: (event) => tell({ ...event, type: "delivery" }),
  presence: (event) => tell({ ...event, type: "presence" }),
  notification({ bot, notification }) {
    tell({ type: "notices", notices: [{ ...notification, bot }] });
    toast(notification.message, notification.level === "info" ? "info" : "warn");
  },
  resync: () => opened(),
};

/** @param {any} event */
const heard = (event) => HEARD[event.event]?.(event);
