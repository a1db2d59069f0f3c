// @ts-check
import { html, useState } from "../html.js";
import { enter } from "../session.js";
import { sentence } from "../store.js";
import { t } from "../strings.js";

export function SignIn() {
  const [wrong, tellWrong] = useState("");
  const [isBusy, work] = useState(false);

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    work(true);
    try {
      await enter(String(form.get("email")), String(form.get("password")));
    } catch (error) {
      const { status } = /** @type {import("../api.js").Refused} */ (error);
      tellWrong(status === 401 ? t("wrong") : sentence(error));
      work(false);
    }
  }

  return html`
    <main class="signin">
      <form class="card" onSubmit=${submit} aria-labelledby="signin-title">
        <img src="icon.svg" alt="" width="48" height="48" />
        <div><h1 id="signin-title">Baton</h1><p class="quiet">${t("tagline")}</p></div>
        <label>${t("email")}<input name="email" type="email" autocomplete="username" required autofocus /></label>
        <label>${t("password")}<input name="password" type="password" autocomplete="current-password" required /></label>
        <p class="error" role="alert">${wrong}</p>
        <button class="primary" disabled=${isBusy}>${isBusy ? t("signing_in") : t("sign_in")}</button>
      </form>
    </main>`;
}
