// @ts-check
// Saved views: searches with a name, of the agent or of a bot's team.
import { botPath, request } from "../connection/api.js";
import { loadViews, openSearch } from "../conversations/queries.js";
import { isSupervisor } from "../state/permissions.js";
import { state } from "../state/store.js";
import { t } from "../strings/translate.js";
import { Field, Form } from "../ui/form.js";
import { html, useState } from "../ui/html.js";
import { Confirmation, Modal } from "../ui/modal.js";
import { Icon } from "../ui/widgets.js";

/** @typedef {import("../state/types.js").SavedView} SavedView */

/** @param {string | null} bot @param {string} name */
const pathOf = (bot, name) => `${bot === null ? "/agents/me" : botPath(bot)}/views/${encodeURIComponent(name)}`;

/** The views that the agent can open, and a form that saves what is searched now. @param {{query: string, filters: Record<string, string>}} props */
export function SavedViews({ query, filters }) {
  const [dialog, setDialog] = useState(/** @type {any} */ (null));
  const close = () => setDialog(null);
  const { views, me } = state.value;
  const teams = me?.bots.filter((bot) => isSupervisor(state.value, bot)) ?? [];
  const chosen = Object.fromEntries(Object.entries(filters).filter(([, value]) => value));
  const save = () => setDialog(html`
    <${Form} label=${t("save")} close=${close} submit=${async (/** @type {FormData} */ form) => {
      await request("PUT", pathOf(String(form.get("team") || "") || null, String(form.get("name")).trim()), { query, filters: chosen });
      close();
      loadViews();
    }}>${(/** @type {any} */ errors) => html`
      <h2 id="dialog-title">${t("save_view")}</h2>
      <${Field} name="name" label=${t("name")} errors=${errors} required autofocus />
      ${teams.length > 0 && html`<${Field} as="select" name="team" label=${t("view_for")} errors=${errors}>
        <option value="">${t("only_me")}</option>${teams.map((bot) => html`<option value=${bot}>${t("team_of", { bot })}</option>`)}<//>`}`}
    <//>`);
  const remove = (/** @type {SavedView} */ { bot, name }) => setDialog(html`
    <${Confirmation} title=${t("remove", { what: name })} text=${t("remove_view_more")} label=${t("delete")} close=${close} submit=${async () => {
      await request("DELETE", pathOf(bot, name));
      close();
      loadViews();
    }} />`);
  return html`
    <div class="views" role="group" aria-label=${t("saved_views")}>
      ${views.map((view) => html`
        <span key=${`${view.bot} ${view.name}`} class="view"><button class="plain" dir="auto" onClick=${() => openSearch(view)}>${view.name}${view.bot && ` · ${view.bot}`}</button>
          ${(view.bot === null || teams.includes(view.bot)) && html`<button class="plain square" aria-label=${t("remove", { what: view.name })} title=${t("remove", { what: view.name })} onClick=${() => remove(view)}><${Icon} name="close" /></button>`}</span>`)}
      <button disabled=${!query && !Object.keys(chosen).length} onClick=${save}>${t("save_view")}</button>
    </div>
    ${dialog && html`<${Modal} close=${close}>${dialog}<//>`}`;
}
