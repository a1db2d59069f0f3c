// @ts-check
// Dialogs of the admin pages.
import { t } from "../strings/translate.js";
import { Form } from "./form.js";
import { html, useLayoutEffect, useRef, useState } from "./html.js";

/** When it closes, the focus returns to the element that had it before. @param {{close: () => void, children: any}} props */
export function Modal({ close, children }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    box.current?.showModal();
    return () => before?.focus();
  }, []);
  return html`<dialog ref=${box} class="admin-dialog" onClose=${close} aria-labelledby="dialog-title">${children}</dialog>`;
}

/** Asks before something that cannot be undone easily. @param {{title: string, text: string, label: string, submit: () => Promise<void>, close: () => void}} props */
export const Confirmation = ({ title, text, label, submit, close }) => html`
  <${Form} submit=${submit} label=${label} close=${close} isDestructive>
    ${() => html`<h2 id="dialog-title" dir="auto">${title}</h2><p class="quiet">${text}</p>`}
  <//>`;

/** A secret that the server shows once, with a button to copy it. @param {{title: string, secret: string, text?: string, close: () => void}} props */
export function OneTimeSecret({ title, secret, text, close }) {
  const [isCopied, setIsCopied] = useState(false);
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const copy = () => {
    box.current?.select();
    navigator.clipboard?.writeText(secret).then(() => setIsCopied(true), () => {});
  };
  return html`
    <div class="admin-form">
      <h2 id="dialog-title" dir="auto">${title}</h2>
      <p>${text} ${t("shown_once")}</p>
      <textarea ref=${box} class="secret" rows="3" readonly dir="ltr" aria-label=${title}>${secret}</textarea>
      <footer><button autofocus onClick=${copy}>${t(isCopied ? "copied" : "copy")}</button><button class="primary" onClick=${close}>${t("done")}</button></footer>
      <p class="visually-hidden" role="status">${isCopied && t("copied")}</p>
    </div>`;
}
