// @ts-check
import { renewSession, request, showError } from "../connection/api.js";
import { startSession } from "../session/session.js";
import { showToast, state } from "../state/store.js";
import { formatDateTime } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { Field, Form } from "../ui/form.js";
import { html, useEffect, useState } from "../ui/html.js";

/** @typedef {{rule: string, required: boolean, confirmed_at: string | null, recovery_codes_left: number, needs_password: boolean}} Factor */
/** @typedef {{secret: string, url: string, qr_code: string[]}} Enrolment */

const NOT_LOADED = /** @type {Factor | null} */ (null);
const NOT_STARTED = /** @type {Enrolment | null} */ (null);

/** The agent sets up a second factor, or removes it. Nothing is shown where the installation has none. */
export function SecondFactor() {
  const [factor, setFactor] = useState(NOT_LOADED);
  const [enrolment, setEnrolment] = useState(NOT_STARTED);
  const [codes, setCodes] = useState(/** @type {string[]} */ ([]));
  const load = () => request("GET", "/auth/totp").then(setFactor).catch(showError);
  useEffect(() => void load(), []);
  if (!factor || factor.rule === "off") return null;

  /** @param {FormData} form */
  const start = async (form) => setEnrolment(await request("POST", "/auth/totp", { password: form.get("password") }));
  /** @param {FormData} form */
  async function confirm(form) {
    const { recovery_codes } = await renewSession("/auth/totp/confirm", { code: form.get("code") });
    setEnrolment(null);
    setCodes(recovery_codes);
    await load();
  }
  /** @param {FormData} form */
  async function remove(form) {
    await request("DELETE", "/auth/totp", { password: form.get("password") });
    showToast(t("factor_removed"), "info");
    await load();
  }
  function done() {
    setCodes([]);
    if (state.value.me?.mustEnrol) startSession().catch(showError);
  }
  return html`
    <section class="card" aria-labelledby="factor-title">
      <h2 id="factor-title">${t("second_factor")}</h2>
      ${codes.length ? html`
        <p>${t("recovery_more")}</p>
        <ol class="recovery" dir="ltr" aria-label=${t("recovery_codes")}>${codes.map((code) => html`<li key=${code}><code>${code}</code></li>`)}</ol>
        <button class="primary" onClick=${done}>${t("recovery_done")}</button>`
      : enrolment ? html`
        <p>${t("factor_scan")}</p>
        <${QrCode} rows=${enrolment.qr_code} />
        <p><code dir="ltr">${enrolment.secret}</code></p>
        <a href=${enrolment.url}>${t("factor_link")}</a>
        <${Form} submit=${confirm} label=${t("factor_confirm")}>${(/** @type {any} */ errors) => html`
          <${Field} name="code" label=${t("code")} errors=${errors} autocomplete="one-time-code" inputmode="numeric" required dir="ltr" />`}
        <//>`
      : factor.confirmed_at ? html`
        <p>${t("factor_since", { time: formatDateTime(factor.confirmed_at), count: factor.recovery_codes_left })}</p>
        <${Form} submit=${remove} label=${t("factor_remove")} isDestructive>${(/** @type {any} */ errors) => html`
          <${Field} name="password" type="password" label=${t("password")} errors=${errors} autocomplete="current-password" required />`}
        <//>`
      : html`
        <p>${t(factor.required ? "factor_required" : "factor_more")}</p>
        <${Form} submit=${start} label=${t("factor_set_up")}>${(/** @type {any} */ errors) => factor.needs_password && html`
          <${Field} name="password" type="password" label=${t("password")} errors=${errors} autocomplete="current-password" required />`}
        <//>`}
    </section>`;
}

/** Dark on light in every theme, with the margin that readers need. @param {{rows: string[]}} props */
function QrCode({ rows }) {
  const size = rows.length + 8;
  const path = rows.flatMap((row, y) => [...row.matchAll(/1+/g)].map((run) => `M${run.index} ${y}h${run[0].length}v1h-${run[0].length}z`));
  return html`
    <svg class="qr" viewBox=${`-4 -4 ${size} ${size}`} role="img" aria-label=${t("qr_code")}>
      <rect x="-4" y="-4" width=${size} height=${size} fill="#fff" /><path d=${path.join("")} fill="#000" />
    </svg>`;
}
