// @ts-check
import { ApiError } from "../connection/api.js";
import { openView } from "../conversations/queries.js";
import { playChime, requestDesktopPermission } from "../session/desktop_alerts.js";
import { askToEndSession } from "../session/session.js";
import { isPushOn, pushObstacle, switchPushOff, switchPushOn } from "../session/web_push.js";
import { preferences, setPreferences } from "../state/preferences.js";
import { closeDialog, openDialog } from "../state/store.js";
import { LANGUAGES, t } from "../strings/translate.js";
import { html, useState } from "../ui/html.js";

const SOUNDS = ["mine", "all", "off"];
const THEMES = ["system", "light", "dark"];

export function SettingsDialog() {
  const [, setVersion] = useState(0);
  const [isDesktopRefused, setIsDesktopRefused] = useState(false);
  /** @param {Parameters<typeof setPreferences>[0]} changes */
  const set = (changes) => {
    setPreferences(changes);
    setVersion(Math.random());
  };
  /** @param {boolean} isOn */
  const setDesktop = async (isOn) => {
    const desktop = isOn && (await requestDesktopPermission(t("desktop")));
    setIsDesktopRefused(isOn && !desktop);
    set({ desktop });
  };
  const themes = THEMES.map((theme) => [theme, t(theme)]);
  const languages = [["", t("system")], ...Object.entries(LANGUAGES)];
  return html`
    <form method="dialog">
      <h2 id="dialog-title">${t("settings")}</h2>
      <${Select} name="theme" value=${preferences.theme} options=${themes} onChoose=${(/** @type {string} */ theme) => set({ theme })} />
      <${Select} name="language" value=${preferences.language} options=${languages} onChoose=${(/** @type {string} */ language) => { set({ language }); location.reload(); }} />
      <${Select} name="sound" value=${preferences.sound} options=${SOUNDS.map((each) => [each, t(`sound_${each}`)])} onChoose=${(/** @type {string} */ sound) => { set({ sound }); if (sound !== "off") playChime(); }} />
      <${Checkbox} name="desktop" isOn=${preferences.desktop} onChange=${setDesktop} />
      ${isDesktopRefused && html`<p class="error" role="alert">${t("desktop_refused")}</p>`}
      <${PushSetting} />
      <${Checkbox} name="open_next" isOn=${preferences.openNext} onChange=${(/** @type {boolean} */ openNext) => set({ openNext })} />
      <${Checkbox} name="single_keys" isOn=${preferences.singleKeys} onChange=${(/** @type {boolean} */ singleKeys) => set({ singleKeys })} />
      <footer>
        <button type="button" onClick=${() => { closeDialog(); openView("account"); }}>${t("account")}</button>
        <button type="button" onClick=${() => { closeDialog(); askToEndSession(); }}>${t("sign_out")}</button><span class="grow"></span>
        <button type="button" onClick=${() => openDialog("shortcuts")}>${t("shortcuts")}</button><button class="primary">${t("close")}</button>
      </footer>
    </form>`;
}

/** Alerts while no console is open, on phones, too. The browser asks for its permission only on a click. */
function PushSetting() {
  const [{ wanted, error }, setProgress] = useState({ wanted: /** @type {boolean | null} */ (null), error: "" });
  const obstacle = pushObstacle();
  const isOn = !obstacle && isPushOn();
  const isBusy = wanted !== null;
  /** @param {boolean} isWanted @param {() => Promise<unknown>} change */
  const run = async (isWanted, change) => {
    setProgress({ wanted: isWanted, error: "" });
    const failure = await change().then((done) => (done === false ? pushObstacle() || "push_not_allowed" : ""), pushFailure);
    setProgress({ wanted: null, error: failure && failure !== "push_denied" ? failure : "" });
  };
  return html`
    <label class="choice"><input type="checkbox" checked=${wanted ?? isOn} disabled=${isBusy || !!obstacle} aria-describedby="push-state"
      onChange=${(/** @type {any} */ event) => run(event.target.checked, event.target.checked ? () => switchPushOn(preferences.pushWaiting) : switchPushOff)} /> ${t("push")}</label>
    <p class="quiet" id="push-state">${t(obstacle || (isOn ? "push_on" : "push_off"))}</p>
    ${error && html`<p class="error" role="alert">${t(error)}</p>`}
    ${isOn && html`<label class="choice"><input type="checkbox" checked=${preferences.pushWaiting} disabled=${isBusy}
      onChange=${(/** @type {any} */ event) => run(true, () => switchPushOn(event.target.checked))} /> ${t("push_waiting")}</label>`}`;
}

/** The text for what went wrong. @param {any} error */
const pushFailure = (error) => (error instanceof ApiError ? (error.status === 409 ? "push_too_many" : "no_connection") : "push_failed");

/** @param {{name: string, value: string, options: string[][], onChoose: (value: string) => void}} props */
const Select = ({ name, value, options, onChoose }) => html`
  <label>${t(name)}
    <select value=${value} onChange=${(/** @type {any} */ event) => onChoose(event.target.value)}>
      ${options.map(([code, label]) => html`<option value=${code}>${label}</option>`)}
    </select></label>`;

/** @param {{name: string, isOn: boolean, onChange: (isOn: boolean) => void}} props */
const Checkbox = ({ name, isOn, onChange }) => html`
  <label class="choice"><input type="checkbox" checked=${isOn} onChange=${(/** @type {any} */ event) => onChange(event.target.checked)} /> ${t(name)}</label>`;
