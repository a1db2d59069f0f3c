// @ts-check
// Cuts a text into words, links and, if a bot or an agent wrote it, a small part of Markdown. Pure.

/** @typedef {{kind: "text" | "link" | "bold" | "italic" | "code", text: string, url?: string}} Piece */

const PLAIN = /(?<link>https?:\/\/[^\s<>"]+)/g;
const MARKED =
  /`(?<code>[^`\n]+)`|\[(?<label>[^\]\n]{1,200})\]\((?<url>https?:\/\/[^\s()<>"]{1,2000})\)|\*\*(?<bold>[^*\n]+)\*\*|(?<![\w*])\*(?<starred>[^*\s][^*\n]*)\*(?![\w*])|(?<!\w)_(?<underlined>[^_\s][^_\n]*)_(?!\w)|(?<link>https?:\/\/[^\s<>"]+)/g;
const LIST_ITEM = /^[-*] /gm;
/** What belongs to the sentence and not to the link that ends it. */
const AFTER_LINK = /[.,;:!?'"»”’]+$/;

/** @param {string} text @param {boolean} hasMarkup @returns {Piece[]} */
export function pieces(text, hasMarkup) {
  const whole = hasMarkup ? text.replace(LIST_ITEM, "• ") : text;
  /** @type {Piece[]} */
  const found = [];
  let end = 0;
  for (const match of whole.matchAll(hasMarkup ? MARKED : PLAIN)) {
    const piece = pieceOf(match.groups ?? {});
    if (!piece) continue;
    if (match.index > end) found.push({ kind: "text", text: whole.slice(end, match.index) });
    found.push(piece);
    end = match.index + (match.groups?.link ? piece.text.length : match[0].length);
  }
  if (end < whole.length) found.push({ kind: "text", text: whole.slice(end) });
  return found;
}

/** @param {Record<string, string | undefined>} groups @returns {Piece | null} */
function pieceOf({ code, label, url, bold, starred, underlined, link }) {
  if (code) return { kind: "code", text: code };
  if (bold) return { kind: "bold", text: bold };
  if (starred || underlined) return { kind: "italic", text: starred ?? underlined ?? "" };
  const text = label ?? withoutSentenceEnd(link ?? "");
  const address = webAddress(label ? url : text);
  return address === null ? null : { kind: "link", text, url: address };
}

/** A closing bracket belongs to the link if the link opens it. @param {string} link @returns {string} */
function withoutSentenceEnd(link) {
  const cut = link.replace(AFTER_LINK, "");
  return cut.endsWith(")") && !cut.includes("(") ? withoutSentenceEnd(cut.slice(0, -1)) : cut;
}

/** The address in its normal form, or null if it is none that a link may lead to. @param {unknown} text */
export function webAddress(text) {
  if (typeof text !== "string" || !URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return protocol === "https:" || protocol === "http:" ? href : null;
}
