// @ts-check
import { request } from "../api.js";
import { agentOf, placeOf } from "../bodies.js";
import { html, useState } from "../html.js";
import { agentsOf } from "../reading.js";
import { botPath, toast } from "../store.js";
import { t } from "../strings.js";
import { Ask, Modal, Once } from "./admin_dialog.js";
import { Field, Form } from "./admin_form.js";
import { Item, Items, Read, Top } from "./admin_list.js";
import { loadOf } from "./dialogs.js";

/** @typedef {import("../types.js").Agent} Agent */
/** @typedef {() => void} Again */

const ROLES = ["agent", "supervisor", "admin"];

/** @param {{bot: string}} props */
export function Agents({ bot }) {
  const path = `${botPath(bot)}/agents`;
  const [dialog, show] = useState(/** @type {any} */ (null));
  const close = () => show(null);
  /** @param {Agent} agent */
  const pathOf = (agent) => `${path}/${encodeURIComponent(agent.id)}`;
  /** @param {Again} again */
  const over = (again) => {
    close();
    again();
    agentsOf(bot);
  };
  /** @param {string} name @param {string} invitation */
  const showOnce = (name, invitation) => show(html`
    <${Once} title=${`${t("invitation")}: ${name}`} more=${t("invitation_more")} secret=${invitation} close=${close} />`);

  /** @param {Again} again */
  const invite = (again) => show(html`
    <${Edit} close=${close} label=${t("invite")} act=${async (/** @type {FormData} */ form) => {
      const made = await request("POST", path, agentOf(form));
      over(again);
      if (made.invitation) showOnce(made.name, made.invitation);
      else toast(t("has_password", { name: made.name }));
    }} />`);

  /** @param {Agent} agent @param {Again} again */
  const edit = (agent, again) => show(html`
    <${Edit} agent=${agent} close=${close} label=${t("save")} act=${async (/** @type {FormData} */ form) => {
      await request("PUT", pathOf(agent), placeOf(form));
      over(again);
    }} />`);

  /** @param {Agent} agent */
  const inviteAgain = (agent) => show(html`
    <${Ask} title=${`${t("new_invitation")}: ${agent.name}`} more=${t("new_invitation_more")} label=${t("new_invitation")} close=${close} act=${async () => {
      showOnce(agent.name, (await request("POST", `${pathOf(agent)}/invitation`, {})).invitation);
    }} />`);

  /** @param {Agent} agent @param {Again} again */
  const remove = (agent, again) => show(html`
    <${Ask} title=${t("remove", { what: agent.name })} more=${t("remove_agent_more")} label=${t("delete")} close=${close} act=${async () => {
      await request("DELETE", pathOf(agent));
      over(again);
    }} />`);

  return html`
    <${Read} path=${path}>${(/** @type {{items: Agent[]}} */ { items }, /** @type {Again} */ again) => html`
      <${Top} label=${t("agents")} more=${t("agents_more")}><button class="primary" onClick=${() => invite(again)}>${t("invite")}</button><//>
      <${Items} label=${t("agents")}>${items.map((agent) => html`
        <${Item} key=${agent.id} title=${agent.name} facts=${[t(`role_${agent.role}`), agent.email, agent.queues.join(", "), loadOf(agent)]}>
          <button onClick=${() => edit(agent, again)} aria-label=${`${t("edit_it")}: ${agent.name}`}>${t("edit_it")}</button>
          <button onClick=${() => inviteAgain(agent)} aria-label=${`${t("new_invitation")}: ${agent.name}`}>${t("new_invitation")}</button>
          <button onClick=${() => remove(agent, again)} aria-label=${t("remove", { what: agent.name })}>${t("delete")}</button>
        <//>`)}<//>`}<//>
    ${dialog && html`<${Modal} close=${close}>${dialog}<//>`}`;
}

/** @param {{agent?: Agent, label: string, act: (form: FormData) => Promise<void>, close: () => void}} props */
const Edit = ({ agent, label, act, close }) => html`
  <${Form} act=${act} label=${label} close=${close}>${(/** @type {any} */ wrong) => html`
    <h2 id="dialog-title" dir="auto">${agent?.name ?? t("invite")}</h2>
    ${!agent && html`
      <${Field} name="name" label=${t("name")} wrong=${wrong} required maxlength="64" autofocus />
      <${Field} type="email" name="email" label=${t("email")} wrong=${wrong} required maxlength="254" dir="ltr" />`}
    <${Field} as="select" name="role" label=${t("role")} wrong=${wrong}>${ROLES.map((each) => html`<option value=${each} selected=${agent?.role === each}>${t(`role_${each}`)}</option>`)}<//>
    <${Field} name="queues" label=${t("queues")} hint=${t("own_queues_hint")} wrong=${wrong} defaultValue=${agent?.queues.join(", ") ?? ""} />
    <${Field} type="number" name="capacity" label=${t("capacity")} hint=${t("capacity_hint")} wrong=${wrong} min="0" max="1000" defaultValue=${agent?.capacity ?? ""} />`}
  <//>`;
