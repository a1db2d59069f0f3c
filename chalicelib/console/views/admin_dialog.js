// @ts-check
// What asks before it acts, and what is shown once.
import { html, useLayoutEffect, useRef, useState } from "../html.js";
import { t } from "../strings.js";
import { Form } from "./admin_form.js";

/** The eye goes back to where it came from. @param {{close: () => void, children: any}} props */
export function Modal({ close, children }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    box.current?.showModal();
    return () => before?.focus();
  }, []);
  return html`<dialog ref=${box} class="admin-dialog" onClose=${close} aria-labelledby="dialog-title">${children}</dialog>`;
}

/** @param {{title: string, more: string, label: string, act: () => Promise<void>, close: () => void}} props */
export const Ask = ({ title, more, label, act, close }) => html`
  <${Form} act=${act} label=${label} close=${close} isGrave>
    ${() => html`<h2 id="dialog-title" dir="auto">${title}</h2><p class="quiet">${more}</p>`}
  <//>`;

/** @param {{title: string, secret: string, more?: string, close: () => void}} props */
export function Once({ title, secret, more, close }) {
  const [isCopied, tell] = useState(false);
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const copy = () => {
    box.current?.select();
    navigator.clipboard?.writeText(secret).then(() => tell(true), () => {});
  };
  return html`
    <div class="admin-form once">
      <h2 id="dialog-title" dir="auto">${title}</h2>
      <p>${more} ${t("once")}</p>
      <textarea ref=${box} class="secret" rows="3" readonly dir="ltr" aria-label=${title}>${secret}</textarea>
      <footer><button autofocus onClick=${copy}>${t(isCopied ? "copied" : "copy")}</button><button class="primary" onClick=${close}>${t("done")}</button></footer>
      <p class="visually-hidden" role="status">${isCopied && t("copied")}</p>
    </div>`;
}
