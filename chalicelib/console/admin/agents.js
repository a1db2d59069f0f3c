// @ts-check
import { botPath, request } from "../connection/api.js";
import { loadAgents, loadQueues } from "../conversations/queries.js";
import { showToast, state } from "../state/store.js";
import { formatLoad } from "../strings/lazy_formats.js";
import { t } from "../strings/translate.js";
import { Field, Form } from "../ui/form.js";
import { html, useEffect, useState } from "../ui/html.js";
import { Confirmation, Modal, OneTimeSecret } from "../ui/modal.js";
import { Item, ItemList, Resource, SectionHeader } from "../ui/resource_list.js";
import { agentFromForm, membershipFromForm } from "./form_data.js";

/** @typedef {import("../state/types.js").Agent} Agent */

const ROLES = ["agent", "supervisor", "admin"];

/** The agents of a bot. @param {{bot: string}} props */
export function Agents({ bot }) {
  const path = `${botPath(bot)}/agents`;
  const [dialog, setDialog] = useState(/** @type {any} */ (null));
  const close = () => setDialog(null);
  useEffect(() => {
    loadQueues(bot);
  }, [bot]);
  /** @param {Agent} agent */
  const pathOf = (agent) => `${path}/${encodeURIComponent(agent.id)}`;
  /** @param {() => void} reload */
  const finish = (reload) => {
    close();
    reload();
    loadAgents(bot);
  };
  /** @param {Agent} agent @param {{invitation: string | null, mailed: boolean}} made */
  function showInvitation({ name, email }, { invitation, mailed }) {
    close();
    if (invitation) setDialog(html`<${OneTimeSecret} title=${`${t("invitation")}: ${name}`} text=${t("invitation_more")} secret=${invitation} close=${close} />`);
    else showToast(mailed ? t("invitation_mailed", { email }) : t("has_password", { name }), "info");
  }

  /** @param {() => void} reload */
  const invite = (reload) => setDialog(html`
    <${AgentForm} bot=${bot} close=${close} label=${t("invite")} submit=${async (/** @type {FormData} */ form) => {
      const created = await request("POST", path, agentFromForm(form));
      finish(reload);
      showInvitation(created, created);
    }} />`);

  /** @param {Agent} agent @param {() => void} reload */
  const edit = (agent, reload) => setDialog(html`
    <${AgentForm} bot=${bot} agent=${agent} close=${close} label=${t("save")} submit=${async (/** @type {FormData} */ form) => {
      await request("PUT", pathOf(agent), membershipFromForm(form));
      finish(reload);
    }} />`);

  /** @param {Agent} agent */
  const renewInvitation = (agent) => setDialog(html`
    <${Confirmation} title=${`${t("new_invitation")}: ${agent.name}`} text=${t("new_invitation_more")} label=${t("new_invitation")} close=${close} submit=${async () => {
      showInvitation(agent, await request("POST", `${pathOf(agent)}/invitation`, {}));
    }} />`);

  /** @param {Agent} agent @param {() => void} reload */
  const remove = (agent, reload) => setDialog(html`
    <${Confirmation} title=${t("remove", { what: agent.name })} text=${t("remove_agent_more")} label=${t("delete")} close=${close} submit=${async () => {
      await request("DELETE", pathOf(agent));
      finish(reload);
    }} />`);

  return html`
    <${Resource} path=${path}>${(/** @type {{items: Agent[]}} */ { items }, /** @type {() => void} */ reload) => html`
      <${SectionHeader} label=${t("agents")} text=${t("agents_more")}><button class="primary" onClick=${() => invite(reload)}>${t("invite")}</button><//>
      <${ItemList} label=${t("agents")}>${items.map((agent) => html`
        <${Item} key=${agent.id} title=${agent.name} facts=${[t(`role_${agent.role}`), agent.email, agent.queues.join(", "), formatLoad(agent)]}>
          <button onClick=${() => edit(agent, reload)} aria-label=${`${t("edit")}: ${agent.name}`}>${t("edit")}</button>
          ${!agent.has_password && html`<button onClick=${() => renewInvitation(agent)} aria-label=${`${t("new_invitation")}: ${agent.name}`}>${t("new_invitation")}</button>`}
          <button onClick=${() => remove(agent, reload)} aria-label=${t("remove", { what: agent.name })}>${t("delete")}</button>
        <//>`)}<//>`}<//>
    ${dialog && html`<${Modal} close=${close}>${dialog}<//>`}`;
}

/** The queues of the bot to choose from, and those that the agent already has. @param {{bot: string, chosen: string[], error?: string}} props */
function QueueChoices({ bot, chosen, error }) {
  const names = [...new Set([...(state.value.queues[bot] ?? []).map((each) => each.name), ...chosen])];
  return html`
    <fieldset aria-describedby="queues-hint"><legend>${t("queues")}</legend>
      ${names.map((each) => html`<label class="choice" key=${each}><input type="checkbox" name="queues" value=${each} defaultChecked=${chosen.includes(each)} aria-invalid=${error ? "true" : undefined} /> <bdi>${each}</bdi></label>`)}
      <p id="queues-hint" class=${error ? "error" : "quiet"}>${error ?? t(names.length ? "own_queues_hint" : "no_queues_yet")}</p>
    </fieldset>`;
}

/** @param {{bot: string, agent?: Agent, label: string, submit: (form: FormData) => Promise<void>, close: () => void}} props */
const AgentForm = ({ bot, agent, label, submit, close }) => html`
  <${Form} submit=${submit} label=${label} close=${close}>${(/** @type {any} */ errors) => html`
    <h2 id="dialog-title" dir="auto">${agent?.name ?? t("invite")}</h2>
    ${!agent && html`
      <${Field} name="name" label=${t("name")} errors=${errors} required autofocus />
      <${Field} type="email" name="email" label=${t("email")} errors=${errors} required dir="ltr" />`}
    <${Field} as="select" name="role" label=${t("role")} errors=${errors}>${ROLES.map((each) => html`<option value=${each} selected=${agent?.role === each}>${t(`role_${each}`)}</option>`)}<//>
    <${QueueChoices} bot=${bot} chosen=${agent?.queues ?? []} error=${errors.queues} />
    <${Field} type="number" name="capacity" label=${t("capacity")} hint=${t("capacity_hint")} errors=${errors} min="0" max="1000" defaultValue=${agent?.capacity ?? ""} />`}
  <//>`;
