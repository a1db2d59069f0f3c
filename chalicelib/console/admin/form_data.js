// @ts-check
// Converts the fields of the admin forms to the API's bodies and back. Pure.

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
export const LIMITS = ["first_alert", "give_up", "agent_idle", "user_idle", "max_length", "agent_lost"];
const TEXT_PREFIX = "texts.";

/** @param {FormData} form @param {string} name */
export const fieldText = (form, name) => String(form.get(name) ?? "").trim();

/** @param {FormData} form @param {string} name */
const textOrNull = (form, name) => fieldText(form, name) || null;

/** @param {string} text @param {string | RegExp} [separator] */
export const splitList = (text, separator = ",") => text.split(separator).map((each) => each.trim()).filter(Boolean);

/** The forms show minutes, the API counts seconds. @param {number | null} seconds */
export const toMinutes = (seconds) => (seconds === null ? "" : String(Math.round((seconds / 60) * 100) / 100));

/** @param {string} text */
const toSeconds = (text) => (text ? Math.round(Number(text) * 60) : null);

/** From "09:00-12:00, 13:00-17:00". Invalid times are kept: the server refuses them and names the field. @param {string} text */
const parseIntervals = (text) =>
  splitList(text).map((each) => {
    const [opens, closes = ""] = each.split(/\s*[-–]\s*/);
    return [opens, closes];
  });

/** @param {string[][]} [intervals] */
export const formatIntervals = (intervals = []) => intervals.map((each) => each.join("-")).join(", ");

/** The texts by locale and name. An empty text is null, which switches it off. @param {FormData} form */
export function textsFromForm(form) {
  /** @type {Record<string, Record<string, string | null>>} */
  const texts = Object.create(null);
  for (const [field, text] of form) {
    if (!field.startsWith(TEXT_PREFIX)) continue;
    const end = field.lastIndexOf(".");
    (texts[field.slice(TEXT_PREFIX.length, end)] ??= {})[field.slice(end + 1)] = String(text).trim() || null;
  }
  return texts;
}

/** @param {FormData} form */
function hoursFromForm(form) {
  if (!fieldText(form, "hours.time_zone")) return null;
  const week = DAYS.map((day) => [day, parseIntervals(fieldText(form, `hours.weekly.${day}`))]).filter(([, all]) => all.length);
  return { time_zone: fieldText(form, "hours.time_zone"), weekly: Object.fromEntries(week), holidays: splitList(fieldText(form, "hours.holidays")) };
}

/** @param {FormData} form */
export const queueFromForm = (form) => ({
  priority: Number(fieldText(form, "priority")),
  mode: fieldText(form, "mode"),
  offer_seconds: Number(fieldText(form, "offer_seconds")),
  fallback: textOrNull(form, "fallback"),
  hours: hoursFromForm(form),
  limits: {
    ...Object.fromEntries(LIMITS.map((name) => [name, toSeconds(fieldText(form, `limits.${name}`))])),
    escalate: splitList(fieldText(form, "limits.escalate")).map(toSeconds),
  },
  texts: textsFromForm(form),
});

export const MEGABYTE = 1024 * 1024;

/** @param {FormData} form */
export const settingsFromForm = (form) => ({
  leave_words: splitList(fieldText(form, "leave_words"), "\n"),
  default_locale: fieldText(form, "default_locale"),
  time_zone: fieldText(form, "time_zone"),
  texts: textsFromForm(form),
  outbound: form.has("outbound"),
  search_messages: form.has("search_messages"),
  after_return: form.has("everybody") ? "everybody" : "queue",
  retention_days: Number(fieldText(form, "retention_days")) || null,
  mask: form.getAll("mask"),
  max_file_bytes: Math.round(Number(fieldText(form, "max_file_bytes")) * MEGABYTE),
  file_types: splitList(fieldText(form, "file_types"), "\n"),
});

/** The key expires at the end of the chosen day, in the admin's time zone. @param {FormData} form */
export function apiKeyFromForm(form) {
  const day = fieldText(form, "expires_at");
  return {
    name: textOrNull(form, "name"),
    scopes: form.getAll("scopes"),
    expires_at: day ? new Date(`${day}T23:59:59`).toISOString() : null,
  };
}

/** @param {FormData} form */
export const membershipFromForm = (form) => ({
  role: fieldText(form, "role"),
  queues: form.getAll("queues"),
  capacity: fieldText(form, "capacity") ? Number(fieldText(form, "capacity")) : null,
});

/** @param {FormData} form */
export const agentFromForm = (form) => ({ name: fieldText(form, "name"), email: fieldText(form, "email"), ...membershipFromForm(form) });
