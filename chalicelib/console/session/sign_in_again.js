// @ts-check
// The sign-in over the page, after the server has ended the session. What is open stays open, but cannot be read or used meanwhile.
import { t } from "../strings/translate.js";
import { html, useLayoutEffect, useRef } from "../ui/html.js";
import { endSession } from "./session.js";
import { SignIn } from "./sign_in.js";

/** After signing in, the focus returns to the element that had it before. */
export function SignInAgain() {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return html`
    <dialog ref=${box} class="sign-in-again" aria-labelledby="signin-title" onCancel=${(/** @type {Event} */ event) => event.preventDefault()}>
      <${SignIn} />
      <p><button class="link" onClick=${endSession}>${t("sign_out")}</button></p>
    </dialog>`;
}
