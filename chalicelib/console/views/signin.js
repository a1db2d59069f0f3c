// @ts-check
import { enter } from "../actions.js";
import { html, useState } from "../html.js";
import { t } from "../strings.js";

export function SignIn() {
  const [wrong, tellWrong] = useState("");
  const [busy, work] = useState(false);

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    work(true);
    try {
      await enter(String(form.get("email")), String(form.get("password")));
    } catch (error) {
      const { status, message } = /** @type {import("../api.js").Refused} */ (error);
      tellWrong(status === 401 ? t("wrong") : status ? message : t("no_connection"));
      work(false);
    }
  }

  return html`
    <main class="signin">
      <form class="card" onSubmit=${submit} aria-labelledby="signin-title">
        <img src="icon.svg" alt="" width="48" height="48" />
        <h1 id="signin-title">Baton</h1>
        <p class="quiet">${t("tagline")}</p>
        <label>${t("email")}<input name="email" type="email" autocomplete="username" required autofocus /></label>
        <label>${t("password")}<input name="password" type="password" autocomplete="current-password" required /></label>
        <p class="error" role="alert">${wrong}</p>
        <button class="primary" disabled=${busy}>${busy ? t("signing_in") : t("sign_in")}</button>
      </form>
    </main>`;
}
