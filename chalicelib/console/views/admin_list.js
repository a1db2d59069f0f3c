// @ts-check
// What is read for a tab, and how a list of it looks.
import { request } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { sentence } from "../store.js";
import { t } from "../strings.js";

/** `children` are made from what was found and a way to look again; `instead` stands for what is not there (404).
 * @param {{path: string, instead?: any, children: (found: any, again: () => void) => any}} props */
export function Read({ path, instead, children }) {
  const [now, know] = useState({ found: /** @type {any} */ (null), wrong: "" });
  const [turn, next] = useState(0);
  const again = () => next(Math.random());
  useEffect(() => {
    let isOver = false;
    request("GET", path).catch((error) => {
      if (instead && error.status === 404) return instead;
      throw error;
    }).then((found) => isOver || know({ found, wrong: "" }), (error) => isOver || know({ found: null, wrong: sentence(error) }));
    return () => {
      isOver = true;
    };
  }, [path, turn]);
  if (now.wrong) return html`<div class="empty card"><p role="alert">${now.wrong}</p><button onClick=${again}>${t("try_again")}</button></div>`;
  if (!now.found) return html`<div class="skeletons" role="status" aria-label=${t("loading")}><i></i><i></i><i></i></div>`;
  return children(now.found, again);
}

/** @param {{label: string, more: string, children?: any}} props */
export const Top = ({ label, more, children }) => html`
  <div class="admin-top"><div class="grow"><h2>${label}</h2><p class="quiet">${more}</p></div>${children}</div>`;

/** @param {{label: string, children: any[]}} props */
export const Items = ({ label, children }) =>
  children.length ? html`<ul class="items card" aria-label=${label}>${children}</ul>` : html`<p class="card empty quiet">${t("nothing_yet")}</p>`;

/** @param {{title: any, facts: any[], children?: any}} props */
export const Item = ({ title, facts, children }) => html`
  <li>
    <div class="grow"><p class="item-title" dir="auto">${title}</p><p class="facts quiet">${facts.filter(Boolean).map((each) => html`<span dir="auto">${each}</span>`)}</p></div>
    <div class="item-moves">${children}</div>
  </li>`;
