// @ts-check
import { loadView } from "../app/lazy_views.js";
import { addNote, sendTyping } from "../conversations/actions.js";
import { followDraft, loadDraft, saveDraft } from "../conversations/drafts.js";
import { sendMessage } from "../conversations/outbox.js";
import { answerTo } from "../messages/related_entries.js";
import { excessLength, isMacro } from "../state/reply_templates.js";
import { openDialog, state } from "../state/store.js";
import { openSuggestion } from "../state/thread_entries.js";
import { formatPreview } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html, isComposing, useEffect, useRef, useState } from "../ui/html.js";
import { Icon } from "../ui/widgets.js";
import { signal } from "../vendor/signals.js";
import { CompletionMenu, useCompletions } from "./completion_menu.js";
import { EmojiPicker } from "./emoji_picker.js";
import { mentionsIn } from "./mentions.js";

/** @typedef {import("../state/types.js").Head} Head */

/** Milliseconds between two typing signs. */
const TYPING_INTERVAL = 3000;
/** Characters in a reply or a note, as the API documents it. */
const MAX_TEXT = 10_000;
const MODES = ["reply", "note"];

/** The files that go with replies, once that view is loaded. @type {{value: any}} */
const files = signal(null);

/** The box in which the agent writes a reply to the user or a note for the team. @param {{head: Head}} props */
export function Composer({ head }) {
  const isMine = head.status === "agent" && head.owner === state.value.me?.id;
  const [mode, setMode] = useState("reply");
  const [text, setText] = useState(loadDraft(head.id, "reply"));
  const [isBusy, setIsBusy] = useState(false);
  const [quoted, setQuoted] = useState(/** @type {import("../state/types.js").Entry | null} */ (null));
  const excess = excessLength(text.trim(), MAX_TEXT);
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  /** The ids of the colleagues whom the agent has picked for a mention, by name. */
  const mentioned = useRef(/** @type {Map<string, string>} */ (new Map()));
  const signalTyping = useTypingSign(head);
  const menu = useCompletions(head, text, box.current?.selectionEnd ?? text.length, { isReply: mode === "reply" && isMine, isNote: mode === "note" }, pick);

  /** @param {string} value */
  function update(value) {
    setText(value);
    saveDraft(head.id, mode, value);
    if (isMine && mode === "reply" && value && !value.startsWith("/")) signalTyping();
  }

  /** Writes `added` in place of the text from `start` to `end`, or of what is selected. Ctrl+Z undoes it, because it counts
   * as typed. @param {string} added @param {number} [start] @param {number} [end] */
  function insert(added, start, end) {
    const target = /** @type {HTMLTextAreaElement} */ (box.current);
    const [from, to] = start === undefined ? [target.selectionStart, target.selectionEnd] : [start, end ?? target.value.length];
    target.focus();
    target.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, added)) update(target.value.slice(0, from) + added + target.value.slice(to));
  }

  /** @param {string} added @param {number} start @param {number} end @param {any} item */
  function pick(added, start, end, item) {
    if (item.id) mentioned.current.set(item.name, item.id);
    insert(isMacro(item) ? "" : added, start, end);
    if (isMacro(item)) openDialog("macro", item);
  }

  /** @param {string} newMode @param {string} [added] goes on a line of its own below the draft */
  function switchMode(newMode, added) {
    const draft = loadDraft(head.id, newMode);
    setMode(newMode);
    setText(draft);
    setTimeout(() => {
      box.current?.focus();
      if (added) insert(draft && !draft.endsWith("\n") ? `\n${added}` : added, draft.length);
    });
  }

  useComposerEvents(head, isMine, switchMode, setQuoted);
  useEffect(() => followDraft(head.id, mode, setText), [head.id, mode]);
  useEffect(() => {
    if (isMine) loadView("files").then((View) => (files.value = View), () => {});
  }, [isMine]);

  /** Clears a reply at once, because the outbox keeps it. Keeps a note until the server has stored it. */
  async function send() {
    const trimmed = text.trim();
    if (!trimmed || excess || isBusy) return;
    if (mode === "reply") {
      if (!isMine) return;
      sendMessage(head, trimmed, undefined, quoted ? answerTo(quoted) : undefined);
      setQuoted(null);
      return update("");
    }
    setIsBusy(true);
    if (await addNote(head, trimmed, mentionsIn(trimmed, state.value.agents[head.bot] ?? [], mentioned.current))) update("");
    setIsBusy(false);
    box.current?.focus();
  }

  /** @param {KeyboardEvent} event */
  function onKeyDown(event) {
    if (menu.handleKey(event)) return event.preventDefault();
    if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    if (!event.repeat) send();
  }

  const isBlocked = mode === "reply" && !isMine;
  const blockedText = head.status === "agent" ? t("owned_by", { agent: head.owner_name }) : t("claim_to_reply");
  const user = head.user_name ?? head.user;
  return html`
    <form class="composer ${mode}" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); send(); }}>
      <div class="modes" role="group" aria-label=${t("composer_mode")}>
        ${MODES.map((each) => html`<button type="button" aria-pressed=${mode === each} onClick=${() => switchMode(each)}>${t(each)}</button>`)}
        ${!isBlocked && html`<${EmojiPicker} insert=${insert} />`}
        ${mode === "reply" && files.value && html`<${files.value} head=${head} />`}
        <span class="hint quiet">${t(mode === "note" ? "note_hint" : "reply_hint")}</span>
      </div>
      <${CompletionMenu} menu=${menu} />
      ${quoted && mode === "reply" && html`
        <p class="quoting"><span dir="auto">${t("answering")} ${formatPreview(answerTo(quoted).quote)}</span>
          <button type="button" class="plain square" aria-label=${t("quote_none")} title=${t("quote_none")} onClick=${() => setQuoted(null)}><${Icon} name="close" /></button></p>`}
      ${excess > 0 && html`<p class="error" role="alert">${t("too_long", { count: excess })}</p>`}
      <div class="write">
        <textarea ref=${box} rows="2" dir=${text ? "auto" : undefined} value=${text} aria-invalid=${excess ? "true" : undefined} disabled=${isBlocked} onKeyDown=${onKeyDown} ...${menu.attributes}
          aria-label=${t(mode)} placeholder=${isBlocked ? blockedText : t(mode === "note" ? "note_placeholder" : "reply_placeholder", { user })}
          onInput=${(/** @type {any} */ event) => update(event.target.value)}></textarea>
        <button class="primary" disabled=${isBlocked || isBusy || !text.trim() || excess}>${t(mode === "note" ? "add_note" : "send")}</button>
      </div>
    </form>`;
}

/** Answers a function that tells the server that the agent is typing, at most once per interval. @param {Head} head */
function useTypingSign(head) {
  const lastSent = useRef(0);
  return () => {
    if (Date.now() - lastSent.current < TYPING_INTERVAL) return;
    lastSent.current = Date.now();
    sendTyping(head);
  };
}

/** Handles the events that shortcuts and buttons outside of the composer send to it.
 * @param {Head} head @param {boolean} isMine @param {(mode: string, text?: string) => void} switchMode
 * @param {(entry: import("../state/types.js").Entry) => void} setQuoted */
function useComposerEvents(head, isMine, switchMode, setQuoted) {
  useEffect(() => {
    const onCompose = (/** @type {any} */ { detail }) => switchMode(detail.mode, detail.text);
    const onQuote = (/** @type {any} */ { detail }) => setQuoted(detail);
    const onSuggestion = () => {
      const suggestion = openSuggestion(state.value.threads[head.id]?.entries ?? []);
      if (isMine && suggestion) sendMessage(head, suggestion.text ?? "", suggestion.seq);
    };
    addEventListener("baton:compose", onCompose);
    addEventListener("baton:quote", onQuote);
    addEventListener("baton:suggestion", onSuggestion);
    return () => {
      removeEventListener("baton:compose", onCompose);
      removeEventListener("baton:quote", onQuote);
      removeEventListener("baton:suggestion", onSuggestion);
    };
  }, [head, isMine]);
}
