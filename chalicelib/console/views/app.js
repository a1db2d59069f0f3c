// @ts-check
import { isSignedIn } from "../api.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../html.js";
import { unreadCount } from "../lists.js";
import { begin, leave } from "../session.js";
import { sentence, state } from "../store.js";
import { t } from "../strings.js";
import { Details } from "./details.js";
import { Dialogs } from "./dialogs.js";
import { Banner, Header } from "./header.js";
import { Queue } from "./queue.js";
import { SignIn } from "./signin.js";
import { Thread } from "./thread.js";

/** @type {Record<string, (former: string | null) => Element | null>} */
const PLACES = {
  queue: (former) => document.getElementById(`row-${former}`) ?? document.getElementById("rows"),
  thread: () => document.getElementById("thread"),
  details: () => document.getElementById("details"),
};

/** Who was in a pane that goes out of sight is in the one that comes: the focus is never lost. */
function Conversations() {
  const { pane, selected } = state.value;
  const held = document.activeElement;
  const former = useRef(selected);
  useLayoutEffect(() => {
    const isLost = held !== document.body && !held?.checkVisibility();
    if (isLost) /** @type {HTMLElement | null} */ (PLACES[pane](former.current))?.focus();
    former.current = selected;
  }, [pane, selected]);
  return html`<main class="panes" data-pane=${pane}><${Queue} /><${Thread} /><${Details} /></main>`;
}

/** Fetched when somebody looks at them: most agents never do. @type {Record<string, () => Promise<() => any>>} */
const LATER = {
  team: () => import("./team.js").then((module) => module.Team),
  report: () => import("./report.js").then((module) => module.Report),
  admin: () => import("./admin.js").then((module) => module.Admin),
};

/** Their sheets, which share rules: all of them with the first view.
 * @type {Promise<unknown> | null} */
let dressed = null;

/** @param {string} name */
const sheet = (name) => new Promise((resolve, reject) => {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(`${name}.css`, import.meta.url).href;
  link.onload = resolve;
  link.onerror = reject;
  document.head.append(link);
});

/** Raises whatever keeps it from coming. @param {string} view */
async function fetched(view) {
  dressed ??= Promise.all(Object.keys(LATER).map(sheet));
  const [View] = await Promise.all([LATER[view](), dressed]);
  return View;
}

export function App() {
  const known = state.value;
  const count = unreadCount(known);
  useEffect(() => {
    document.title = (count ? `(${count}) ` : "") + "Baton";
  }, [count]);
  if (!known.me) return isSignedIn() ? html`<${Opening} />` : html`<${SignIn} />`;
  return html`
    <${Header} />
    <${Banner} />
    ${known.view in LATER ? html`<${Later} key=${known.view} view=${known.view} />` : html`<${Conversations} />`}
    <${Dialogs} />
    <div class="toasts" role="status" aria-live="polite">
      ${known.toast && html`<p class="toast ${known.toast.kind}" dir="auto">${known.toast.text}</p>`}
    </div>`;
}

/** What is lost may belong to a release that is no more: to load the page anew helps in both cases.
 * @param {{view: string}} props */
function Later({ view }) {
  const [found, know] = useState({ View: /** @type {any} */ (null), isLost: false });
  useEffect(() => {
    fetched(view).then((View) => know({ View, isLost: false }), () => know({ View: null, isLost: true }));
  }, []);
  if (found.View) return html`<${found.View} />`;
  if (!found.isLost) return html`<main class="page"><p class="empty quiet" role="status">${t("loading")}</p></main>`;
  return html`
    <main class="page">
      <div class="empty card"><p role="alert">${t("no_connection")}</p><button onClick=${() => location.reload()}>${t("retry")}</button></div>
    </main>`;
}

/** Signed in already, as after a reload. A server that is not there ends nobody's session. */
function Opening() {
  const [wrong, tellWrong] = useState("");
  const [attempt, again] = useState(0);
  useEffect(() => {
    tellWrong("");
    begin().catch((error) => {
      if (!isSignedIn()) leave();
      tellWrong(sentence(error));
    });
  }, [attempt]);
  if (!isSignedIn()) return html`<${SignIn} />`;
  return html`
    <main class="opening">
      <img src="icon.svg" alt="" width="48" height="48" />
      ${wrong ? html`
        <p role="alert">${wrong}</p>
        <button class="primary" onClick=${() => again(attempt + 1)}>${t("retry")}</button>
        <button class="plain" onClick=${() => { leave(); again(attempt + 1); }}>${t("sign_out")}</button>`
      : html`<p class="quiet" role="status">${t("loading")}</p>`}
    </main>`;
}
