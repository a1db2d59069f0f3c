// @ts-check
// A form that shows the server's errors beside their fields and keeps what was typed.
import { ApiError, errorMessage } from "../connection/api.js";
import { t } from "../strings/translate.js";
import { html, useEffect, useRef, useState } from "./html.js";

/** @typedef {Record<string, string>} FieldErrors message by field name */

const INITIAL = { isBusy: false, errors: /** @type {FieldErrors} */ ({}), formError: "", attempt: 0 };

/** `submit` raises ApiError if the server refuses the form. `children` renders the fields with their errors.
 * @param {{submit: (form: FormData) => Promise<void>, label: string, close?: () => void, isDestructive?: boolean, children: (errors: FieldErrors) => any}} props */
export function Form({ submit, label, close, isDestructive, children }) {
  const [status, setStatus] = useState(INITIAL);
  const box = useRef(/** @type {HTMLFormElement | null} */ (null));
  /** @param {SubmitEvent} event */
  async function onSubmit(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const data = new FormData(form);
    setStatus({ ...INITIAL, isBusy: true });
    try {
      await submit(data);
      setStatus({ ...INITIAL, attempt: Math.random() });
    } catch (error) {
      setStatus({ ...errorsOf(error, form), isBusy: false, attempt: Math.random() });
    }
  }
  // Disabling the form takes the focus from it. Afterwards, focus the first field with an error, or else the button.
  useEffect(() => {
    const target = box.current?.querySelector("[aria-invalid]") ?? box.current?.querySelector("[type=submit]");
    if (status.attempt) /** @type {HTMLElement | null} */ (target)?.focus();
  }, [status.attempt]);
  return html`
    <form class="admin-form" ref=${box} onSubmit=${onSubmit}>
      <fieldset class="fields" disabled=${status.isBusy}>
        ${children(status.errors)}
        <p class="error" role="alert">${status.formError}</p>
        <footer>
          ${close && html`<button type="button" onClick=${close}>${t("cancel")}</button>`}
          <button type="submit" class=${isDestructive ? "destructive" : "primary"}>${label}</button>
        </footer>
      </fieldset>
    </form>`;
}

/** Errors by field. If some error has no field in the form, also a message for the whole form.
 * @param {unknown} error @param {HTMLFormElement} form */
function errorsOf(error, form) {
  const message = errorMessage(error);
  /** @type {{field: string, message: string}[]} */
  const details = (error instanceof ApiError && error.problem.errors) || [];
  const named = details.map((each) => ({ ...each, field: each.field || (/^`(\w+)`/.exec(each.message)?.[1] ?? "") }));
  const shown = named.filter(({ field }) => field && form.elements.namedItem(field));
  const errors = Object.fromEntries(shown.map((each) => [each.field, each.message]));
  return { errors, formError: shown.length && shown.length === details.length ? "" : message };
}

/** A label, a control, and its hint or error. All other props go to the control.
 * @param {{name: string, label: string, errors: FieldErrors, hint?: string, as?: string, children?: any, [prop: string]: any}} props */
export function Field({ name, label, errors, hint, as = "input", children, ...props }) {
  const id = `field-${name}`;
  const error = errors[name];
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <${as} id=${id} name=${name} aria-invalid=${error ? "true" : undefined} aria-describedby=${error || hint ? `${id}-hint` : undefined} dir="auto" ...${props}>${children}<//>
      ${(error || hint) && html`<p id=${`${id}-hint`} class=${error ? "error" : "quiet"}>${error || hint}</p>`}
    </div>`;
}
