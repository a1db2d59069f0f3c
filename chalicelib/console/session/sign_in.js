// @ts-check
import { errorMessage, request } from "../connection/api.js";
import { readText, store } from "../state/storage.js";
import { state } from "../state/store.js";
import { t } from "../strings/translate.js";
import { html, useEffect, useState } from "../ui/html.js";
import { signInAndStart } from "./session.js";

const SIGN_ON = "baton.sign-on";

/** Agents sign in with their password, with single sign-on or, the first time, with the invitation that an admin gave them. */
export function SignIn() {
  const [hasInvitation, setHasInvitation] = useState(false);
  const [reset, setReset] = useState(() => takeFromAddress("reset"));
  /** The first step's answer, if the account has a second factor. */
  const [challenge, setChallenge] = useState("");
  const [error, setError] = useState("");
  const [notice, setNotice] = useState("");
  /** After too many attempts, a code beside the password admits from a new address. */
  const [isLimited, setIsLimited] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [provider, setProvider] = useState("");
  const [Forgotten, setForgotten] = useState(/** @type {any} */ (null));

  useEffect(() => {
    const code = takeFromAddress("sign-on"), refusal = takeFromAddress("sign-on-error");
    if (code) attempt("sign_on_failed", () => signInAndStart("oidc/token", { code, verifier: takeVerifier() }));
    if (refusal) setError(t(refusal === "no_account" || refusal === "other_identity" ? refusal : "sign_on_failed"));
    request("GET", "/auth/oidc").then(({ label }) => setProvider(label ?? ""), () => {});
  }, []);

  /** @param {SubmitEvent} event */
  function submit(event) {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    attempt(challenge ? "wrong_code" : hasInvitation || reset ? "wrong_invitation" : "wrong_password", async () => {
      if (reset) {
        await request("POST", "/auth/password/reset", { token: reset, password: form.get("password") });
        setReset("");
        setNotice(t("password_is_set"));
        setIsBusy(false);
      } else if (challenge) await signInAndStart("login/totp", { challenge, code: form.get("code") });
      else await signInAndStart(hasInvitation ? "invitation" : "login", Object.fromEntries([...form].filter(([, value]) => value)));
    });
  }

  const forget = () => import("../account/forgotten.js")
    .then(({ ForgottenPassword }) => setForgotten(() => ForgottenPassword), () => setError(t("no_connection")));

  /** @param {string} refused the text for 401 @param {() => Promise<void>} step */
  async function attempt(refused, step) {
    setIsBusy(true);
    setNotice("");
    setError("");
    try {
      await step();
    } catch (failure) {
      const { code, problem, status } = /** @type {import("../connection/api.js").ApiError} */ (failure);
      setIsBusy(false);
      if (code === "second_factor_required") {
        setError("");
        return setChallenge(problem.challenge);
      }
      setError(status === 401 ? t(refused) : errorMessage(failure));
      if (refused === "wrong_password") setIsLimited(status === 429);
      // Without a wrong code, the challenge has expired or takes no more codes.
      if (challenge && status && code !== "invalid_code") setChallenge("");
    }
  }

  if (Forgotten) return html`<main class="signin"><${Forgotten} back=${() => setForgotten(null)} /></main>`;
  return html`
    <main class="signin">
      <form class="card" onSubmit=${submit} aria-labelledby="signin-title">
        <img src="icon.svg" alt="" width="48" height="48" />
        <div><h1 id="signin-title">Baton</h1><p class="quiet">${t("tagline")}</p></div>
        ${challenge ? html`
          <label>${t("code")}<input key="code" name="code" autocomplete="one-time-code" required autofocus dir="ltr" aria-describedby="code-hint" /></label>
          <p class="quiet" id="code-hint">${t("code_hint")}</p>`
        : hasInvitation || reset ? html`
          ${!reset && html`<label>${t("invitation")}<input key="invitation" name="invitation" autocomplete="off" required dir="ltr" /></label>`}
          <label>${t("new_password")}<input key="new" name="password" type="password" autocomplete="new-password" minlength="10" required /></label>`
        : html`
          <label>${t("email")}<input key="email" name="email" type="email" autocomplete="username" required autofocus /></label>
          <label>${t("password")}<input key="password" name="password" type="password" autocomplete="current-password" required /></label>
          ${isLimited && html`
            <label>${t("code")}<input key="limited" name="code" autocomplete="one-time-code" dir="ltr" aria-describedby="code-hint" /></label>
            <p class="quiet" id="code-hint">${t("code_hint")}</p>`}`}
        ${notice && html`<p role="status">${notice}</p>`}
        ${state.value.hasEnded && html`<p role="status">${t("session_ended")}</p>`}
        <p class="error" role="alert">${error}</p>
        <button class="primary" disabled=${isBusy}>${isBusy ? t("signing_in") : t("sign_in")}</button>
        ${provider && !challenge && html`<button type="button" onClick=${startSignOn}>${t("sign_in_with", { provider })}</button>`}
        <button type="button" class="link" onClick=${() => { setHasInvitation(!challenge && !reset && !hasInvitation); setChallenge(""); setReset(""); setError(""); }}>${t(challenge || reset || hasInvitation ? "have_password" : "have_invitation")}</button>
        <button type="button" class="link" onClick=${forget}>${t("forgotten")}</button>
      </form>
    </main>`;
}

/** Another page may open the start address, too. Only this tab knows the text whose digest goes along. */
async function startSignOn() {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  store("sessionStorage", SIGN_ON, verifier);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  location.assign(`../api/v1/auth/oidc/start?challenge=${base64url(new Uint8Array(digest))}`);
}

function takeVerifier() {
  const verifier = readText("sessionStorage", SIGN_ON) ?? "";
  store("sessionStorage", SIGN_ON, "");
  return verifier.padEnd(43, "-"); // Without one, the server refuses the sign-on.
}

/** @param {Uint8Array} bytes */
const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (each) => ({ "+": "-", "/": "_" })[each] ?? "");

/** The secret that a link or the single sign-on has put into the address. It leaves the address at once.
 * @param {"reset" | "sign-on" | "sign-on-error"} name */
function takeFromAddress(name) {
  const [, found, secret] = /^#(reset|sign-on|sign-on-error)=([\w.-]+)$/.exec(location.hash) ?? [];
  if (found !== name) return "";
  history.replaceState(null, "", location.pathname);
  return secret;
}
