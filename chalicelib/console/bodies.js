// @ts-check
// What an admin's form says, as the API takes it, and back. Pure.

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
export const LIMITS = ["first_alert", "give_up", "agent_idle", "user_idle", "max_length", "agent_lost"];
const TEXT = "texts.";

/** @param {FormData} form @param {string} name */
export const said = (form, name) => String(form.get(name) ?? "").trim();

/** @param {FormData} form @param {string} name */
const orNull = (form, name) => said(form, name) || null;

/** @param {string} text @param {string | RegExp} [by] */
export const parts = (text, by = ",") => text.split(by).map((each) => each.trim()).filter(Boolean);

/** In minutes, as people say it; the API counts seconds. @param {number | null} seconds */
export const minutes = (seconds) => (seconds === null ? "" : String(Math.round((seconds / 60) * 100) / 100));

/** @param {string} text */
const seconds = (text) => (text ? Math.round(Number(text) * 60) : null);

/** "09:00-12:00, 13:00-17:00"; what is no time is the server's to refuse, beside its field. @param {string} text */
const intervals = (text) =>
  parts(text).map((each) => {
    const [opens, closes = ""] = each.split(/\s*[-–]\s*/);
    return [opens, closes];
  });

/** @param {string[][]} [of] */
export const written = (of = []) => of.map((each) => each.join("-")).join(", ");

/** Its texts by locale and name; an empty one is switched off. @param {FormData} form */
export function textsOf(form) {
  /** @type {Record<string, Record<string, string | null>>} */
  const texts = Object.create(null);
  for (const [field, text] of form) {
    if (!field.startsWith(TEXT)) continue;
    const end = field.lastIndexOf(".");
    (texts[field.slice(TEXT.length, end)] ??= {})[field.slice(end + 1)] = String(text).trim() || null;
  }
  return texts;
}

/** @param {FormData} form */
function hoursOf(form) {
  if (!said(form, "hours.time_zone")) return null;
  const week = DAYS.map((day) => [day, intervals(said(form, `hours.weekly.${day}`))]).filter(([, all]) => all.length);
  return { time_zone: said(form, "hours.time_zone"), weekly: Object.fromEntries(week), holidays: parts(said(form, "hours.holidays")) };
}

/** @param {FormData} form */
export const queueOf = (form) => ({
  priority: Number(said(form, "priority")),
  mode: said(form, "mode"),
  offer_seconds: Number(said(form, "offer_seconds")),
  fallback: orNull(form, "fallback"),
  hours: hoursOf(form),
  limits: {
    ...Object.fromEntries(LIMITS.map((name) => [name, seconds(said(form, `limits.${name}`))])),
    escalate: parts(said(form, "limits.escalate")).map(seconds),
  },
  texts: textsOf(form),
});

/** @param {FormData} form */
export const settingsOf = (form) => ({
  leave_words: parts(said(form, "leave_words"), "\n"),
  default_locale: said(form, "default_locale"),
  texts: textsOf(form),
});

/** Until the end of the day that is named, here. @param {FormData} form */
export function keyOf(form) {
  const day = said(form, "expires_at");
  return {
    name: orNull(form, "name"),
    scopes: form.getAll("scopes"),
    expires_at: day ? new Date(`${day}T23:59:59`).toISOString() : null,
  };
}

/** @param {FormData} form */
export const placeOf = (form) => ({
  role: said(form, "role"),
  queues: parts(said(form, "queues")),
  capacity: said(form, "capacity") ? Number(said(form, "capacity")) : null,
});

/** @param {FormData} form */
export const agentOf = (form) => ({ name: said(form, "name"), email: said(form, "email"), ...placeOf(form) });
