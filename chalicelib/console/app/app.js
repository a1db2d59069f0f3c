// @ts-check
import { errorMessage, isSignedIn } from "../connection/api.js";
import { markVisibleAsRead } from "../conversations/unread.js";
import { Inbox } from "../inbox/inbox.js";
import { askToEndSession, startSession } from "../session/session.js";
import { SignIn } from "../session/sign_in.js";
import { SignInAgain } from "../session/sign_in_again.js";
import { offersToMe } from "../state/alerts.js";
import { unreadCount } from "../state/conversation_list.js";
import { visibleConversation } from "../state/reducer.js";
import { closeDialog, selectedHead, showToast, state } from "../state/store.js";
import { t } from "../strings/translate.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../ui/html.js";
import { Icon } from "../ui/widgets.js";
import { ConnectionBanner, Header } from "./header.js";
import { LAZY_VIEWS, loadedViews, loadView, preloadNextViews } from "./lazy_views.js";
import { Toasts } from "./toasts.js";

/** The element that gets the focus when a pane appears. @type {Record<string, (previous: string | null) => Element | null>} */
const FOCUS_TARGETS = {
  inbox: (previous) => document.getElementById(`row-${previous}`) ?? document.getElementById("rows"),
  thread: () => document.getElementById("thread"),
  details: () => document.getElementById("details"),
};

/** On a narrow screen only one pane is visible. If the focus was in the pane that disappears, it moves to the one that appears. */
function Conversations() {
  const { isSynced, pane, selected } = state.value;
  const focused = document.activeElement;
  const previous = useRef(selected);
  useLayoutEffect(() => {
    const isLost = focused !== document.body && !focused?.checkVisibility();
    if (isLost) /** @type {HTMLElement | null} */ (FOCUS_TARGETS[pane](previous.current))?.focus();
    previous.current = selected;
  }, [pane, selected]);
  const visible = visibleConversation(state.value) ?? "";
  useEffect(markVisibleAsRead, [visible, state.value.threads[visible]?.highestSeq]);
  useEffect(() => {
    if (isSynced) preloadNextViews();
  }, [isSynced]);
  useEffect(() => {
    if (document.activeElement === document.body) document.getElementById(`tab-${state.value.tab}`)?.focus();
  }, []);
  return html`
    <main class="panes" data-pane=${pane}>
      <${Inbox} />
      ${selectedHead() ? html`<${LazyView} name="thread" Waiting=${EmptyThread} />` : html`<${EmptyThread}><${NoConversation} /><//>`}
      <aside class="details" id="details" aria-label=${t("details")} tabindex="0">
        <${LazyPart} name="details" trigger=${selected} />
      </aside>
    </main>`;
}

export function App() {
  const { me, hasEnded } = state.value;
  const offers = offersToMe(state.value).length;
  useTabTitle(unreadCount(state.value), offers);
  if (!me) return isSignedIn() ? html`<${SessionStart} />` : html`<${SignIn} />`;
  return html`<${SignedIn} hasOffers=${offers > 0} />${hasEnded && html`<${SignInAgain} />`}`;
}

/** @param {{hasOffers: boolean}} props */
function SignedIn({ hasOffers }) {
  const { me, view, selected, dialog } = state.value;
  if (me?.mustEnrol) return html`<${LazyView} name="account" /><${Toasts} />`;
  return html`
    <${Header} />
    <${ConnectionBanner} />
    <${LazyPart} name="offers" trigger=${hasOffers} />
    ${view in LAZY_VIEWS ? html`<${LazyView} key=${view} name=${view} />` : html`<${Conversations} />`}
    <${LazyPart} name="dialogs" trigger=${dialog ?? selected} failed=${dialogFailed} />
    <${Toasts} />`;
}

/** The tab's title and icon, and the badge of the installed app, show in a hidden tab, too.
 * @param {number} unread @param {number} offers */
function useTabTitle(unread, offers) {
  useEffect(() => {
    document.title = `${unread ? `(${unread}) ` : ""}${offers ? `${t("for_you")} · ` : ""}Baton`;
    document.querySelector("link[rel=icon]")?.setAttribute("href", unread || offers ? "icon_unread.svg" : "icon.svg");
    navigator.setAppBadge?.(unread).catch(() => {});
  }, [unread, offers]);
}

/** The pane of the open conversation without one. @param {{children: any}} props */
const EmptyThread = ({ children }) => html`
  <section class="thread nothing" id="thread" tabindex="-1" aria-label=${t("conversation")}>${children}</section>`;

const NoConversation = () => html`
  <div class="empty"><${Icon} name="chat" /><p>${t("no_selection")}</p><p class="quiet">${t("no_selection_more")}</p></div>`;

/** @param {{children: any}} props */
const Page = ({ children }) => html`<main class="page">${children}</main>`;

/** If loading fails, offers to reload the page: the connection may be lost, or a newer release may have replaced the file.
 * `Waiting` is the frame until the view is there. @param {{name: string, Waiting?: (props: any) => any}} props */
function LazyView({ name, Waiting = Page }) {
  const [loaded, setLoaded] = useState({ View: loadedViews[name], hasFailed: false });
  useEffect(() => {
    if (!loaded.View) loadView(name).then((View) => setLoaded({ View, hasFailed: false }), () => setLoaded({ View: null, hasFailed: true }));
  }, []);
  if (loaded.View) return html`<${loaded.View} />`;
  if (!loaded.hasFailed) return html`<${Waiting}><p class="empty quiet" role="status">${t("loading")}</p><//>`;
  return html`
    <${Waiting}>
      <div class="empty card"><p role="alert">${t("no_connection")}</p><button onClick=${() => location.reload()}>${t("retry")}</button></div>
    <//>`;
}

/** A part of the page that loads with the first conversation that is opened, so that it is there when it is needed.
 * `trigger` is what needs it.
 * @param {{name: string, trigger: string | boolean | null, failed?: () => void}} props */
function LazyPart({ name, trigger, failed = () => {} }) {
  const [loaded, setLoaded] = useState({ View: /** @type {any} */ (null) });
  useEffect(() => {
    if (trigger && !loaded.View) loadView(name).then((View) => setLoaded({ View }), failed);
  }, [trigger]);
  return loaded.View && html`<${loaded.View} />`;
}

function dialogFailed() {
  if (state.value.dialog) showToast(t("no_connection"), "warn");
  closeDialog();
}

/** Resumes the session after a reload. If the server does not answer, the session is kept and the agent can retry. */
function SessionStart() {
  const { dialog } = state.value;
  const [error, setError] = useState("");
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    setError("");
    startSession().catch((failure) => setError(errorMessage(failure)));
  }, [attempt]);
  if (!isSignedIn()) return html`<${SignIn} />`;
  return html`
    <main class="opening">
      <img src="icon.svg" alt="" width="48" height="48" />
      ${error ? html`
        <p role="alert">${error}</p>
        <button class="primary" onClick=${() => setAttempt(attempt + 1)}>${t("retry")}</button>
        <button class="plain" onClick=${() => { askToEndSession(); setAttempt(attempt + 1); }}>${t("sign_out")}</button>`
      : html`<p class="quiet" role="status">${t("loading")}</p>`}
      <${LazyPart} name="dialogs" trigger=${dialog} failed=${dialogFailed} />
    </main>`;
}
