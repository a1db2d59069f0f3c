// @ts-check
import { botPath, request } from "../connection/api.js";
import { showToast } from "../state/store.js";
import { t } from "../strings/translate.js";
import { Field, Form } from "../ui/form.js";
import { html } from "../ui/html.js";
import { Resource, SectionHeader } from "../ui/resource_list.js";
import { MEGABYTE, settingsFromForm } from "./form_data.js";
import { UserTexts } from "./user_texts.js";

const MASKS = ["card", "iban", "email", "phone"];

/** The settings of a bot. @param {{bot: string}} props */
export function BotSettings({ bot }) {
  const path = `${botPath(bot)}/settings`;
  /** @param {FormData} form */
  const save = async (form) => {
    await request("PUT", path, settingsFromForm(form));
    showToast(t("saved"));
  };
  return html`
    <${SectionHeader} label=${t("settings")} text=${t("settings_more")} />
    <${Resource} path=${path}>${(/** @type {any} */ settings) => html`
      <div class="card panel"><${Form} submit=${save} label=${t("save")}>${(/** @type {any} */ errors) => html`
        <${Field} as="textarea" rows="4" name="leave_words" label=${t("leave_words")} hint=${t("leave_words_hint")} errors=${errors} defaultValue=${settings.leave_words.join("\n")} />
        <${Field} name="default_locale" label=${t("default_locale")} hint=${t("locale_hint")} errors=${errors} required defaultValue=${settings.default_locale} />
        <${Field} name="time_zone" label=${t("team_time_zone")} hint=${t("team_time_zone_hint")} errors=${errors} required dir="ltr" defaultValue=${settings.time_zone} />
        <${Field} type="number" min="1" max="3650" name="retention_days" label=${t("retention_days")} hint=${t("retention_hint")} errors=${errors} defaultValue=${settings.retention_days ?? ""} />
        <fieldset class="fields"><legend>${t("mask")}</legend>
          ${MASKS.map((each) => html`<label class="choice" key=${each}><input type="checkbox" name="mask" value=${each} defaultChecked=${settings.mask.includes(each)} /> ${t(`mask_${each}`)}</label>`)}
        </fieldset>
        <${Field} type="number" min="0.1" max="100" step="any" name="max_file_bytes" label=${t("max_file_size")} errors=${errors} required defaultValue=${settings.max_file_bytes / MEGABYTE} />
        <${Field} as="textarea" rows="4" name="file_types" label=${t("file_types")} hint=${t("file_types_hint")} errors=${errors} defaultValue=${settings.file_types.join("\n")} />
        <label class="choice"><input type="checkbox" name="outbound" defaultChecked=${settings.outbound} /> ${t("outbound")}</label>
        <label class="choice"><input type="checkbox" name="search_messages" defaultChecked=${settings.search_messages} /> ${t("search_messages")}</label>
        <label class="choice"><input type="checkbox" name="everybody" defaultChecked=${settings.after_return === "everybody"} /> ${t("after_return")}</label>
        <${UserTexts} bot=${bot} texts=${settings.texts} errors=${errors} />`}<//></div>`}<//>`;
}
