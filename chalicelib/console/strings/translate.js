// @ts-check
// The console's texts in the agent's language.
import { preferences } from "../state/preferences.js";
import { fill } from "./fill.js";

/** The texts of the first page, and those of the views that load later. */
const FILES = {
  en: [() => import("./en.js"), () => import("./en_lazy.js")],
  es: [() => import("./es.js"), () => import("./es_lazy.js")],
  ar: [() => import("./ar.js"), () => import("./ar_lazy.js")],
};
export const LANGUAGES = { en: "English", es: "Español", ar: "العربية" };
const RIGHT_TO_LEFT = ["ar"];
/** @type {keyof typeof FILES} */
let language = "en";
/** @type {Record<string, string>} */
let texts = {};
/** The locale for times and numbers: the browser's, with its country, if it has the language of the texts. */
export let locale = "en";

/** Loads the preferred language or, without a preference, the first one of the browser that the console has. */
export async function loadLanguage() {
  const wanted = [preferences.language, ...navigator.languages].map((tag) => tag.split("-")[0]);
  language = /** @type {keyof typeof FILES} */ (wanted.find((code) => Object.hasOwn(FILES, code))) ?? "en";
  locale = navigator.languages.find((tag) => tag.split("-")[0] === language) ?? language;
  texts = (await FILES[language][0]()).default;
  document.documentElement.lang = language;
  document.documentElement.dir = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
}

/** Loads the texts of the views that are loaded later: team, report and admin. */
export async function loadLazyTexts() {
  texts = { ...texts, ...(await FILES[language][1]()).default };
}

/** The text `name` with its `{fields}` filled in. @param {string} name @param {Record<string, unknown>} [fields] */
export const t = (name, fields = {}) =>
  fill(texts[name] ?? name, fields, locale, isolated);

/** The server's sentence in English, or else the text for the error's code. Sentences of the server are more exact, but
 * always English. @param {string} code @param {string} detail @param {Record<string, unknown>} fields */
export const errorText = (code, detail, fields) =>
  language !== "en" && texts[`error_${code}`] ? t(`error_${code}`, { detail, ...fields }) : detail;

/** Keeps the order of the sentence if a name is written in the other direction. @param {string} text */
const isolated = (text) =>
  document.documentElement.dir === "rtl" || /[\u0590-\u08ff]/.test(text) ? `\u2068${text}\u2069` : text;
