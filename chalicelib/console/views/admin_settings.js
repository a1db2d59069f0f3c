// @ts-check
import { request } from "../api.js";
import { settingsOf } from "../bodies.js";
import { html } from "../html.js";
import { botPath, toast } from "../store.js";
import { t } from "../strings.js";
import { Field, Form } from "./admin_form.js";
import { Read, Top } from "./admin_list.js";
import { Texts } from "./admin_texts.js";

/** @param {{bot: string}} props */
export function BotSettings({ bot }) {
  const path = `${botPath(bot)}/settings`;
  /** @param {FormData} form */
  const save = async (form) => {
    await request("PUT", path, settingsOf(form));
    toast(t("saved"));
  };
  return html`
    <${Top} label=${t("settings")} more=${t("settings_more")} />
    <${Read} path=${path}>${(/** @type {any} */ found) => html`
      <div class="card panel"><${Form} act=${save} label=${t("save")}>${(/** @type {any} */ wrong) => html`
        <${Field} as="textarea" rows="4" name="leave_words" label=${t("leave_words")} hint=${t("leave_words_hint")} wrong=${wrong} defaultValue=${found.leave_words.join("\n")} />
        <${Field} name="default_locale" label=${t("default_locale")} hint=${t("locale_hint")} wrong=${wrong} required defaultValue=${found.default_locale} />
        <${Texts} texts=${found.texts} wrong=${wrong} />`}<//></div>`}<//>`;
}
