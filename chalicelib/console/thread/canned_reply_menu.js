// @ts-check
import { loadReplies } from "../conversations/queries.js";
import { completionAt, fillPlaceholders, matchingReplies } from "../state/reply_templates.js";
import { state } from "../state/store.js";
import { t } from "../strings/translate.js";
import { html, isComposing, useEffect, useState } from "../ui/html.js";
import { EMOJI } from "./emoji.js";

/** @typedef {import("../state/types.js").Reply} Reply */

/** The menu that opens after a slash, for canned replies, or after a colon, for emoji. The agent chooses with the arrow keys and
 * Enter. What is chosen takes the place of what was typed. The bot's replies are loaded each time, because others may change them.
 * @param {import("../state/types.js").Head} head @param {string} text @param {number} caret @param {boolean} isReply
 * @param {(added: string, start: number, end: number) => void} insert */
export function useCompletions(head, text, caret, isReply, insert) {
  const [selected, setSelected] = useState(0);
  const [dismissed, setDismissed] = useState("");
  const found = text === dismissed ? null : completionAt(text, caret);
  const isEmoji = found?.kind === "emoji";
  const isOpen = isEmoji || (found?.kind === "reply" && isReply);
  const replies = isEmoji ? EMOJI : state.value.replies[head.bot];
  useEffect(() => {
    if (isOpen && !isEmoji) loadReplies(head.bot);
  }, [isOpen, isEmoji]);
  const items = isOpen ? matchingReplies(replies ?? [], found?.typed ?? "") : [];
  const chosen = Math.min(selected, items.length - 1);

  /** @param {Reply} reply */
  const pick = (reply) => insert(isEmoji ? `${reply.text} ` : fillPlaceholders(reply.text, { agent: state.value.me?.name ?? "", user: head.user_name ?? head.user }), found?.start ?? 0, caret);

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
  return { isOpen: isOpen && !(isEmoji && !items.length), isEmoji, isLoaded: !!replies, items, chosen, pick, handleKey, attributes };
}

/** The focus stays in the text. @param {{menu: ReturnType<typeof useCompletions>}} props */
export function CannedReplyMenu({ menu }) {
  if (!menu.isOpen || !menu.isLoaded) return null;
  if (!menu.items.length) return html`<p class="replies quiet" role="status">${t("no_replies")}</p>`;
  return html`
    <ul class="replies" id="replies" role="listbox" aria-label=${t(menu.isEmoji ? "emoji" : "canned_replies")}>
      ${menu.items.map((reply, at) => html`
        <li key=${reply.name} id=${`reply-${at}`} role="option" aria-selected=${at === menu.chosen} onMouseDown=${(/** @type {Event} */ event) => { event.preventDefault(); menu.pick(reply); }}>
          <b dir="auto">${menu.isEmoji ? ":" : "/"}${reply.name}</b> <span dir="auto">${reply.text}</span></li>`)}
    </ul>`;
}
