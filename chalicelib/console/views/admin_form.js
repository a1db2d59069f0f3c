// @ts-check
// A form that says beside each field what the server finds wrong with it, and keeps what was typed.
import { Refused } from "../api.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { sentence } from "../store.js";
import { t } from "../strings.js";

/** @typedef {Record<string, string>} Wrong by field */

const IDLE = { isBusy: false, wrong: /** @type {Wrong} */ ({}), rest: "", turn: 0 };

/** `act` throws what the server refuses; `children` are made from what is wrong.
 * @param {{act: (form: FormData) => Promise<void>, label: string, close?: () => void, isGrave?: boolean, children: (wrong: Wrong) => any}} props */
export function Form({ act, label, close, isGrave, children }) {
  const [now, set] = useState(IDLE);
  const box = useRef(/** @type {HTMLFormElement | null} */ (null));
  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const wanted = new FormData(form);
    set({ ...IDLE, isBusy: true });
    try {
      await act(wanted);
      set({ ...IDLE, turn: Math.random() });
    } catch (error) {
      set({ ...found(error, form), isBusy: false, turn: Math.random() });
    }
  }
  // What is disabled loses the eye: it goes to what is wrong, or back to the button.
  useEffect(() => {
    const next = box.current?.querySelector("[aria-invalid]") ?? box.current?.querySelector("[type=submit]");
    if (now.turn) /** @type {HTMLElement | null} */ (next)?.focus();
  }, [now.turn]);
  return html`
    <form class="admin-form" ref=${box} onSubmit=${submit}>
      <fieldset class="fields" disabled=${now.isBusy}>
        ${children(now.wrong)}
        <p class="error" role="alert">${now.rest}</p>
        <footer>
          ${close && html`<button type="button" onClick=${close}>${t("cancel")}</button>`}
          <button type="submit" class=${isGrave ? "grave" : "primary"}>${label}</button>
        </footer>
      </fieldset>
    </form>`;
}

/** By field where there is one for it; else in a sentence. @param {unknown} error @param {HTMLFormElement} form */
function found(error, form) {
  const rest = sentence(error);
  /** @type {{field: string, message: string}[]} */
  const flaws = (error instanceof Refused && error.facts.errors) || [];
  const placed = flaws.map(({ field, message }) => ({ field: field || (/^`(\w+)`/.exec(message)?.[1] ?? ""), message }));
  const shown = placed.filter(({ field }) => field && form.elements.namedItem(field));
  const wrong = Object.fromEntries(shown.map(({ field, message }) => [field, message]));
  return { wrong, rest: shown.length && shown.length === flaws.length ? "" : rest };
}

/** A label, what one writes or chooses, and what is wrong with it. What else is given is the control's.
 * @param {{name: string, label: string, wrong: Wrong, hint?: string, as?: string, children?: any, [more: string]: any}} props */
export function Field({ name, label, wrong, hint, as = "input", children, ...more }) {
  const [id, told] = [`field-${name}`, wrong[name]];
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <${as} id=${id} name=${name} aria-invalid=${told ? "true" : undefined} aria-describedby=${told || hint ? `${id}-more` : undefined} dir="auto" ...${more}>${children}<//>
      ${(told || hint) && html`<p id=${`${id}-more`} class=${told ? "error" : "quiet"}>${told || hint}</p>`}
    </div>`;
}
