// @ts-check
// The content of messages: words with links, pictures, files, places, buttons and cards.
//
// An address of somebody else's server is called only after a click, because the call tells its owner that the
// message was read, and from where.
import { conversationPath, request, showError } from "../connection/api.js";
import { isUpload } from "../files/message_types.js";
import { showJson } from "../state/exact_json.js";
import { state } from "../state/store.js";
import { formatNumber, formatPreview } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html, useLayoutEffect, useRef, useState } from "../ui/html.js";
import { chosenOption, editedText, quotedText, relatedEntries } from "./related_entries.js";
import { pieces, webAddress } from "./rich_text.js";

/** @typedef {import("../state/types.js").Entry} Entry */
/** @typedef {{entry: Entry, entries: Entry[], head: import("../state/types.js").Head}} Props */

/** By message type. Other types, and payloads that lack what their type needs, are shown as JSON.
 * @type {Record<string, (payload: any, props: Props) => any>} */
const CONTENTS = {
  image: ({ url, caption }, { entry }) => webAddress(url) && html`<${Picture} url=${url} label=${t("picture")} alt=${caption ?? entry.text} />${words(caption)}`,
  sticker: ({ url, emoji }) => (emoji ? html`<span class="sticker">${showJson(emoji)}</span>` : webAddress(url) && html`<${Picture} url=${url} label=${t("type_sticker")} />`),
  audio: ({ url }) => isSecure(url) && html`<audio controls preload="none" src=${url}></audio>`,
  video: ({ url, caption }) => isSecure(url) && html`<video controls preload="none" src=${url}></video>${words(caption)}`,
  file: ({ url, name, mime, size }) => webAddress(url) && html`<p>${link(url, showJson(name ?? "") || t("type_file"))} <span class="quiet">${[mime, fileSize(size)].filter(Boolean).join(", ")}</span></p>`,
  location: ({ latitude, longitude, name, address }) => Number.isFinite(latitude) && Number.isFinite(longitude) && html`
    ${words(name)}${words(address)}<p>${link(`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}`, t("show_on_map"))} <span class="quiet">${latitude}, ${longitude}</span></p>`,
  contact: ({ name, phone, email }) => (name || phone || email) && html`${words(name)}${words(phone)}${words(email)}`,
  choice: (payload, { entry, entries }) => Array.isArray(payload.options) && html`
    ${words(payload.text)}<${Buttons} options=${payload.options} chosen=${chosenOption(entries, entry)} />`,
  postback: ({ label, value }) => (label ?? value) && html`<p>${t("button_pressed", { button: showJson(label ?? value) })}</p>`,
  card: (payload) => payload.title && html`<${Card} card=${payload} />`,
  carousel: ({ items }) => Array.isArray(items) && html`
    <ul class="carousel" tabindex="0" aria-label=${t("type_carousel")}>${items.map((card) => html`<li><${Card} card=${Object(card)} /></li>`)}</ul>`,
  edit: (_, { entry }) => words(editedText(entry)),
  reaction: ({ emoji }) => emoji && html`<span class="sticker">${showJson(emoji)}</span>`,
};

/** @param {any} payload @param {Props} props */
const ownFile = ({ caption }, props) => html`<${Uploaded} ...${props} />${words(caption)}`;

/** The type is the sender's: it may also be the name of a method, such as `toString`. @param {Entry} entry */
const contentOf = (entry) => (isUpload(entry) ? ownFile : Object.hasOwn(CONTENTS, entry.type ?? "") ? CONTENTS[entry.type ?? ""] : undefined);

/** @param {{entry: Entry, head: import("../state/types.js").Head}} props */
export function Messages({ entry, head }) {
  const entries = state.value.threads[head.id]?.entries ?? [];
  const { edits, reactions, messages } = relatedEntries(entries);
  const edit = edits.get(entry.message_id ?? "");
  const isApplied = (entry.type === "edit" || entry.type === "reaction") && messages.has(entry.payload?.of);
  if (isApplied) return html`<p class="text applied">${t(`type_${entry.type}`)}</p>`;
  const text = edit ? editedText(edit) : entry.text;
  const quote = quotedText(entry, messages);
  return html`
    <div class="text rich" dir="auto">
      ${quote && html`<blockquote dir="auto"><span class="visually-hidden">${t("quoted")} </span>${formatPreview(quote)}</blockquote>`}
      ${entry.type !== "text" && entry.payload && (contentOf(entry)?.(entry.payload, { entry, entries, head }) || (text === null && html`<${Unknown} entry=${entry} />`))}
      ${text !== null && html`<${RichText} text=${text} hasMarkup=${entry.from !== "user"} />`}
      ${edit && html`<p class="quiet">${t("edited")}</p>`}
      ${reactions.has(entry.message_id ?? "") && html`<p class="reactions" aria-label=${t("type_reaction")}>${reactions.get(entry.message_id ?? "")?.join(" ")}</p>`}
    </div>`;
}

/** @param {{text: string, hasMarkup: boolean}} props */
const RichText = ({ text, hasMarkup }) => html`<p class="words">${pieces(text, hasMarkup).map(PIECES)}</p>`;

/** @param {import("./rich_text.js").Piece} piece */
const PIECES = ({ kind, text, url }) =>
  kind === "link" ? link(url ?? "", text) : kind === "bold" ? html`<b>${text}</b>` : kind === "italic" ? html`<i>${text}</i>` : kind === "code" ? html`<code>${text}</code>` : text;

/** @param {string} url @param {string} text */
const link = (url, text) => html`<a href=${webAddress(url)} target="_blank" rel="noopener noreferrer nofollow" title=${url}><bdi>${text}</bdi></a>`;

/** @param {unknown} value */
const words = (value) => value !== undefined && value !== null && value !== "" && html`<p class="words">${showJson(value)}</p>`;

/** The policy of the page allows pictures and sounds over https only. @param {unknown} url */
const isSecure = (url) => webAddress(url)?.startsWith("https:");

/** @param {unknown} size in bytes */
export function fileSize(size) {
  if (typeof size !== "number" || !(size >= 0)) return "";
  const [value, unit] = size < 1000 ? [size, "B"] : size < 1e6 ? [size / 1000, "KB"] : [size / 1e6, "MB"];
  return `${formatNumber(Math.round(value * 10) / 10)} ${unit}`;
}

/** A file in Baton's own storage. The server has checked its bytes, and nobody else learns that it was seen. Its address
 * works for some minutes; the entry, read again, has a new one. @param {Props} props */
function Uploaded({ entry, head }) {
  const { name, mime = "", size } = entry.payload;
  const [url, setUrl] = useState(entry.payload.url);
  const isRenewed = useRef(false);
  const readUrl = async () => {
    const { items } = await request("GET", `${conversationPath(head)}/entries?after=${entry.seq - 1}&limit=1`);
    return items[0].payload.url;
  };
  const onError = () => {
    if (!isRenewed.current) readUrl().then(setUrl, () => {});
    isRenewed.current = true;
  };
  const onClick = (/** @type {Event} */ event) => {
    event.preventDefault();
    readUrl().then((fresh) => window.open(fresh, "_blank", "noopener"), showError);
  };
  if (mime.startsWith("image/")) return html`<${Picture} url=${url} label=${t("picture")} alt=${entry.payload.caption ?? name} isOwn onError=${onError} />`;
  if (mime.startsWith("audio/")) return html`<audio controls preload="none" src=${url} onError=${onError}></audio>`;
  if (mime.startsWith("video/")) return html`<video controls preload="none" src=${url} onError=${onError}></video>`;
  return html`<p><a href=${url} onClick=${onClick}><bdi>${name || t("type_file")}</bdi></a> <span class="quiet">${[mime, fileSize(size)].filter(Boolean).join(", ")}</span></p>`;
}

/** Loads a foreign picture only when it is clicked. Another click shows it as large as the page.
 * @param {{url: string, label: string, alt?: unknown, isOwn?: boolean, onError?: () => void}} props */
function Picture({ url, label, alt, isOwn = false, onError }) {
  const [isShown, setIsShown] = useState(isOwn);
  const [isLarge, setIsLarge] = useState(false);
  if (!isOwn && !isSecure(url)) return html`<p>${link(url, label)}</p>`;
  const host = new URL(url).host;
  if (!isShown) return html`<p><button class="show-picture" onClick=${() => setIsShown(true)} title=${t("show_picture_hint", { host })}>${t("show_picture", { picture: label })}</button> <span class="quiet"><bdi>${host}</bdi></span></p>`;
  const picture = html`<img src=${url} alt=${words(alt) ? showJson(alt) : label} referrerpolicy="no-referrer" loading="lazy" onError=${onError} />`;
  return html`
    <button class="plain picture" aria-label=${t("enlarge")} onClick=${() => setIsLarge(true)}>${picture}</button>
    ${isLarge && html`<${Lightbox} close=${() => setIsLarge(false)}>${picture}<//>`}`;
}

/** @param {{close: () => void, children?: any}} props */
function Lightbox({ close, children }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    box.current?.showModal();
    return () => before?.focus();
  }, []);
  return html`<dialog ref=${box} class="lightbox" aria-label=${t("picture")} onClose=${close} onClick=${close}>${children}<button autofocus onClick=${close}>${t("close_picture")}</button></dialog>`;
}

/** The buttons that the bot offered. Agents cannot press them. @param {{options: any[], chosen: unknown}} props */
const Buttons = ({ options, chosen }) => html`
  <ul class="choices" aria-label=${t("type_choice")}>${options.map((option) => {
    const { label, value, url, title } = typeof option === "object" && option ? option : { label: option };
    const isChosen = chosen !== undefined && chosen !== null && (chosen === value || chosen === label);
    const shown = showJson(label ?? title ?? value ?? "");
    return html`<li class=${isChosen ? "chosen" : ""}>${webAddress(url) ? link(url, shown) : shown}${isChosen && html`<span class="visually-hidden"> ${t("chosen")}</span>`}</li>`;
  })}</ul>`;

/** @param {{card: any}} props */
const Card = ({ card: { title, subtitle, image, actions } }) => html`
  <div class="message-card">
    ${webAddress(image?.url ?? image) && html`<${Picture} url=${image?.url ?? image} label=${t("picture")} />`}
    <b>${showJson(title ?? "")}</b>${words(subtitle)}
    ${Array.isArray(actions) && html`<${Buttons} options=${actions} />`}
  </div>`;

/** @param {{entry: Entry}} props */
const Unknown = ({ entry }) => html`<p class="quiet">${entry.type}</p><pre tabindex="0">${showJson(entry.payload, 1)}</pre>`;
