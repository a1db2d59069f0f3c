// @ts-check
// Times, numbers and lists in the agent's language.
import { locale, t } from "./translate.js";

const DAY = 86_400_000;

/** @param {string | Date} at @param {Intl.DateTimeFormatOptions} options */
const format = (at, options) => new Intl.DateTimeFormat(locale, options).format(new Date(at));

/** @param {string | Date} at */
export const formatTime = (at) => format(at, { hour: "2-digit", minute: "2-digit" });

/** With the weekday, without the year. @param {string} at */
export const formatDay = (at) => format(at, { weekday: "short", day: "numeric", month: "short" });

/** Without the year. @param {string} at a UTC day, like 2026-01-31 */
export const formatDate = (at) => format(at, { day: "numeric", month: "short", timeZone: "UTC" });

/** @param {string} at */
export const formatDateTime = (at) => format(at, { dateStyle: "medium", timeStyle: "short" });

/** Until when a conversation is snoozed. @param {string | null} until */
export const formatSnooze = (until) => (until ? t("snoozed", { time: formatDateTime(until) }) : t("not_snoozed"));

/** @param {number} day Monday is 0 */
export const formatWeekday = (day) => format(new Date(2024, 0, 1 + day), { weekday: "long" });

/** The time if it is less than a day ago, otherwise the date. @param {string} at @param {number} now */
export const formatRecent = (at, now) => (now - Date.parse(at) < DAY ? formatTime(at) : format(at, { day: "numeric", month: "short" }));

/** The beginning of a message in words: a message that is no text is shortened to its type and caption, like
 * "[image] Our cat". The words for rare types come with the lazy texts. @param {string} text */
export function formatPreview(text) {
  const [, type, caption] = /^\[([a-z]+)\](?: (?!https?:)(.*))?/s.exec(text) ?? [];
  const name = t(`type_${type}`);
  return /^type_/.test(name) ? text : caption ? `${name}: ${caption}` : name;
}

/** In the largest unit that fits: "4 min", "2 hr". @param {number} ms */
export function formatDuration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [value, unit] =
    seconds < 60 ? [seconds, "second"] : seconds < 3600 ? [Math.floor(seconds / 60), "minute"]
    : seconds < 86_400 ? [Math.floor(seconds / 3600), "hour"] : [Math.floor(seconds / 86_400), "day"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(value);
}

/** "7 days", in the plural form of the language. @param {number} days */
export const formatDays = (days) => new Intl.NumberFormat(locale, { style: "unit", unit: "day", unitDisplay: "long" }).format(days);

/** @param {number} value */
export const formatNumber = (value) => new Intl.NumberFormat(locale).format(value);

/** @param {number} value */
export const formatDollars = (value) =>
  new Intl.NumberFormat(locale, { style: "currency", currency: "USD", maximumFractionDigits: value < 1 ? 4 : 2 }).format(value);

/** "Bo, Cy and Dee". @param {string[]} names */
export const formatList = (names) => new Intl.ListFormat(locale, { type: "conjunction" }).format(names);

/** How many conversations the agent has, and how many they may have. @param {import("../state/types.js").Agent} agent */
export const formatLoad = ({ open, capacity }) => (capacity === null ? t("load", { count: open }) : t("load_of", { count: open, capacity }));
