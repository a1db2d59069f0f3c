// @ts-check
import { loadReplies } from "../conversations/queries.js";
import { fillPlaceholders, matchingReplies } from "../state/reply_templates.js";
import { state } from "../state/store.js";
import { t } from "../strings/translate.js";
import { html, isComposing, useEffect, useState } from "../ui/html.js";

/** @typedef {import("../state/types.js").Reply} Reply */

/** The menu that opens when the last line begins with a slash. The agent chooses with the arrow keys and Enter.
 * The reply takes the place of the line. The bot's replies are loaded each time, because others may change them.
 * @param {import("../state/types.js").Head} head @param {string} text @param {(reply: string, start: number) => void} insert */
export function useCannedReplies(head, text, insert) {
  const [selected, setSelected] = useState(0);
  const [dismissed, setDismissed] = useState("");
  const start = text.lastIndexOf("\n") + 1;
  const isOpen = text.startsWith("/", start) && text !== dismissed;
  const replies = state.value.replies[head.bot];
  useEffect(() => {
    if (isOpen) loadReplies(head.bot);
  }, [isOpen]);
  const items = isOpen ? matchingReplies(replies ?? [], text.slice(start + 1)) : [];
  const chosen = Math.min(selected, items.length - 1);

  /** @param {Reply} reply */
  const pick = (reply) => insert(fillPlaceholders(reply.text, { agent: state.value.me?.name ?? "", user: head.user_name ?? head.user }), start);

  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowDown: () => setSelected((chosen + 1) % items.length),
    ArrowUp: () => setSelected((chosen + items.length - 1) % items.length),
    Enter: () => pick(items[chosen]),
    Tab: () => pick(items[chosen]),
    Escape: () => setDismissed(text),
  };

  /** Answers whether the menu used the key. @param {KeyboardEvent} event */
  function handleKey(event) {
    const isActive = items.length > 0 || (isOpen && event.key === "Escape");
    const act = isActive && !event.shiftKey && !isComposing(event) ? keys[event.key] : undefined;
    act?.();
    return !!act;
  }

  const attributes = items.length
    ? { "aria-autocomplete": "list", "aria-controls": "replies", "aria-activedescendant": `reply-${chosen}` } : {};
  return { isOpen, isLoaded: !!replies, items, chosen, pick, handleKey, attributes };
}

/** The focus stays in the text. @param {{menu: ReturnType<typeof useCannedReplies>}} props */
export function CannedReplyMenu({ menu }) {
  if (!menu.isOpen || !menu.isLoaded) return null;
  if (!menu.items.length) return html`<p class="replies quiet" role="status">${t("no_replies")}</p>`;
  return html`
    <ul class="replies" id="replies" role="listbox" aria-label=${t("canned_replies")}>
      ${menu.items.map((reply, at) => html`
        <li key=${reply.name} id=${`reply-${at}`} role="option" aria-selected=${at === menu.chosen} onMouseDown=${(/** @type {Event} */ event) => { event.preventDefault(); menu.pick(reply); }}>
          <b dir="auto">/${reply.name}</b> <span dir="auto">${reply.text}</span></li>`)}
    </ul>`;
}
