// @ts-check
// Words and times in the agent's language. A word that a language lacks is said in English.
import { preferences } from "./preferences.js";
import en from "./strings/en.js";

export const LANGUAGES = { en: "English", es: "Español", ar: "العربية" };
const RIGHT_TO_LEFT = ["ar"];
/** @type {Record<string, string>} */
let words = en;
let language = "en";

export async function speak() {
  const wanted = [preferences.language, ...navigator.languages].map((each) => each.split("-")[0]);
  language = wanted.find((each) => each in LANGUAGES) ?? "en";
  words = language === "en" ? en : { ...en, ...(await import(`./strings/${language}.js`)).default };
  document.documentElement.lang = language;
  document.documentElement.dir = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
}

/** @param {string} name @param {Record<string, unknown>} [fields] */
export const t = (name, fields = {}) =>
  (words[name] ?? name).replace(/\{(\w+)\}/g, (_, field) => String(fields[field] ?? ""));

/** @param {string} at */
export const clock = (at) => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(new Date(at));

/** @param {string} at */
export const day = (at) =>
  new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", month: "short" }).format(new Date(at));

/** "4 min", "2 hr": a length of time in words. @param {number} ms */
export function lasting(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [value, unit] =
    seconds < 60 ? [seconds, "second"] : seconds < 3600 ? [Math.floor(seconds / 60), "minute"]
    : seconds < 86_400 ? [Math.floor(seconds / 3600), "hour"] : [Math.floor(seconds / 86_400), "day"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(value);
}

/** @param {number} value */
export const number = (value) => new Intl.NumberFormat(language).format(value);
