// @ts-check
import { request } from "../connection/api.js";
import { loadLazyTexts, t } from "../strings/translate.js";
import { Field, Form } from "../ui/form.js";
import { html, useState } from "../ui/html.js";

await loadLazyTexts();

/** The agent asks for a link to set a new password. @param {{back: () => void}} props */
export function ForgottenPassword({ back }) {
  const [result, setResult] = useState("");
  /** @param {FormData} form */
  async function submit(form) {
    const { mailed } = await request("POST", "/auth/password/forgotten", { email: form.get("email") });
    setResult(mailed ? "link_mailed" : "link_from_owner");
  }
  return html`
    <section class="card" aria-labelledby="forgotten-title">
      <h1 id="forgotten-title">${t("forgotten")}</h1>
      <p role="status">${result && t(result)}</p>
      ${!result && html`<${Form} submit=${submit} label=${t("mail_link")}>${(/** @type {any} */ errors) => html`
        <${Field} type="email" name="email" label=${t("email")} errors=${errors} autocomplete="username" required autofocus dir="ltr" />`}
      <//>`}
      <button class="link" onClick=${back}>${t("have_password")}</button>
    </section>`;
}
