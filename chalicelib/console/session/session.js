// @ts-check
// The session from signing in to signing out: the connection, and the events that the server sends.
import { ApiError, isSignedIn, request, signIn, signOut } from "../connection/api.js";
import { closeSocket, dropConnection, openSocket, reconnect } from "../connection/socket.js";
import { syncStatus } from "../conversations/actions.js";
import { clearDrafts } from "../conversations/drafts.js";
import { clearOutbox, flushOutbox, restoreOutbox, sendCommandsNow } from "../conversations/outbox.js";
import { loadAgents, loadMissingEntries, loadNotifications, openConversation, openConversationById, syncConversations } from "../conversations/queries.js";
import { readRoute } from "../conversations/router.js";
import { restoreUnread, storeUnread } from "../conversations/unread.js";
import { dispatch, showToast, state } from "../state/store.js";
import { isMissingEntries } from "../state/thread_entries.js";
import { alertAgent } from "./desktop_alerts.js";

/** Raises ApiError. @param {"login" | "invitation"} method @param {object} credentials */
export async function signInAndStart(method, credentials) {
  await signIn(method, credentials);
  await startSession();
}

/** Raises ApiError. If the server refuses the session's token, the agent is signed out first. */
export async function startSession() {
  const [me, self] = await Promise.all([request("GET", "/auth/me"), request("GET", "/agents/me")]);
  dispatch({ type: "signed_in", me: { ...me, bots: self.bots } });
  dispatch({ type: "status", status: self.chosen_status });
  dispatch({ type: "connection", connection: "connecting" });
  restoreOutbox();
  restoreUnread();
  openSocket({
    opened: connectionOpened,
    event: (event) => EVENT_HANDLERS[event.event]?.(event),
    lost: (retryAt) => dispatch({ type: "connection", connection: "lost", retryAt }),
    unauthorized: endSession,
  });
  for (const bot of self.bots) {
    loadAgents(bot);
    loadNotifications(bot);
  }
}

export function endSession() {
  const sent = sendCommandsNow();
  closeSocket();
  clearDrafts();
  clearOutbox();
  if (isSignedIn()) signOut(sent);
  history.replaceState(null, "", location.pathname);
  dispatch({ type: "signed_out" });
}

/** Listens to the network, the Back button and the visibility of the tab. */
export function listenToBrowser() {
  addEventListener("online", reconnect);
  addEventListener("offline", dropConnection);
  addEventListener("popstate", followRoute);
  addEventListener("pagehide", pageMayEnd);
  addEventListener("visibilitychange", () => {
    dispatch({ type: "visibility", isHidden: document.hidden });
    if (document.hidden) pageMayEnd();
  }, true);
}

/** A hidden page may be closed without a further event. */
function pageMayEnd() {
  sendCommandsNow();
  storeUnread();
}

/** Opens the conversation that the address names. */
function followRoute() {
  const route = readRoute();
  if (!state.value.me) return;
  if (route) openConversationById(...route);
  else if (state.value.selected) openConversation(null);
}

/** Loads everything that may have changed. If that fails, drops the connection and tries a new one. */
async function connectionOpened() {
  dispatch({ type: "connection", connection: "on" });
  try {
    await syncStatus();
    await syncConversations();
    if (state.value.selected) await loadMissingEntries(state.value.selected);
    flushOutbox();
    followRoute();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    dropConnection();
  }
}

/** By the name of the server's event. @type {Record<string, (event: any) => void>} */
const EVENT_HANDLERS = {
  entry(event) {
    dispatch({ ...event, type: "entry" });
    if (isMissingEntries(state.value.threads[event.conversation_id], event.head)) loadMissingEntries(event.conversation_id);
    if (event.entry.from === "user") alertAgent(event.head, event.entry.text);
  },
  head(event) {
    const known = state.value.heads[event.head.id];
    dispatch({ ...event, type: "head" });
    if (isMissingEntries(state.value.threads[event.head.id], event.head)) loadMissingEntries(event.head.id);
    if (event.head.status === "waiting" && known?.status !== "waiting") alertAgent(event.head, null);
  },
  typing: (event) => dispatch({ ...event, type: "typing", at: Date.now() }),
  viewers: (event) => dispatch({ ...event, type: "viewers" }),
  delivery: (event) => dispatch({ ...event, type: "delivery" }),
  presence: (event) => dispatch({ ...event, type: "presence" }),
  notification({ bot, notification }) {
    dispatch({ type: "notifications", notifications: [{ ...notification, bot }] });
    showToast(notification.message, notification.level === "info" ? "info" : "warn");
  },
  resync: () => connectionOpened(),
};
