// @ts-check
import { allowDesktop, chime } from "../alerts.js";
import { html, useState } from "../html.js";
import { prefer, preferences } from "../preferences.js";
import { leave } from "../session.js";
import { LANGUAGES, t } from "../strings.js";
import { close, show } from "./dialogs.js";

const THEMES = ["system", "light", "dark"];

export function Settings() {
  const [, again] = useState(0);
  /** @param {Parameters<typeof prefer>[0]} changes */
  const set = (changes) => {
    prefer(changes);
    again(Math.random());
  };
  const themes = THEMES.map((each) => [each, t(each)]);
  const languages = [["", t("system")], ...Object.entries(LANGUAGES)];
  return html`
    <form method="dialog">
      <h2 id="dialog-title">${t("settings")}</h2>
      <${Select} name="theme" value=${preferences.theme} options=${themes} choose=${(/** @type {string} */ theme) => set({ theme })} />
      <${Select} name="language" value=${preferences.language} options=${languages} choose=${(/** @type {string} */ language) => { set({ language }); location.reload(); }} />
      <${Switch} name="sound" on=${preferences.sound} turn=${(/** @type {boolean} */ sound) => { set({ sound }); if (sound) chime(); }} />
      <${Switch} name="desktop" on=${preferences.desktop} turn=${async (/** @type {boolean} */ on) => set({ desktop: on && (await allowDesktop()) })} />
      <${Switch} name="single_keys" on=${preferences.keys} turn=${(/** @type {boolean} */ keys) => set({ keys })} />
      <footer>
        <button type="button" onClick=${() => { close(); leave(); }}>${t("sign_out")}</button><span class="grow"></span>
        <button type="button" onClick=${() => show("keys")}>${t("keys")}</button><button class="primary">${t("close")}</button>
      </footer>
    </form>`;
}

/** @param {{name: string, value: string, options: string[][], choose: (value: string) => void}} props */
const Select = ({ name, value, options, choose }) => html`
  <label>${t(name)}
    <select value=${value} onChange=${(/** @type {any} */ event) => choose(event.target.value)}>
      ${options.map(([code, shown]) => html`<option value=${code}>${shown}</option>`)}
    </select></label>`;

/** @param {{name: string, on: boolean, turn: (on: boolean) => void}} props */
const Switch = ({ name, on, turn }) => html`
  <label class="choice"><input type="checkbox" checked=${on} onChange=${(/** @type {any} */ event) => turn(event.target.checked)} /> ${t(name)}</label>`;
