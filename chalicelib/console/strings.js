// @ts-check
// Words and times in the agent's language.
import { preferences } from "./preferences.js";

export const LANGUAGES = { en: "English", es: "Español", ar: "العربية" };
const RIGHT_TO_LEFT = ["ar"];
const DAY = 86_400_000;
/** @type {Record<string, string>} */
let words = {};
/** For times and numbers: the reader's own country, where the language is theirs too. */
let locale = "en";

export async function speak() {
  const wanted = [preferences.language, ...navigator.languages].map((each) => each.split("-")[0]);
  const language = wanted.find((each) => each in LANGUAGES) ?? "en";
  locale = navigator.languages.find((each) => each.split("-")[0] === language) ?? language;
  words = (await import(`./strings/${language}.js`)).default;
  document.documentElement.lang = language;
  document.documentElement.dir = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
}

/** @param {string} name @param {Record<string, unknown>} [fields] */
export const t = (name, fields = {}) =>
  (words[name] ?? name).replace(/\{(\w+)\}/g, (_, field) => isolated(String(fields[field] ?? "")));

/** A name in the other direction keeps its place in the sentence, and the sentence its own. @param {string} text */
const isolated = (text) =>
  document.documentElement.dir === "rtl" || /[\u0590-\u08ff]/.test(text) ? `\u2068${text}\u2069` : text;

/** @param {string | Date} at @param {Intl.DateTimeFormatOptions} options */
const format = (at, options) => new Intl.DateTimeFormat(locale, options).format(new Date(at));

/** @param {string | Date} at */
export const clock = (at) => format(at, { hour: "2-digit", minute: "2-digit" });

/** @param {string} at */
export const day = (at) => format(at, { weekday: "short", day: "numeric", month: "short" });

/** @param {string} at */
export const date = (at) => format(at, { day: "numeric", month: "short", timeZone: "UTC" });

/** A day and its time, in full. @param {string} at */
export const when = (at) => format(at, { dateStyle: "medium", timeStyle: "short" });

/** From Monday, which is 0. @param {number} day */
export const weekday = (day) => format(new Date(2024, 0, 1 + day), { weekday: "long" });

/** Today the time, else the day: what tells most in little room. @param {string} at @param {number} now */
export const lately = (at, now) => (now - Date.parse(at) < DAY ? clock(at) : format(at, { day: "numeric", month: "short" }));

/** "4 min", "2 hr": a length of time in words. @param {number} ms */
export function lasting(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [value, unit] =
    seconds < 60 ? [seconds, "second"] : seconds < 3600 ? [Math.floor(seconds / 60), "minute"]
    : seconds < 86_400 ? [Math.floor(seconds / 3600), "hour"] : [Math.floor(seconds / 86_400), "day"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(value);
}

/** @param {number} value */
export const number = (value) => new Intl.NumberFormat(locale).format(value);

/** @param {number} value */
export const dollars = (value) =>
  new Intl.NumberFormat(locale, { style: "currency", currency: "USD", maximumFractionDigits: value < 1 ? 4 : 2 }).format(value);

/** "Bo, Cy and Dee". @param {string[]} names */
export const listed = (names) => new Intl.ListFormat(locale, { type: "conjunction" }).format(names);
