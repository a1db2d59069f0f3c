// @ts-check
// JSON whose numbers are shown as they came. JSON.parse rounds those beyond 2^53, for example account numbers.

const STRINGS_AND_NUMBERS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
/** Shorter numbers are never rounded. */
const SAFE_LENGTH = 15;
/** Begins a text that stands for a number. The character is for private use and means nothing else. */
const MARK = "\ue000";

/** A number that would be rounded becomes a text with a mark, which `showJson` takes away. Raises SyntaxError. @param {string} text */
export function parseJson(text) {
  if (!/\d[\d.]{15}/.test(text)) return JSON.parse(text);
  return JSON.parse(text.replace(STRINGS_AND_NUMBERS, (token) => (token[0] === '"' || isKept(token) ? token : `"${MARK}${token}"`)));
}

/** @param {string} number */
function isKept(number) {
  const parsed = String(Number(number));
  if (number.length <= SAFE_LENGTH || parsed === number) return true;
  return /[.e]/i.test(number) && digits(parsed) === digits(number);
}

/** Without sign, point, exponent and outer zeros. @param {string} number */
const digits = (number) => number.replace(/e.*|[-.]/gi, "").replace(/^0+|0+$/g, "");

/** A text as it is, other values as JSON. @param {any} value @param {number} [indent] */
export const showJson = (value, indent) =>
  typeof value === "string" && value[0] !== MARK ? value : JSON.stringify(value, null, indent).replace(/"\ue000([^"]*)"/g, "$1");
