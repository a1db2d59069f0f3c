// @ts-check
import { state } from "../actions.js";
import { html, useEffect, useState } from "../html.js";
import { unreadCount } from "../logic.js";
import { t } from "../strings.js";
import { Details } from "./details.js";
import { Dialogs } from "./dialogs.js";
import { Banner, Header } from "./header.js";
import { Queue } from "./queue.js";
import { Report } from "./report.js";
import { SignIn } from "./signin.js";
import { Team } from "./team.js";
import { Thread } from "./thread.js";

/** The time, once a second, for whatever shows how long something lasts. */
export function useNow() {
  const [now, set] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function App() {
  const known = state.value;
  const [view, look] = useState("conversations");
  const count = unreadCount(known);
  useEffect(() => {
    document.title = (count ? `(${count}) ` : "") + "Baton";
  }, [count]);
  if (!known.me) return html`<${SignIn} />`;
  return html`
    <${Header} view=${view} look=${look} />
    <${Banner} />
    ${view === "conversations" && html`
      <main class="panes" data-pane=${known.pane}>
        <${Queue} /><${Thread} /><${Details} />
      </main>`}
    ${view === "team" && html`<${Team} />`}
    ${view === "report" && html`<${Report} />`}
    <${Dialogs} />
    <div class="toasts" role="status" aria-live="polite">
      ${known.toast && html`<p class="toast ${known.toast.kind}">${known.toast.text}</p>`}
    </div>`;
}
