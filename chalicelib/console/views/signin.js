// @ts-check
import { html, useState } from "../html.js";
import { enter } from "../session.js";
import { sentence } from "../store.js";
import { t } from "../strings.js";

/** With one's password, or at first with the invitation that an admin has given. */
export function SignIn() {
  const [isNew, come] = useState(false);
  const [wrong, tellWrong] = useState("");
  const [isBusy, work] = useState(false);

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    work(true);
    try {
      await enter(isNew ? "invitation" : "login", Object.fromEntries(form));
    } catch (error) {
      const { status } = /** @type {import("../api.js").Refused} */ (error);
      tellWrong(status === 401 ? t(isNew ? "wrong_invitation" : "wrong") : sentence(error));
      work(false);
    }
  }

  return html`
    <main class="signin">
      <form class="card" onSubmit=${submit} aria-labelledby="signin-title">
        <img src="icon.svg" alt="" width="48" height="48" />
        <div><h1 id="signin-title">Baton</h1><p class="quiet">${t("tagline")}</p></div>
        ${isNew ? html`
          <label>${t("invitation")}<input key="invitation" name="invitation" autocomplete="off" required dir="ltr" /></label>
          <label>${t("new_password")}<input key="new" name="password" type="password" autocomplete="new-password" minlength="8" maxlength="256" required /></label>`
        : html`
          <label>${t("email")}<input key="email" name="email" type="email" autocomplete="username" required autofocus /></label>
          <label>${t("password")}<input key="password" name="password" type="password" autocomplete="current-password" required /></label>`}
        <p class="error" role="alert">${wrong}</p>
        <button class="primary" disabled=${isBusy}>${isBusy ? t("signing_in") : t("sign_in")}</button>
        <button type="button" class="link" onClick=${() => { come(!isNew); tellWrong(""); }}>${t(isNew ? "have_password" : "have_invitation")}</button>
      </form>
    </main>`;
}
