// @ts-check
import { undoCommand } from "../conversations/actions.js";
import { openConversationById } from "../conversations/queries.js";
import { state } from "../state/store.js";
import { t } from "../strings/translate.js";
import { html } from "../ui/html.js";

/** What has just happened, and the commands that can still be undone. What arrives elsewhere is only read out. */
export function Toasts() {
  const { announcement, outbox, toast } = state.value;
  const undoable = outbox.filter((each) => each.phase === "undoable");
  return html`
    <div class="toasts" role="status" aria-live="polite">
      ${undoable.map((each) => html`<${UndoToast} key=${each.id} command=${each} />`)}
      ${toast && html`<p class="toast ${toast.kind}" dir="auto">${toast.text}${toast.open && html`
        <button onClick=${() => openConversationById(toast.open?.bot ?? "", toast.open?.id ?? "")}>${t("show_conversation")}</button>`}</p>`}
    </div>
    <p class="visually-hidden" aria-live="polite">${announcement}</p>`;
}

/** @param {{command: import("../state/types.js").Outgoing}} props */
function UndoToast({ command: { command, conversation_id: id } }) {
  const head = state.value.heads[id];
  return html`
    <p class="toast">${t(`pending_${command}`, { user: head?.user_name ?? head?.user })}
      <button onClick=${() => undoCommand(id)}>${t("undo")}</button></p>`;
}
