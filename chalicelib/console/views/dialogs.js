// @ts-check
import { html, signal, useEffect, useRef } from "../html.js";
import { SHEET } from "../keys.js";
import { handOver, resume } from "../moves.js";
import { agentsOf } from "../reading.js";
import { current, state } from "../store.js";
import { t } from "../strings.js";
import { Settings } from "./settings.js";

/** @typedef {import("../types.js").Head} Head */

const shown = signal(/** @type {string | null} */ (null));

/** @param {string} name */
export const show = (name) => (shown.value = name);
export const close = () => (shown.value = null);

const OUTCOMES = ["resolved", "rejected", "cancelled"];

/** @type {Record<string, (props: any) => any>} */
const DIALOGS = { end: End, transfer: HandOver, settings: Settings, keys: Keys };

export function Dialogs() {
  const Dialog = DIALOGS[shown.value ?? ""];
  if (!Dialog) return null;
  return html`<${Frame} key=${shown.value} name=${shown.value}><${Dialog} head=${current()} /><//>`;
}

/** The browser tells late that a dialog was closed: by then, another may be open.
 * @param {{name: string, children: any}} props */
function Frame({ name, children }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => box.current?.showModal(), []);
  return html`<dialog ref=${box} onClose=${() => shown.value === name && close()} aria-labelledby="dialog-title">${children}</dialog>`;
}

/** What a form says under this name, where it says anything. @param {FormData} form @param {string} name */
function said(form, name) {
  const text = String(form.get(name) ?? "").trim();
  return text ? { [name]: text } : {};
}

/** @param {(form: FormData) => Promise<boolean>} act */
const onSubmit = (act) => async (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  if (await act(new FormData(/** @type {HTMLFormElement} */ (event.target)))) close();
};

/** @param {{disabled?: boolean, children: any}} props */
const Foot = ({ disabled, children }) => html`
  <footer><button type="button" onClick=${close}>${t("cancel")}</button><button class="primary" disabled=${disabled}>${children}</button></footer>`;

/** @param {{head: Head}} props */
function End({ head }) {
  return html`
    <form onSubmit=${onSubmit((form) => resume(head, { ...said(form, "outcome"), ...said(form, "note") }))}>
      <div><h2 id="dialog-title">${t("end_title")}</h2><p class="quiet">${t("end_more")}</p></div>
      <fieldset><legend>${t("outcome")}</legend>
        ${OUTCOMES.map((each, at) => html`<label class="choice"><input type="radio" name="outcome" value=${each} defaultChecked=${!at} autofocus=${!at} /> ${t(each)}</label>`)}
      </fieldset>
      <label>${t("note_for_bot")}<textarea name="note" rows="3" maxlength="4000" dir="auto"></textarea></label>
      <${Foot}>${t("end_title")}<//>
    </form>`;
}

/** @param {{head: Head}} props */
function HandOver({ head }) {
  useEffect(() => void agentsOf(head.bot), []);
  const agents = state.value.agents[head.bot] ?? [];
  const there = agents.filter((each) => each.status === "online" && each.id !== head.owner);
  const queues = [...new Set(agents.flatMap((each) => each.queues))].filter((each) => each !== head.queue).sort();

  /** @param {FormData} form */
  const act = (form) => {
    const [kind, name] = /** @type {[string, string]} */ (JSON.parse(String(form.get("to"))));
    return handOver(head, { [kind]: name, ...said(form, "note") });
  };
  return html`
    <form onSubmit=${onSubmit(act)}>
      <h2 id="dialog-title">${t("transfer_title")}</h2>
      <fieldset><legend>${t("to_agent")}</legend>
        ${!there.length && html`<p class="quiet">${t("nobody_online")}</p>`}
        ${there.map((each) => html`<${Choice} key=${each.id} of=${["agent", each.id]} name=${each.name} more=${loadOf(each)} />`)}
      </fieldset>
      ${queues.length > 0 && html`
        <fieldset><legend>${t("to_queue")}</legend>${queues.map((each) => html`<${Choice} key=${each} of=${["queue", each]} name=${each} />`)}</fieldset>`}
      <label>${t("transfer_note")}<textarea name="note" rows="2" maxlength="4000" dir="auto"></textarea></label>
      <${Foot} disabled=${!there.length && !queues.length}>${t("transfer")}<//>
    </form>`;
}

/** @param {import("../types.js").Agent} agent */
export const loadOf = ({ open, capacity }) => (capacity === null ? t("has", { count: open }) : t("has_of", { count: open, capacity }));

/** @param {{of: string[], name: string, more?: string}} props */
const Choice = ({ of, name, more }) => html`
  <label class="choice"><input type="radio" name="to" required value=${JSON.stringify(of)} /> <span dir="auto">${name}</span> <span class="quiet">${more}</span></label>`;

function Keys() {
  return html`
    <form method="dialog">
      <h2 id="dialog-title">${t("keys")}</h2>
      <dl class="keys">${SHEET.map(([key, name]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${t(name)}</dd></div>`)}</dl>
      <footer><button type="button" onClick=${() => show("settings")}>${t("settings")}</button><button class="primary">${t("close")}</button></footer>
    </form>`;
}
