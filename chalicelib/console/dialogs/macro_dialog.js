// @ts-check
// The dialog that shows what a macro does before it does it.
import { applyMacro } from "../conversations/actions.js";
import { isOwnedBy } from "../state/alerts.js";
import { excessLength, fillPlaceholders } from "../state/reply_templates.js";
import { closeDialog, state } from "../state/store.js";
import { formatSteps } from "../strings/lazy_formats.js";
import { t } from "../strings/translate.js";
import { html } from "../ui/html.js";

/** Characters in a reply, as the API documents it. */
const MAX_TEXT = 10_000;

/** The text can still be changed. @param {{head?: import("../state/types.js").Head}} props */
export function MacroDialog({ head }) {
  const { macro, me } = state.value;
  if (!head || !macro) return null;
  const text = fillPlaceholders(macro.text, { agent: me?.name ?? "", user: head.user_name ?? head.user });
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    closeDialog();
    applyMacro(head, macro, String(form.get("text") ?? "").trim());
  };
  const checkLength = (/** @type {any} */ { target }) => {
    const excess = excessLength(target.value.trim(), MAX_TEXT);
    target.setCustomValidity(excess ? t("too_long", { count: excess }) : "");
  };
  return html`
    <form onSubmit=${submit}>
      <h2 id="dialog-title" dir="auto">/${macro.name}</h2>
      ${macro.text && html`<label>${t("macro_send")}<textarea name="text" rows="4" dir="auto" defaultValue=${text} onInput=${checkLength}></textarea></label>`}
      <ul class="steps">${formatSteps(macro).map((step) => html`<li dir="auto">${step}</li>`)}</ul>
      <footer><button type="button" onClick=${closeDialog}>${t("cancel")}</button><button class="primary" autofocus disabled=${!isOwnedBy(head, me?.id)}>${t("macro_apply")}</button></footer>
    </form>`;
}
