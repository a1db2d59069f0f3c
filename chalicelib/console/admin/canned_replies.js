// @ts-check
import { botPath, request } from "../connection/api.js";
import { loadReplies } from "../conversations/queries.js";
import { state } from "../state/store.js";
import { formatSteps } from "../strings/lazy_formats.js";
import { t } from "../strings/translate.js";
import { Field, Form } from "../ui/form.js";
import { html, useState } from "../ui/html.js";
import { Confirmation, Modal } from "../ui/modal.js";
import { Item, ItemList, Resource, SectionHeader } from "../ui/resource_list.js";
import { fieldText, splitList } from "./form_data.js";

/** @typedef {import("../state/types.js").Reply} Reply */

const NEW_REPLY = { name: "", text: "", tags: [], outcome: null, queue: null };
const OUTCOMES = ["resolved", "rejected", "cancelled"];

/** @param {FormData} form */
function replyFromForm(form) {
  const [end, ...rest] = fieldText(form, "end").split(":");
  return { text: fieldText(form, "text") || null, tags: splitList(fieldText(form, "tags")), [end || "outcome"]: rest.join(":") || null };
}

/** The canned replies of a bot's team or, with `isOwn`, the agent's own. @param {{bot: string, isOwn?: boolean}} props */
export function CannedReplies({ bot, isOwn }) {
  const path = `${botPath(bot)}${isOwn ? "/me" : ""}/replies`;
  const agents = state.value.agents[bot] ?? [];
  const [dialog, setDialog] = useState(/** @type {any} */ (null));
  const close = () => setDialog(null);
  /** @param {() => void} reload */
  const finish = (reload) => {
    close();
    reload();
    loadReplies(bot);
  };

  /** @param {Reply} reply @param {() => void} reload */
  const edit = (reply, reload) => setDialog(html`
    <${Form} label=${t("save")} close=${close} submit=${async (/** @type {FormData} */ form) => {
      await request("PUT", `${path}/${encodeURIComponent(reply.name || fieldText(form, "name"))}`, replyFromForm(form));
      finish(reload);
    }}>${(/** @type {any} */ errors) => html`
      <h2 id="dialog-title" dir="auto">${reply.name ? `/${reply.name}` : t("new_reply")}</h2>
      ${!reply.name && html`<${Field} name="name" label=${t("name")} hint=${t("reply_name_hint")} errors=${errors} required autofocus />`}
      <${Field} as="textarea" rows="5" name="text" label=${t("text")} hint=${t("reply_fields", { fields: "{user}, {agent}" })} errors=${errors} defaultValue=${reply.text} />
      <${Field} name="tags" label=${t("macro_add_tags")} hint=${t("macro_add_tags_hint")} errors=${errors} defaultValue=${reply.tags.join(", ")} />
      <${Field} as="select" name="end" label=${t("macro_end")} hint=${t("macro_end_hint")} errors=${errors}>
        <option value="">${t("macro_no_end")}</option>
        ${OUTCOMES.map((each) => html`<option value=${`outcome:${each}`} selected=${reply.outcome === each}>${t("macro_outcome", { outcome: t(each) })}</option>`)}
        ${queuesOf(agents, reply).map((each) => html`<option value=${`queue:${each}`} selected=${reply.queue === each}>${t("macro_queue", { queue: each })}</option>`)}<//>`}
    <//>`);

  /** @param {Reply} reply @param {() => void} reload */
  const remove = (reply, reload) => setDialog(html`
    <${Confirmation} title=${t("remove", { what: `/${reply.name}` })} text=${t("remove_reply_more")} label=${t("delete")} close=${close} submit=${async () => {
      await request("DELETE", `${path}/${encodeURIComponent(reply.name)}`);
      finish(reload);
    }} />`);

  return html`
    <${Resource} path=${path}>${(/** @type {{items: Reply[]}} */ { items }, /** @type {() => void} */ reload) => html`
      <${SectionHeader} label=${t(isOwn ? "canned_own" : "canned")} text=${t(isOwn ? "canned_own_more" : "canned_more")}><button class="primary" onClick=${() => edit(NEW_REPLY, reload)}>${t("new_reply")}</button><//>
      <${ItemList} label=${t(isOwn ? "canned_own" : "canned")}>${items.map((reply) => html`
        <${Item} key=${reply.name} title=${`/${reply.name}`} facts=${[reply.text, ...formatSteps(reply)]}>
          <button onClick=${() => edit(reply, reload)} aria-label=${`${t("edit")}: ${reply.name}`}>${t("edit")}</button>
          <button onClick=${() => remove(reply, reload)} aria-label=${t("remove", { what: `/${reply.name}` })}>${t("delete")}</button>
        <//>`)}<//>`}<//>
    ${dialog && html`<${Modal} close=${close}>${dialog}<//>`}`;
}

/** The queues that agents serve, and the one that the macro names. @param {import("../state/types.js").Agent[]} agents @param {Reply} reply */
const queuesOf = (agents, { queue }) => [...new Set([...agents.flatMap((agent) => agent.queues), ...(queue ? [queue] : [])])].sort();
