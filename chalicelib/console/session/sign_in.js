// @ts-check
import { errorMessage } from "../connection/api.js";
import { state } from "../state/store.js";
import { t } from "../strings/translate.js";
import { html, useState } from "../ui/html.js";
import { signInAndStart } from "./session.js";

/** Agents sign in with their password or, the first time, with the invitation that an admin gave them. */
export function SignIn() {
  const [hasInvitation, setHasInvitation] = useState(false);
  const [error, setError] = useState("");
  const [isBusy, setIsBusy] = useState(false);

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    setIsBusy(true);
    try {
      await signInAndStart(hasInvitation ? "invitation" : "login", Object.fromEntries(form));
    } catch (failure) {
      const { status } = /** @type {import("../connection/api.js").ApiError} */ (failure);
      setError(status === 401 ? t(hasInvitation ? "wrong_invitation" : "wrong_password") : errorMessage(failure));
      setIsBusy(false);
    }
  }

  return html`
    <main class="signin">
      <form class="card" onSubmit=${submit} aria-labelledby="signin-title">
        <img src="icon.svg" alt="" width="48" height="48" />
        <div><h1 id="signin-title">Baton</h1><p class="quiet">${t("tagline")}</p></div>
        ${hasInvitation ? html`
          <label>${t("invitation")}<input key="invitation" name="invitation" autocomplete="off" required dir="ltr" /></label>
          <label>${t("new_password")}<input key="new" name="password" type="password" autocomplete="new-password" minlength="10" required /></label>`
        : html`
          <label>${t("email")}<input key="email" name="email" type="email" autocomplete="username" required autofocus /></label>
          <label>${t("password")}<input key="password" name="password" type="password" autocomplete="current-password" required /></label>`}
        ${state.value.hasEnded && html`<p role="status">${t("session_ended")}</p>`}
        <p class="error" role="alert">${error}</p>
        <button class="primary" disabled=${isBusy}>${isBusy ? t("signing_in") : t("sign_in")}</button>
        <button type="button" class="link" onClick=${() => { setHasInvitation(!hasInvitation); setError(""); }}>${t(hasInvitation ? "have_password" : "have_invitation")}</button>
      </form>
    </main>`;
}
