// @ts-check
import { draft, keepDraft } from "../drafts.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { filled, fitting } from "../lists.js";
import { move, signTyping } from "../moves.js";
import { say } from "../outbox.js";
import { repliesOf } from "../reading.js";
import { state } from "../store.js";
import { t } from "../strings.js";
import { openSuggestion } from "../threads.js";
import { Replies } from "./replies.js";

/** @typedef {import("../types.js").Head} Head */
/** @typedef {{current: HTMLTextAreaElement | null}} Box */

const TYPING_EVERY = 3000;
const MODES = ["reply", "note"];

/** @param {{head: Head}} props */
export function Composer({ head }) {
  const isMine = head.status === "agent" && head.owner === state.value.me?.id;
  const [mode, choose] = useState("reply");
  const [text, type] = useState(draft(head.id, "reply"));
  const [isBusy, work] = useState(false);
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const sign = useTypingSign(head);
  const menu = useReplies(head, mode === "reply" && isMine ? text : "", (chosen) => put(chosen));

  /** @param {string} value */
  function put(value) {
    type(value);
    keepDraft(head.id, mode, value);
    if (isMine && mode === "reply" && value && !value.startsWith("/")) sign();
  }

  /** @param {string} other @param {string} [words] */
  function turn(other, words) {
    if (words !== undefined) keepDraft(head.id, other, words);
    choose(other);
    type(draft(head.id, other));
    setTimeout(() => box.current?.focus());
  }

  useAsked(head, isMine, turn);

  /** A note is out of hand only when it is stored; a reply is, as soon as it is on its way. */
  async function send() {
    const said = text.trim();
    if (!said || isBusy) return;
    if (mode === "reply") {
      if (!isMine) return;
      say(head, said);
      return put("");
    }
    work(true);
    if (await move("note", head, { text: said })) put("");
    work(false);
    box.current?.focus();
  }

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    if (menu.pressed(event)) return event.preventDefault();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  }

  const isBlocked = mode === "reply" && !isMine;
  const why = head.status === "agent" ? t("others_turn", { agent: head.owner_name }) : t("take_first");
  const user = head.user_name ?? head.user;
  return html`
    <form class="composer ${mode}" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); send(); }}>
      <div class="modes" role="group" aria-label=${t("what_to_write")}>
        ${MODES.map((each) => html`<button type="button" aria-pressed=${mode === each} onClick=${() => turn(each)}>${t(each)}</button>`)}
        <span class="hint quiet">${t(mode === "note" ? "note_hint" : "reply_hint")}</span>
      </div>
      <${Replies} menu=${menu} />
      <div class="write">
        <textarea ref=${box} rows="2" dir=${text ? "auto" : undefined} maxlength="4000" value=${text} disabled=${isBlocked} onKeyDown=${pressed} ...${menu.attributes}
          aria-label=${t(mode)} placeholder=${isBlocked ? why : t(mode === "note" ? "write_note" : "write_reply", { user })}
          onInput=${(/** @type {any} */ event) => put(event.target.value)}></textarea>
        <button class="primary" disabled=${isBlocked || isBusy || !text.trim()}>${t(mode === "note" ? "add_note" : "send")}</button>
      </div>
    </form>`;
}

/** That one is typing, at most every few seconds. @param {Head} head */
function useTypingSign(head) {
  const at = useRef(0);
  return () => {
    if (Date.now() - at.current < TYPING_EVERY) return;
    at.current = Date.now();
    signTyping(head);
  };
}

/** What keys and buttons elsewhere ask of whoever writes.
 * @param {Head} head @param {boolean} isMine @param {(mode: string, words?: string) => void} turn */
function useAsked(head, isMine, turn) {
  useEffect(() => {
    const begin = (/** @type {any} */ { detail }) => turn(detail.mode, detail.text);
    const suggest = () => {
      const found = openSuggestion(state.value.threads[head.id]?.entries ?? []);
      if (isMine && found) say(head, found.text ?? "", found.seq);
    };
    addEventListener("baton:write", begin);
    addEventListener("baton:suggestion", suggest);
    return () => {
      removeEventListener("baton:write", begin);
      removeEventListener("baton:suggestion", suggest);
    };
  }, [head, isMine]);
}

/** What `/` offers: read once for each bot, chosen with the arrows and Enter.
 * @param {Head} head @param {string} text @param {(text: string) => void} use */
function useReplies(head, text, use) {
  const [at, goTo] = useState(0);
  const [dismissed, dismiss] = useState("");
  const isOpen = text.startsWith("/") && text !== dismissed && !text.includes("\n");
  const known = state.value.replies[head.bot];
  useEffect(() => {
    if (isOpen && !known) repliesOf(head.bot);
  }, [isOpen]);
  const items = isOpen ? fitting(known ?? [], text.slice(1)) : [];
  const chosen = Math.min(at, items.length - 1);

  /** @param {import("../types.js").Reply} reply */
  const pick = (reply) => use(filled(reply.text, { agent: state.value.me?.name ?? "", user: head.user_name ?? head.user }));

  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowDown: () => goTo((chosen + 1) % items.length),
    ArrowUp: () => goTo((chosen + items.length - 1) % items.length),
    Enter: () => pick(items[chosen]),
    Tab: () => pick(items[chosen]),
    Escape: () => dismiss(text),
  };

  /** Whether the key was the menu's. @param {KeyboardEvent} event */
  function pressed(event) {
    const isOffered = items.length > 0 || (isOpen && event.key === "Escape");
    const act = isOffered && !event.shiftKey && !event.isComposing ? keys[event.key] : undefined;
    act?.();
    return !!act;
  }

  const attributes = items.length
    ? { "aria-autocomplete": "list", "aria-controls": "replies", "aria-activedescendant": `reply-${chosen}` } : {};
  return { isOpen, isKnown: !!known, items, chosen, pick, pressed, attributes };
}
