// @ts-check
// Times, numbers and lists in the agent's language.
import { locale, t } from "./translate.js";

const DAY = 86_400_000;

/** @param {string | Date} at @param {Intl.DateTimeFormatOptions} options */
export const format = (at, options) => new Intl.DateTimeFormat(locale, options).format(new Date(at));

/** @param {string | Date} at */
export const formatTime = (at) => format(at, { hour: "2-digit", minute: "2-digit" });

/** With the weekday, without the year. @param {string} at */
export const formatDay = (at) => format(at, { weekday: "short", day: "numeric", month: "short" });

/** @param {string} at */
export const formatDateTime = (at) => format(at, { dateStyle: "medium", timeStyle: "short" });

/** Until when a conversation is snoozed. @param {string | null} until */
export const formatSnooze = (until) => (until ? t("snoozed", { time: formatDateTime(until) }) : t("not_snoozed"));

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

/** @param {number} value */
export const formatNumber = (value) => new Intl.NumberFormat(locale).format(value);

/** "Bo, Cy and Dee". @param {string[]} names */
export const formatList = (names) => new Intl.ListFormat(locale, { type: "conjunction" }).format(names);
