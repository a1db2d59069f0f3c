// @ts-check
// Loading a resource for an admin page, and showing a list of items.
import { errorMessage, request } from "../connection/api.js";
import { t } from "../strings/translate.js";
import { html, useEffect, useState } from "./html.js";

/** Loads `path` and renders `children` with the answer and a function that loads it again. If the server
 * answers 404, `fallback` is used as the answer.
 * @param {{path: string, fallback?: any, children: (answer: any, reload: () => void) => any}} props */
export function Resource({ path, fallback, children }) {
  const [result, setResult] = useState({ answer: /** @type {any} */ (null), error: "" });
  const [attempt, setAttempt] = useState(0);
  const reload = () => setAttempt(Math.random());
  useEffect(() => {
    let isOutdated = false;
    request("GET", path).catch((error) => {
      if (fallback && error.status === 404) return fallback;
      throw error;
    }).then(
      (answer) => isOutdated || setResult({ answer, error: "" }),
      (error) => isOutdated || setResult({ answer: null, error: errorMessage(error) }),
    );
    return () => {
      isOutdated = true;
    };
  }, [path, attempt]);
  if (result.error) return html`<div class="empty card"><p role="alert">${result.error}</p><button onClick=${reload}>${t("try_again")}</button></div>`;
  if (!result.answer) return html`<div class="skeletons" role="status" aria-label=${t("loading")}><i></i><i></i><i></i></div>`;
  return children(result.answer, reload);
}

/** @param {{label: string, text: string, children?: any}} props */
export const SectionHeader = ({ label, text, children }) => html`
  <div class="admin-top"><div class="grow"><h2>${label}</h2><p class="quiet">${text}</p></div>${children}</div>`;

/** @param {{label: string, children: any[]}} props */
export const ItemList = ({ label, children }) =>
  children.length ? html`<ul class="items card" aria-label=${label}>${children}</ul>` : html`<p class="card empty quiet">${t("nothing_yet")}</p>`;

/** `facts` that are empty are left out. `children` are the buttons. @param {{title: any, facts: any[], children?: any}} props */
export const Item = ({ title, facts, children }) => html`
  <li>
    <div class="grow"><p class="item-title" dir="auto">${title}</p><p class="facts quiet">${facts.filter(Boolean).map((each) => html`<span dir="auto">${each}</span>`)}</p></div>
    <div class="item-actions">${children}</div>
  </li>`;
