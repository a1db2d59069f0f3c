// @ts-check
import { request, showError } from "../connection/api.js";
import { state } from "../state/store.js";
import { formatDateTime } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html, useState } from "../ui/html.js";
import { Confirmation, Modal, OneTimeSecret } from "../ui/modal.js";
import { Item, ItemList, Resource } from "../ui/resource_list.js";

/** @typedef {{id: string, email: string, name: string, role: string | null, disabled: boolean, has_password: boolean, registered_by: string | null, last_login_at: string | null, bots: {id: string, role: string}[]}} Person */

/** Everybody who has an account, for the installation's owner. */
export function People() {
  const [dialog, setDialog] = useState(/** @type {any} */ (null));
  const close = () => setDialog(null);
  /** @param {Person} person @param {string} label @param {string} text @param {string} method @param {string} path @param {() => void} reload */
  const ask = (person, label, text, method, path, reload) => setDialog(html`
    <${Confirmation} title=${`${label}: ${person.name}`} text=${text} label=${label} close=${close} submit=${async () => {
      await request(method, pathOf(person) + path, method === "POST" ? {} : undefined);
      close();
      reload();
    }} />`);
  /** @param {Person} person */
  const reset = (person) => setDialog(html`
    <${Confirmation} title=${`${t("reset_password")}: ${person.name}`} text=${t("reset_password_more")} label=${t("reset_password")} close=${close} submit=${async () => {
      const { token } = await request("POST", `${pathOf(person)}/password-reset`, {});
      setDialog(html`<${OneTimeSecret} title=${`${t("reset_password")}: ${person.name}`} secret=${`${location.origin}${location.pathname}#reset=${token}`} close=${close} />`);
    }} />`);
  /** @param {Person} person @param {() => void} reload */
  const enable = (person, reload) => request("POST", `${pathOf(person)}/enable`, {}).then(reload, showError);

  return html`
    <main class="page people">
      <div class="page-top"><h1>${t("people")}</h1></div>
      <${Resource} path="/people">${(/** @type {{items: Person[]}} */ { items }, /** @type {() => void} */ reload) => html`
        <${ItemList} label=${t("people")}>${items.map((person) => html`
          <${Item} key=${person.id} title=${person.name} facts=${factsOf(person)}>${person.id !== state.value.me?.id && html`
            ${[
              person.registered_by && person.has_password && ["confirm_address", () => ask(person, t("confirm_address"), t("confirm_address_more", { bot: person.registered_by }), "POST", "/confirm", reload)],
              ["reset_password", () => reset(person)],
              ["factor_remove", () => ask(person, t("factor_remove"), t("factor_remove_more"), "DELETE", "/totp", reload)],
              ["sign_out", () => ask(person, t("sign_out"), t("end_sessions_more"), "DELETE", "/sessions", reload)],
              person.disabled ? ["enable", () => enable(person, reload)] : ["disable", () => ask(person, t("disable"), t("disable_more"), "POST", "/disable", reload)],
              ["delete_account", () => ask(person, t("delete_account"), t("delete_account_more"), "DELETE", "", reload)],
            ].filter(Array.isArray).map(([name, onClick]) => html`<button onClick=${onClick} aria-label=${`${t(/** @type {string} */ (name))}: ${person.name}`}>${t(/** @type {string} */ (name))}</button>`)}`}
          <//>`)}<//>`}<//>
      ${dialog && html`<${Modal} close=${close}>${dialog}<//>`}
    </main>`;
}

/** @param {Person} person */
const pathOf = (person) => `/people/${encodeURIComponent(person.id)}`;

/** @param {Person} person */
const factsOf = (person) => [
  person.email,
  person.disabled && t("disabled"),
  person.role && t("role_owner"),
  ...person.bots.map((bot) => `${bot.id}: ${t(`role_${bot.role}`)}`),
  person.last_login_at ? t("last_login", { time: formatDateTime(person.last_login_at) }) : t("never_signed_in"),
];
