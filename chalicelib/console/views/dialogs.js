// @ts-check
import { leave, move, state } from "../actions.js";
import { allowDesktop, chime } from "../alerts.js";
import { html, signal, useEffect, useRef, useState } from "../html.js";
import { SHEET } from "../keys.js";
import { prefer, preferences } from "../preferences.js";
import { LANGUAGES, t } from "../strings.js";

/** @typedef {import("../types.js").Head} Head */

const shown = signal(/** @type {string | null} */ (null));

/** @param {string} name */
export const show = (name) => (shown.value = name);
const close = () => (shown.value = null);

const OUTCOMES = ["resolved", "rejected", "cancelled"];

/** @type {Record<string, (props: any) => any>} */
const DIALOGS = { end: End, transfer: HandOver, settings: Settings, keys: Keys };

export function Dialogs() {
  const known = state.value;
  const head = known.heads[known.selected ?? ""];
  const Dialog = DIALOGS[shown.value ?? ""];
  if (!Dialog) return null;
  return html`<${Frame} key=${shown.value} name=${shown.value}><${Dialog} head=${head} /><//>`;
}

/** The browser tells late that a dialog was closed: by then, another may be open.
 * @param {{name: string, children: any}} props */
function Frame({ name, children }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => box.current?.showModal(), []);
  return html`<dialog ref=${box} onClose=${() => shown.value === name && close()} aria-labelledby="dialog-title">${children}</dialog>`;
}

/** @param {{head: Head}} props */
function End({ head }) {
  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const note = String(form.get("note")).trim();
    const done = await move("unpause", head, { outcome: form.get("outcome"), epoch: head.epoch, ...(note && { note }) });
    if (done) close();
  }
  return html`
    <form onSubmit=${submit}>
      <h2 id="dialog-title">${t("end_title")}</h2>
      <p class="quiet">${t("end_more")}</p>
      <fieldset><legend>${t("outcome")}</legend>
        ${OUTCOMES.map((each, at) => html`<label class="choice"><input type="radio" name="outcome" value=${each} defaultChecked=${!at} /> ${t(each)}</label>`)}
      </fieldset>
      <label>${t("note_for_bot")}<textarea name="note" rows="3" maxlength="4000" dir="auto"></textarea></label>
      <footer><button type="button" onClick=${close}>${t("cancel")}</button><button class="primary">${t("end_title")}</button></footer>
    </form>`;
}

/** @param {{head: Head}} props */
function HandOver({ head }) {
  const known = state.value;
  const agents = known.agents[head.bot] ?? [];
  const there = agents.filter((each) => each.status === "online" && each.id !== head.owner);
  const queues = [...new Set(agents.flatMap((each) => each.queues))].filter((each) => each !== head.queue).sort();

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const [kind, name] = /** @type {[string, string]} */ (JSON.parse(String(form.get("to"))));
    const note = String(form.get("note")).trim();
    if (await move("transfer", head, { [kind]: name, epoch: head.epoch, ...(note && { note }) })) close();
  }
  return html`
    <form onSubmit=${submit}>
      <h2 id="dialog-title">${t("transfer_title")}</h2>
      <fieldset><legend>${t("to_agent")}</legend>
        ${!there.length && html`<p class="quiet">${t("nobody_online")}</p>`}
        ${there.map((each) => html`<label class="choice"><input type="radio" name="to" required value=${JSON.stringify(["agent", each.id])} /> <span dir="auto">${each.name}</span> <span class="quiet">${each.open}${each.capacity === null ? "" : ` / ${each.capacity}`}</span></label>`)}
      </fieldset>
      ${queues.length > 0 && html`
        <fieldset><legend>${t("to_queue")}</legend>
          ${queues.map((each) => html`<label class="choice"><input type="radio" name="to" required value=${JSON.stringify(["queue", each])} /> <span dir="auto">${each}</span></label>`)}
        </fieldset>`}
      <label>${t("transfer_note")}<textarea name="note" rows="2" maxlength="4000" dir="auto"></textarea></label>
      <footer><button type="button" onClick=${close}>${t("cancel")}</button><button class="primary" disabled=${!there.length && !queues.length}>${t("transfer")}</button></footer>
    </form>`;
}

function Settings() {
  const [, again] = useState(0);
  /** @param {Parameters<typeof prefer>[0]} changes */
  const set = (changes) => {
    prefer(changes);
    again(Math.random());
  };
  const languages = /** @type {[string, string][]} */ (Object.entries(LANGUAGES));
  return html`
    <form method="dialog">
      <h2 id="dialog-title">${t("settings")}</h2>
      <label>${t("theme")}<select value=${preferences.theme} onChange=${(/** @type {any} */ event) => set({ theme: event.target.value })}>
        ${["system", "light", "dark"].map((each) => html`<option value=${each}>${t(each)}</option>`)}</select></label>
      <label>${t("language")}<select value=${preferences.language} onChange=${(/** @type {any} */ event) => { set({ language: event.target.value }); location.reload(); }}>
        <option value="">${t("system")}</option>${languages.map(([code, name]) => html`<option value=${code}>${name}</option>`)}</select></label>
      <${Switch} name="sound" on=${preferences.sound} turn=${(/** @type {boolean} */ on) => { set({ sound: on }); if (on) chime(); }} />
      <${Switch} name="desktop" on=${preferences.desktop} turn=${async (/** @type {boolean} */ on) => set({ desktop: on && (await allowDesktop()) })} />
      <${Switch} name="single_keys" on=${preferences.keys} turn=${(/** @type {boolean} */ on) => set({ keys: on })} />
      <footer><button type="button" onClick=${() => { close(); leave(); }}>${t("sign_out")}</button><span class="grow"></span>
        <button type="button" onClick=${() => show("keys")}>${t("keys")}</button><button class="primary">${t("close")}</button></footer>
    </form>`;
}

/** @param {{name: string, on: boolean, turn: (on: boolean) => void}} props */
const Switch = ({ name, on, turn }) => html`
  <label class="choice"><input type="checkbox" checked=${on} onChange=${(/** @type {any} */ event) => turn(event.target.checked)} /> ${t(name)}</label>`;

function Keys() {
  return html`
    <form method="dialog">
      <h2 id="dialog-title">${t("keys")}</h2>
      <dl class="keys">${SHEET.map(([key, name]) => html`<dt><kbd>${key}</kbd></dt><dd>${t(name)}</dd>`)}</dl>
      <footer><button class="primary">${t("close")}</button></footer>
    </form>`;
}
