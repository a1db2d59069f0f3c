// @ts-check
import { move, say, signTyping, state } from "../actions.js";
import { request } from "../api.js";
import { draft, keepDraft } from "../drafts.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { filled } from "../logic.js";
import { t } from "../strings.js";

const TYPING_EVERY = 3000;

/** @param {{head: import("../types.js").Head}} props */
export function Composer({ head }) {
  const me = state.value.me;
  const mine = head.owner === me?.id;
  const [mode, choose] = useState("reply");
  const [text, type] = useState(draft(head.id));
  const [replies, offer] = useState(/** @type {{name: string, text: string}[]} */ ([]));
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const typedAt = useRef(0);
  useEffect(() => {
    const begin = (/** @type {any} */ { detail }) => {
      choose(detail);
      setTimeout(() => box.current?.focus());
    };
    const edit = (/** @type {any} */ { detail }) => {
      type(detail);
      begin({ detail: "reply" });
    };
    const suggestion = () => {
      const all = state.value.threads[head.id]?.entries.filter((entry) => entry.kind === "suggestion") ?? [];
      const last = all[all.length - 1];
      if (mine && last) say(head, last.text ?? "", last.seq);
    };
    addEventListener("baton:write", begin);
    addEventListener("baton:edit", edit);
    addEventListener("baton:suggestion", suggestion);
    return () => {
      removeEventListener("baton:write", begin);
      removeEventListener("baton:edit", edit);
      removeEventListener("baton:suggestion", suggestion);
    };
  }, [head, mine]);

  const wanted = text.startsWith("/") && mode === "reply" ? text.slice(1).toLowerCase() : null;
  const fitting = wanted === null ? [] : replies.filter((each) => each.name.toLowerCase().startsWith(wanted)).slice(0, 8);
  useEffect(() => {
    if (wanted === null || replies.length) return;
    request("GET", `/bots/${encodeURIComponent(head.bot)}/replies`).then((answer) => offer(answer.items), () => {});
  }, [wanted === null]);

  /** @param {string} value */
  function write(value) {
    type(value);
    keepDraft(head.id, value);
    if (mine && mode === "reply" && Date.now() - typedAt.current > TYPING_EVERY) {
      typedAt.current = Date.now();
      signTyping(head);
    }
  }

  /** @param {{text: string}} reply */
  function use(reply) {
    write(filled(reply.text, { agent: me?.name ?? "", user: head.user_name ?? head.user }));
    box.current?.focus();
  }

  function send() {
    const said = text.trim();
    if (!said) return;
    if (fitting.length) return use(fitting[0]);
    if (mode === "note") move("note", head, { text: said }).then((done) => done && write(""));
    else {
      say(head, said);
      write("");
    }
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  }

  const blocked = mode === "reply" && !mine;
  const why = head.status === "agent" ? t("others_turn", { agent: head.owner_name }) : t("take_first");
  return html`
    <form class="composer ${mode}" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); send(); }}>
      <div class="modes" role="group" aria-label=${t("reply")}>
        ${["reply", "note"].map((each) => html`
          <button type="button" class="tab" aria-pressed=${mode === each} onClick=${() => { choose(each); box.current?.focus(); }}>${t(each)}</button>`)}
        ${mode === "note" && html`<span class="quiet">${t("note_hint")}</span>`}
      </div>
      ${fitting.length > 0 && html`
        <ul class="replies">${fitting.map((each) => html`
          <li><button type="button" onClick=${() => use(each)}><b>/${each.name}</b> <span dir="auto">${each.text}</span></button></li>`)}</ul>`}
      <div class="write">
        <textarea ref=${box} rows="2" dir="auto" maxlength="4000" value=${text} disabled=${blocked} onKeyDown=${key}
          aria-label=${t(mode)} placeholder=${blocked ? why : t(mode === "note" ? "write_note" : "write_reply", { user: head.user_name ?? head.user })}
          onInput=${(/** @type {any} */ event) => write(event.target.value)}></textarea>
        <button class="primary" disabled=${blocked || !text.trim()}>${t(mode === "note" ? "add_note" : "send")}</button>
      </div>
    </form>`;
}
