// @ts-check
// Fills in the fields of a text. Pure.

/** A field `{name}` is replaced by its value. A field `{count|one:# message|other:# messages}` is replaced by the form for
 * the plural category of its value in this language, in which `#` is the number. `isolate` keeps the order of the sentence
 * if a value is written in the other direction.
 * @param {string} text @param {Record<string, unknown>} fields @param {string} locale @param {(value: string) => string} isolate */
export function fill(text, fields, locale, isolate) {
  return text.replace(/\{(\w+)(\|[^}]*)?\}/g, (_, name, forms) =>
    (forms ? pluralForm(forms.slice(1), Number(fields[name]), locale) : isolate(String(fields[name] ?? ""))));
}

/** @param {string} forms @param {number} count @param {string} locale */
function pluralForm(forms, count, locale) {
  /** @type {Record<string, string>} */
  const byCategory = Object.fromEntries(forms.split("|").map((form) => form.split(/:(.*)/s).slice(0, 2)));
  const form = byCategory[new Intl.PluralRules(locale).select(count)] ?? byCategory.other;
  return form.replaceAll("#", new Intl.NumberFormat(locale).format(count));
}
