// @ts-check
import { loadReplies } from "../conversations/queries.js";
import { completionAt, fillPlaceholders, matchingReplies } from "../state/reply_templates.js";
import { state } from "../state/store.js";
import { formatSteps } from "../strings/lazy_formats.js";
import { t } from "../strings/translate.js";
import { html, isComposing, useEffect, useState } from "../ui/html.js";
import { EMOJI } from "./emoji.js";
import { mentionable } from "./mentions.js";

/** @typedef {import("../state/types.js").Head} Head */
/** `id` is a colleague's, `summary` says what a macro does. @typedef {Partial<import("../state/types.js").Reply> & {name: string, text: string, id?: string, summary?: string}} Item */
/** A menu that a sign opens: its place in the text, its options (null while they load), and the text that a choice writes.
 * @typedef {{sign: string, label: string, none?: string, isOffered: (isReply: boolean, isNote: boolean) => boolean,
 *   items: (head: Head, typed: string) => Item[] | null, written: (item: Item, head: Head) => string}} Kind */

/** @type {Record<string, Kind>} */
const KINDS = {
  reply: {
    sign: "/", label: "canned_replies", none: "no_replies", isOffered: (isReply) => isReply,
    items: (head, typed) => state.value.replies[head.bot] && matchingReplies(state.value.replies[head.bot], typed).map((reply) => ({ ...reply, summary: [reply.text, ...formatSteps(reply)].filter(Boolean).join(" · ") })),
    written: ({ text }, head) => fillPlaceholders(text, { agent: state.value.me?.name ?? "", user: head.user_name ?? head.user }),
  },
  emoji: { sign: ":", label: "emoji", isOffered: () => true, items: (_, typed) => matchingReplies(EMOJI, typed), written: ({ text }) => `${text} ` },
  mention: {
    sign: "@", label: "colleagues", isOffered: (_, isNote) => isNote,
    items: (head, typed) => mentionable(state.value.agents[head.bot] ?? [], head, state.value.me?.id, typed).map(({ id, name, status }) => ({ id, name, text: t(status) })),
    written: ({ name }) => `@${name} `,
  },
};

/** The menu that opens after a slash, for canned replies, after a colon, for emoji, or after an at sign in a note, for colleagues. The
 * agent chooses with the arrow keys and Enter. What is chosen takes the place of what was typed. The bot's replies are loaded each
 * time, because others may change them.
 * @param {Head} head @param {string} text @param {number} caret @param {{isReply: boolean, isNote: boolean}} mode
 * @param {(added: string, start: number, end: number, item: Item) => void} insert */
export function useCompletions(head, text, caret, { isReply, isNote }, insert) {
  const [selected, setSelected] = useState(0);
  const [dismissed, setDismissed] = useState("");
  const found = text === dismissed ? null : completionAt(text, caret);
  const kind = found && KINDS[found.kind].isOffered(isReply, isNote) ? KINDS[found.kind] : null;
  useEffect(() => {
    if (kind === KINDS.reply) loadReplies(head.bot);
  }, [kind]);
  const offered = kind && kind.items(head, found?.typed ?? "");
  const items = offered ?? [];
  const chosen = Math.min(selected, items.length - 1);

  /** @param {Item} item */
  const pick = (item) => kind && insert(kind.written(item, head), found?.start ?? 0, caret, item);

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
    const isActive = items.length > 0 || (kind && event.key === "Escape");
    const act = isActive && !event.shiftKey && !isComposing(event) ? keys[event.key] : undefined;
    act?.();
    return !!act;
  }

  const attributes = items.length
    ? { "aria-autocomplete": "list", "aria-controls": "completions", "aria-activedescendant": `completion-${chosen}` } : {};
  return { kind: offered && kind, items, chosen, pick, handleKey, attributes };
}

/** The focus stays in the text. @param {{menu: ReturnType<typeof useCompletions>}} props */
export function CompletionMenu({ menu: { kind, items, chosen, pick } }) {
  if (!kind || !(items.length || kind.none)) return null;
  if (!items.length) return html`<p class="completions quiet" role="status">${t(kind.none ?? "")}</p>`;
  return html`
    <ul class="completions" id="completions" role="listbox" aria-label=${t(kind.label)}>
      ${items.map((item, at) => html`
        <li key=${item.id ?? `${item.isOwn} ${item.name}`} id=${`completion-${at}`} role="option" aria-selected=${at === chosen} onMouseDown=${(/** @type {Event} */ event) => { event.preventDefault(); pick(item); }}>
          <b dir="auto">${kind.sign}${item.name}</b> ${item.isOwn && html`<span class="quiet">${t("own_reply")} </span>`}<span dir="auto">${item.summary ?? item.text}</span></li>`)}
    </ul>`;
}
