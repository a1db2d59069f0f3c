// @ts-check
import { CannedReplies } from "../admin/canned_replies.js";
import { renewSession, request, showError } from "../connection/api.js";
import { endSession } from "../session/session.js";
import { dispatch, showToast, state } from "../state/store.js";
import { formatDateTime } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { Field, Form } from "../ui/form.js";
import { html, useEffect, useState } from "../ui/html.js";
import { SecondFactor } from "./second_factor.js";

/** @typedef {{id: string, used_at: string, address: string, device: string, current: boolean}} Session */

const BROWSERS = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
const SYSTEMS = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "macOS"], ["Linux", "Linux"]];

/** The agent's own account: the second factor, the password, and the devices on which they are signed in. */
export function Account() {
  const { me } = state.value;
  return html`
    <main class="page account">
      <h1>${t("account")}</h1>
      <p class="quiet">${me?.name} · <span dir="ltr">${me?.email}</span></p>
      ${me?.mustEnrol && html`<button onClick=${endSession}>${t("sign_out")}</button>`}
      ${!me?.mustEnrol && html`<${Name} />`}
      ${!me?.mustEnrol && me?.bots.map((bot) => html`
        <section key=${bot}>${me.bots.length > 1 && html`<p class="quiet" dir="auto">${bot}</p>`}<${CannedReplies} bot=${bot} isOwn /></section>`)}
      <${SecondFactor} />
      ${!me?.mustEnrol && html`<${Sessions} />`}
      <${Password} />
    </main>`;
}

function Name() {
  const { me } = state.value;
  /** @param {FormData} form */
  async function submit(form) {
    const { name } = await request("PUT", "/auth/me", { name: form.get("name") });
    if (me) dispatch({ type: "signed_in", me: { ...me, name } });
    showToast(t("saved"), "info");
  }
  return html`
    <section class="card">
      <${Form} submit=${submit} label=${t("save")}>${(/** @type {any} */ errors) => html`
        <${Field} name="name" label=${t("name")} errors=${errors} defaultValue=${me?.name} required />`}
      <//>
    </section>`;
}

function Password() {
  const [version, setVersion] = useState(0);
  /** @param {FormData} form */
  async function submit(form) {
    await renewSession("/auth/password", { current: form.get("current"), new: form.get("new") });
    showToast(t("password_changed"), "info");
    setVersion(version + 1);
  }
  return html`
    <section class="card" aria-labelledby="password-title">
      <h2 id="password-title">${t("change_password")}</h2>
      <${Form} key=${version} submit=${submit} label=${t("change_password")}>${(/** @type {any} */ errors) => html`
        <${Field} name="current" type="password" label=${t("current_password")} errors=${errors} autocomplete="current-password" required />
        <${Field} name="new" type="password" label=${t("new_password")} errors=${errors} hint=${t("password_hint")} autocomplete="new-password" minlength="10" required />`}
      <//>
    </section>`;
}

function Sessions() {
  const [sessions, setSessions] = useState(/** @type {Session[] | null} */ (null));
  const load = () => request("GET", "/auth/sessions").then((answer) => setSessions(answer.items)).catch(showError);
  useEffect(() => void load(), []);
  /** @param {string} path */
  const end = (path) => request("DELETE", path).catch(showError).then(load);
  return html`
    <section class="card" aria-labelledby="sessions-title">
      <h2 id="sessions-title">${t("sessions")}</h2>
      <ul class="sessions">${sessions?.map((session) => html`
        <li key=${session.id}>
          <b title=${session.device}>${deviceName(session.device)}</b>
          <span class="quiet">${session.current ? t("this_device") : t("last_used", { time: formatDateTime(session.used_at) })} · <span dir="ltr">${session.address}</span></span>
          ${!session.current && html`<button onClick=${() => end(`/auth/sessions/${session.id}`)} aria-label=${t("sign_out_device", { device: deviceName(session.device) })}>${t("sign_out")}</button>`}
        </li>`)}
      </ul>
      ${(sessions?.length ?? 0) > 1 && html`<button class="destructive" onClick=${() => end("/auth/sessions")}>${t("sign_out_others")}</button>`}
    </section>`;
}

/** "Firefox, Windows". @param {string} agent the browser's `User-Agent` */
function deviceName(agent) {
  const found = [BROWSERS, SYSTEMS].flatMap((names) => names.find(([mark]) => agent.includes(mark))?.[1] ?? []);
  return found.join(", ") || agent.split("/")[0] || t("unknown_device");
}
