// @ts-check
// One field that finds conversations and everything that the agent can do.
import { focusComposer, setStatus } from "../conversations/actions.js";
import { loadReplies, openConversation, openSearch, openView, searchConversations } from "../conversations/queries.js";
import { possibleActions } from "../conversations/shortcuts.js";
import { openFound, useHits } from "../search/message_search.js";
import { Excerpt } from "../search/search.js";
import { askToEndSession } from "../session/session.js";
import { isOwnedBy } from "../state/alerts.js";
import { folded, listedConversations } from "../state/conversation_list.js";
import { allowedViews } from "../state/permissions.js";
import { fillPlaceholders, isMacro, matchingReplies } from "../state/reply_templates.js";
import { closeDialog, openDialog, selectedHead, state } from "../state/store.js";
import { formatSteps } from "../strings/lazy_formats.js";
import { t } from "../strings/translate.js";
import { html, isComposing, useEffect, useState } from "../ui/html.js";

/** `excerpt` is shown in the place of the hint. @typedef {{label: string, hint: string, run: () => void, excerpt?: any}} Choice */

const MAX_CONVERSATIONS = 8;
const MAX_HITS = 6;

/** @returns {Choice[]} */
function actions() {
  const open = possibleActions().map(({ run, text, key }) => ({ label: t(text), hint: key, run }));
  const views = [...allowedViews(state.value), "account"].map((view) => ({ label: t(view), hint: t("go_to"), run: () => openView(view) }));
  const statuses = ["online", "away", "offline"].map((status) => ({ label: t(status), hint: t("status"), run: () => void setStatus(status) }));
  return [
    ...open, ...views, ...statuses, { label: t("settings"), hint: "", run: () => openDialog("settings") },
    { label: t("shortcuts"), hint: "", run: () => openDialog("shortcuts") }, { label: t("sign_out"), hint: "", run: askToEndSession },
  ];
}

/** @param {import("../state/types.js").Head} head @returns {Choice} */
const conversation = (head) => ({ label: head.user_name ?? head.user, hint: head.handoff?.reason ?? head.last_message?.text ?? "", run: () => openConversation(head.id) });

/** @param {import("../state/types.js").SavedView} view @returns {Choice} */
const savedView = (view) => ({ label: view.name, hint: `${t("saved_view")}${view.bot ? ` · ${view.bot}` : ""}`, run: () => openSearch(view) });

/** @param {import("../search/message_search.js").Found} found @returns {Choice} */
const message = (found) => ({
  label: found.conversation.user_name ?? found.conversation.user,
  hint: "",
  excerpt: html`<${Excerpt} parts=${found.hit?.excerpt ?? []} />`,
  run: () => void openFound(found),
});

/** @param {import("../state/types.js").Head} head @param {import("../state/types.js").Reply} reply @returns {Choice} */
const cannedReply = (head, reply) => ({
  label: `/${reply.name}`,
  hint: [reply.text, ...formatSteps(reply)].filter(Boolean).join(" · "),
  run: () => (isMacro(reply) ? openDialog("macro", reply) : focusComposer("reply", fillPlaceholders(reply.text, { agent: state.value.me?.name ?? "", user: head.user_name ?? head.user }))),
});

/** The focus stays in the field; the arrow keys choose. Leaving the dialog ends the search. */
export function Palette() {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  useEffect(() => () => searchConversations(""), []);
  const head = selectedHead();
  const mine = head && state.value.view === "conversations" && isOwnedBy(head, state.value.me?.id) ? head : null;
  useEffect(() => void (mine && loadReplies(mine.bot)), [mine?.bot]);
  const typed = text.trim().replace(/^\//, "");
  const replies = mine && typed ? matchingReplies(state.value.replies[mine.bot] ?? [], typed).map((reply) => cannedReply(mine, reply)) : [];
  const words = folded(text.trim()).split(/\s+/);
  const fits = (/** @type {Choice} */ { label, hint }) => words.every((word) => folded(`${label} ${hint}`).includes(word));
  const found = text.trim() ? listedConversations(state.value).slice(0, MAX_CONVERSATIONS).map(conversation) : [];
  const [{ items }] = useHits(text.trim(), {}, text.trim().length > 1);
  const messages = (items ?? []).slice(0, MAX_HITS).map(message);
  const views = state.value.views.map(savedView).filter(fits);
  const choices = [...actions().filter(fits), ...views, ...replies, ...found, ...messages];
  const chosen = Math.min(at, choices.length - 1);

  /** @param {Choice} choice */
  function run(choice) {
    closeDialog();
    choice.run();
  }

  /** @param {KeyboardEvent} event */
  function onKeyDown(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (isComposing(event) || !(by || event.key === "Enter")) return;
    event.preventDefault();
    if (!choices.length) return;
    if (!by) return run(choices[chosen]);
    const next = (chosen + by + choices.length) % choices.length;
    setAt(next);
    document.getElementById(`choice-${next}`)?.scrollIntoView({ block: "nearest" });
  }

  return html`
    <div class="palette">
      <h2 id="dialog-title" class="visually-hidden">${t("search_and_actions")}</h2>
      <input autofocus role="combobox" aria-expanded="true" aria-controls="choices" aria-activedescendant=${choices.length ? `choice-${chosen}` : undefined} dir="auto"
        aria-label=${t("search_and_actions")} placeholder=${t("search_and_actions")} value=${text} onKeyDown=${onKeyDown}
        onInput=${(/** @type {any} */ { target }) => { setText(target.value); setAt(0); searchConversations(target.value); }} />
      <ul id="choices" role="listbox" aria-label=${t("search_and_actions")}>
        ${choices.map((choice, index) => html`
          <li id=${`choice-${index}`} role="option" aria-selected=${index === chosen} onClick=${() => run(choice)}><span dir="auto">${choice.label}</span> <span class="quiet" dir="auto">${choice.excerpt ?? choice.hint}</span></li>`)}
      </ul>
      ${!choices.length && html`<p class="quiet" role="status">${t("none_found")}</p>`}
    </div>`;
}
