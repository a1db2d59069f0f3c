// @ts-check
// The session from signing in to signing out: the connection, and the events that the server sends.
import { ApiError, checkSession, forgetSession, isSignedIn, onSessionEnd, request, signIn, signOut } from "../connection/api.js";
import { closeSocket, dropConnection, networkIsBack, openSocket, tellVisibility } from "../connection/socket.js";
import { restoreStatus, sendUnsentStatus, showStatus } from "../conversations/actions.js";
import { clearDrafts, countDrafts } from "../conversations/drafts.js";
import { clearOutbox, countUnsent, flushOutbox, restoreOutbox, sendCommandsNow } from "../conversations/outbox.js";
import { loadAgents, loadMissingEntries, loadNotifications, loadViews, openConversation, openConversationById, openSearch, openView, syncConversations } from "../conversations/queries.js";
import { readRoute, readSearch, readView } from "../conversations/router.js";
import { markVisibleAsRead, restoreUnread, storeUnread } from "../conversations/unread.js";
import { isOfferedTo, isOwnedBy } from "../state/alerts.js";
import { pendingCommand } from "../state/conversation_list.js";
import { allowedViews, isOwner } from "../state/permissions.js";
import { preferences } from "../state/preferences.js";
import { readText, store } from "../state/storage.js";
import { dispatch, openDialog, state } from "../state/store.js";
import { isMissingEntries } from "../state/thread_entries.js";
import { alertAgent, alertNotification } from "./desktop_alerts.js";

/** Who wrote what is stored on this device, and in this tab. */
const AGENT_KEY = "baton.agent";
/** @type {import("../state/storage.js").Storage[]} */
const STORAGES = ["localStorage", "sessionStorage"];

/** Raises ApiError. @param {"login" | "login/totp" | "oidc/token" | "invitation"} method @param {object} credentials */
export async function signInAndStart(method, credentials) {
  await signIn(method, credentials);
  await startSession();
}

/** Raises ApiError. If the server refuses the session's token, the agent is signed out first. Without the second
 * factor that the installation requires, there is only the account. */
export async function startSession() {
  const [me, self] = await Promise.all([request("GET", "/auth/me"), request("GET", "/agents/me").catch(noneIfMustEnrol)]);
  clearTextsOfOthers(me.id);
  if (!self) return dispatch({ type: "signed_in", me: { ...me, bots: [], mustEnrol: true } });
  dispatch({ type: "signed_in", me: { ...me, bots: self.bots } });
  restoreStatus(self.chosen_status);
  dispatch({ type: "connection", connection: "connecting" });
  restoreOutbox();
  restoreUnread();
  renewWebPush();
  openSocket({
    opened: connectionOpened,
    status: showStatus,
    event: (event) => EVENT_HANDLERS[event.event]?.(event),
    lost: (retryAt) => dispatch({ type: "connection", connection: "lost", retryAt }),
    unauthorized: forgetSession,
  });
  self.bots.forEach(loadNotifications);
  loadViews();
  await Promise.all(self.bots.map(loadAgents));
  if (!readRoute()) followRoute();
  if (isOwner(state.value) && !self.bots.length) openView("admin");
}

/** @param {unknown} error */
function noneIfMustEnrol(error) {
  if (error instanceof ApiError && error.code === "second_factor_enrolment_required") return null;
  throw error;
}

/** After a session that has ended elsewhere, drafts and unsent replies wait for the same person. @param {string} me */
function clearTextsOfOthers(me) {
  if (readText("localStorage", AGENT_KEY) !== me) clearDrafts();
  if (readText("sessionStorage", AGENT_KEY) !== me) clearOutbox();
  for (const storage of STORAGES) store(storage, AGENT_KEY, me);
}

/** Signing out deletes drafts and unsent replies, and the agent's users go on waiting. */
export function consequences() {
  const { heads, me } = state.value;
  const mine = Object.values(heads).filter((head) => isOwnedBy(head, me?.id) && !pendingCommand(state.value, head.id));
  return { drafts: countDrafts(), replies: countUnsent(), conversations: mine.length };
}

/** Asks first if signing out has consequences. */
export const askToEndSession = () => (Object.values(consequences()).some(Boolean) ? openDialog("sign_out") : endSession());

/** The server no longer accepts the session. The agent signs in again over the page. */
function sessionEnded() {
  storeUnread();
  closeSocket();
  dispatch({ type: "signed_out", hasEnded: true });
}

/** Signs out, and deletes what the agent has not sent. */
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
  onSessionEnd(sessionEnded);
  addEventListener("online", networkIsBack);
  addEventListener("offline", dropConnection);
  addEventListener("popstate", followRoute);
  addEventListener("pagehide", pageMayEnd);
  if (navigator.serviceWorker) navigator.serviceWorker.onmessage = ({ data }) => (data.renew ? renewWebPush() : (location.hash = data.hash));
  addEventListener("visibilitychange", () => {
    dispatch({ type: "visibility", isHidden: document.hidden });
    tellVisibility();
    if (document.hidden) pageMayEnd();
  }, true);
}

/** Only devices that use it load it. Without it, the agent is alerted as before. */
function renewWebPush() {
  if (preferences.push) import("./web_push.js").then(({ renewPush }) => renewPush()).catch(() => {});
}

/** A hidden page may be closed without a further event. */
function pageMayEnd() {
  sendCommandsNow();
  storeUnread();
}

/** Opens the view, the search or the conversation that the address names. @param {Event} [event] if the agent went back or forward */
function followRoute(event) {
  if (!state.value.me) return;
  const search = readSearch();
  if (search && !state.value.isFiltering) return openSearch(search);
  if (search) return event && dispatch({ type: "selected", id: null });
  const [route, view] = [readRoute(), readView([...allowedViews(state.value), "account"])];
  if (view) dispatch({ type: "view", view });
  else if (route) openConversationById(...route);
  else if (state.value.selected || state.value.view !== "conversations") openConversation(null);
}

/** Loads everything that may have changed. If that fails, drops the connection and tries a new one. */
async function connectionOpened() {
  dispatch({ type: "connection", connection: "on" });
  try {
    await sendUnsentStatus();
    const { heads, isSynced, me } = state.value;
    await syncConversations();
    const given = Object.values(state.value.heads).filter((head) => isOfferedTo(head, me?.id) || isOwnedBy(head, me?.id));
    if (isSynced) given.forEach((head) => alertAgent(heads[head.id], head));
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
    const before = state.value.heads[event.conversation_id];
    dispatch({ ...event, type: "entry" });
    if (isMissingEntries(state.value.threads[event.conversation_id], event.head)) loadMissingEntries(event.conversation_id);
    alertAgent(before, event.head, event.entry);
  },
  head(event) {
    const before = state.value.heads[event.head.id];
    dispatch({ ...event, type: "head" });
    if (isMissingEntries(state.value.threads[event.head.id], event.head)) loadMissingEntries(event.head.id);
    if (event.head.visible !== false) alertAgent(before, event.head);
  },
  read: (event) => dispatch({ ...event, type: "read" }),
  typing: (event) => dispatch({ ...event, type: "typing", at: Date.now() }),
  viewers: (event) => dispatch({ ...event, type: "viewers" }),
  delivery: (event) => dispatch({ ...event, type: "delivery" }),
  presence: (event) => dispatch({ ...event, type: "presence" }),
  notification({ bot, notification }) {
    dispatch({ type: "notifications", notifications: [{ ...notification, bot }] });
    alertNotification({ ...notification, bot });
  },
  resync: () => connectionOpened(),
  session_ended: () => checkSession().then(dropConnection, () => {}),
};
