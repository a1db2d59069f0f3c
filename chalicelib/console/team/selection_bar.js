// @ts-check
// One command for all conversations that a supervisor has selected.
import { ApiError, conversationPath, errorMessage, request } from "../connection/api.js";
import { dispatch, showToast, state } from "../state/store.js";
import { formatNumber } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { Field, Form } from "../ui/form.js";
import { html, useState } from "../ui/html.js";
import { Modal } from "../ui/modal.js";

/** @typedef {import("../state/types.js").Head} Head */

const OUTCOMES = ["resolved", "rejected", "cancelled"];

/** @param {{bot: string, heads: Head[], unselect: (ids: string[]) => void}} props */
export function SelectionBar({ bot, heads, unselect }) {
  const [dialog, setDialog] = useState("");
  const [progress, setProgress] = useState("");
  const close = () => setDialog("");

  /** What was changed is no longer selected. What was refused stays so, and the first reason is shown.
   * @param {(head: Head) => Promise<Head>} change */
  async function run(change) {
    close();
    /** @type {string[]} */
    const done = [];
    /** @type {string[]} */
    const errors = [];
    for (const [at, head] of heads.entries()) {
      setProgress(t("bulk_running", { at: formatNumber(at + 1), count: formatNumber(heads.length) }));
      try {
        dispatch({ type: "head", head: await change(head) });
        done.push(head.id);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        errors.push(errorMessage(error));
      }
    }
    setProgress("");
    unselect(done);
    if (errors.length) showToast(t("bulk_failed", { count: errors.length, error: errors[0] }), "warn");
    else showToast(t("bulk_done", { count: done.length }));
  }

  const post = (/** @type {string} */ command, /** @type {object} */ fields) => run((head) => request("POST", `${conversationPath(head)}/${command}`, { epoch: head.epoch, ...fields }));
  const reassign = (/** @type {any} */ { target }) => {
    const [kind, ...rest] = target.value.split(":");
    target.value = "";
    if (kind) post("transfer", { [kind]: rest.join(":") });
  };
  if (!heads.length && !progress) return null;
  const agents = (state.value.agents[bot] ?? []).filter((agent) => agent.status === "online");
  const isBusy = !!progress;
  return html`
    <div class="selection card" role="group" aria-label=${t("selected_count", { count: heads.length })}>
      <b role="status">${progress || t("selected_count", { count: heads.length })}</b>
      <select aria-label=${t("to_whom")} disabled=${isBusy} onChange=${reassign}>
        <option value="">${t("to_whom")}</option>
        <optgroup label=${t("agents")}>${agents.map((agent) => html`<option value=${`agent:${agent.id}`}>${agent.name}</option>`)}</optgroup>
        <optgroup label=${t("queues")}>${(state.value.queues[bot] ?? []).map((queue) => html`<option value=${`queue:${queue.name}`}>${queue.name}</option>`)}</optgroup>
      </select>
      <button disabled=${isBusy} onClick=${() => setDialog("tag")}>${t("tag_selected")}</button>
      <button disabled=${isBusy} onClick=${() => setDialog("end")}>${t("end_selected")}</button>
      <button class="plain" disabled=${isBusy} onClick=${() => unselect(heads.map((head) => head.id))}>${t("clear_selection")}</button>
    </div>
    ${dialog && html`<${Modal} close=${close}>
      <${Form} label=${t("apply")} close=${close} isDestructive=${dialog === "end"} submit=${async (/** @type {FormData} */ form) => {
        const tag = String(form.get("tag") ?? "").trim();
        if (dialog === "end") post("unpause", { outcome: form.get("outcome") });
        else run((head) => request("PUT", `${conversationPath(head)}/tags`, { tags: [...new Set([...head.tags, tag])] }));
      }}>${(/** @type {any} */ errors) => html`
        <h2 id="dialog-title">${dialog === "end" ? t("end_selected") : t("tag_selected")} ${t("selected_count", { count: heads.length })}</h2>
        ${dialog === "end" ? html`<p class="quiet">${t("close_more")}</p>
          <${Field} as="select" name="outcome" label=${t("outcome")} errors=${errors}>${OUTCOMES.map((each) => html`<option value=${each}>${t(each)}</option>`)}<//>`
        : html`<${Field} name="tag" label=${t("tag")} errors=${errors} required autofocus />`}`}<//>
    <//>`}`;
}
