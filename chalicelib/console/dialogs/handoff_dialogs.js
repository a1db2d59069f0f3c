// @ts-check
// The dialogs that close, transfer and snooze a handoff.
import { handBackToBot, snooze, transfer } from "../conversations/actions.js";
import { loadAgents } from "../conversations/queries.js";
import { serverNow } from "../state/clock.js";
import { snoozeChoices } from "../state/conversation_list.js";
import { excessLength } from "../state/reply_templates.js";
import { closeDialog, state } from "../state/store.js";
import { formatLoad } from "../strings/lazy_formats.js";
import { t } from "../strings/translate.js";
import { html, useEffect } from "../ui/html.js";

/** @typedef {import("../state/types.js").Head} Head */

/** Characters in the note of a handoff, as the API documents it. */
const MAX_NOTE = 4000;
/** The outcomes that an agent can choose. */
const OUTCOMES = ["resolved", "rejected", "cancelled"];

/** The field with its name, or nothing if it is empty. @param {FormData} form @param {string} name */
function filledField(form, name) {
  const text = String(form.get(name) ?? "").trim();
  return text ? { [name]: text } : {};
}

/** What a `Target` stands for. @param {FormData} form */
const chosen = (form) => JSON.parse(String(form.get("to")));

/** Closes the dialog if `submit` succeeds. @param {(form: FormData) => Promise<boolean>} submit */
const submitAndClose = (submit) => async (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  if (await submit(new FormData(/** @type {HTMLFormElement} */ (event.target)))) closeDialog();
};

/** @param {{disabled?: boolean, children: any}} props */
const Footer = ({ disabled, children }) => html`
  <footer><button type="button" onClick=${closeDialog}>${t("cancel")}</button><button class="primary" disabled=${disabled}>${children}</button></footer>`;

/** The browser refuses to submit a note that is too long, and says how much. @param {any} event */
function checkLength({ target }) {
  const excess = excessLength(target.value.trim(), MAX_NOTE);
  target.setCustomValidity(excess ? t("too_long", { count: excess }) : "");
}

/** @param {{rows: string}} props */
const NoteField = ({ rows }) => html`<textarea name="note" rows=${rows} dir="auto" onInput=${checkLength}></textarea>`;

/** @param {{head: Head}} props */
export function CloseDialog({ head }) {
  return html`
    <form onSubmit=${submitAndClose((form) => handBackToBot(head, { ...filledField(form, "outcome"), ...filledField(form, "note") }))}>
      <div><h2 id="dialog-title">${t("close_title")}</h2><p class="quiet">${t("close_more")}</p></div>
      <fieldset><legend>${t("outcome")}</legend>
        ${OUTCOMES.map((each, at) => html`<label class="choice"><input type="radio" name="outcome" value=${each} defaultChecked=${!at} autofocus=${!at} /> ${t(each)}</label>`)}
      </fieldset>
      <label>${t("note_for_bot")}<${NoteField} rows="3" /></label>
      <${Footer}>${t("close_title")}<//>
    </form>`;
}

/** @param {{head: Head}} props */
export function TransferDialog({ head }) {
  useEffect(() => void loadAgents(head.bot), []);
  const agents = state.value.agents[head.bot] ?? [];
  const online = agents.filter((agent) => agent.status === "online" && agent.id !== head.owner);
  const queues = [...new Set(agents.flatMap((agent) => agent.queues))].filter((queue) => queue !== head.queue).sort();

  /** @param {FormData} form */
  const submit = (form) => {
    const [kind, id] = chosen(form);
    return transfer(head, { [kind]: id, ...filledField(form, "note") });
  };
  return html`
    <form onSubmit=${submitAndClose(submit)}>
      <h2 id="dialog-title">${t("transfer_title")}</h2>
      <fieldset><legend>${t("to_agent")}</legend>
        ${!online.length && html`<p class="quiet">${t("nobody_online")}</p>`}
        ${online.map((agent) => html`<${Target} key=${agent.id} target=${["agent", agent.id]} name=${agent.name} load=${formatLoad(agent)} />`)}
      </fieldset>
      ${queues.length > 0 && html`
        <fieldset><legend>${t("to_queue")}</legend>${queues.map((queue) => html`<${Target} key=${queue} target=${["queue", queue]} name=${queue} />`)}</fieldset>`}
      <label>${t("transfer_note")}<${NoteField} rows="2" /></label>
      <${Footer} disabled=${!online.length && !queues.length}>${t("transfer")}<//>
    </form>`;
}

/** @param {{head: Head}} props */
export function SnoozeDialog({ head }) {
  return html`
    <form onSubmit=${submitAndClose((form) => snooze(head, chosen(form)))}>
      <h2 id="dialog-title">${t("snooze")}</h2>
      <fieldset>
        ${snoozeChoices(new Date(serverNow())).map(([text, until]) => html`<${Target} target=${until} name=${t(text)} />`)}
        ${head.snoozed_until && html`<${Target} target=${null} name=${t("not_snoozed")} />`}
      </fieldset>
      <${Footer}>${t("snooze")}<//>
    </form>`;
}

/** @param {{target: string[] | Date | null, name: string, load?: string}} props */
const Target = ({ target, name, load }) => html`
  <label class="choice"><input type="radio" name="to" required value=${JSON.stringify(target)} /> <span dir="auto">${name}</span> <span class="quiet">${load}</span></label>`;
