// @ts-check
import { SHORTCUTS } from "../conversations/shortcuts.js";
import { consequences, endSession } from "../session/session.js";
import { closeDialog, openDialog, selectedHead, state } from "../state/store.js";
import { t } from "../strings/translate.js";
import { html, useLayoutEffect, useRef } from "../ui/html.js";
import { CloseDialog, SnoozeDialog, TransferDialog } from "./handoff_dialogs.js";
import { MacroDialog } from "./macro_dialog.js";
import { Palette } from "./palette.js";
import { SettingsDialog } from "./settings_dialog.js";

/** By the name in the state. @type {Record<string, (props: any) => any>} */
const DIALOGS = { close: CloseDialog, transfer: TransferDialog, snooze: SnoozeDialog, settings: SettingsDialog, shortcuts: ShortcutsDialog, sign_out: SignOutDialog, palette: Palette, macro: MacroDialog };

/** The dialog that is open. */
export function Dialogs() {
  const name = state.value.dialog;
  const Dialog = DIALOGS[name ?? ""];
  if (!Dialog) return null;
  return html`<${Frame} key=${name} name=${name}><${Dialog} head=${selectedHead()} /><//>`;
}

/** The dialog opens before the next key arrives, so that what is typed at once after the shortcut is in its field.
 * The browser fires `close` late: by then, another dialog may be open.
 * @param {{name: string, children: any}} props */
function Frame({ name, children }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => box.current?.showModal(), []);
  return html`<dialog ref=${box} onClose=${() => state.value.dialog === name && closeDialog()} aria-labelledby="dialog-title">${children}</dialog>`;
}

function SignOutDialog() {
  return html`
    <form method="dialog">
      <h2 id="dialog-title">${t("sign_out")}</h2>
      <ul>${Object.entries(consequences()).map(([name, count]) => count > 0 && html`<li>${t(`leaving_${name}`, { count })}</li>`)}</ul>
      <footer><button>${t("cancel")}</button><button type="button" class="destructive" onClick=${endSession}>${t("sign_out")}</button></footer>
    </form>`;
}

function ShortcutsDialog() {
  return html`
    <form method="dialog">
      <h2 id="dialog-title">${t("shortcuts")}</h2>
      <dl class="keys">${SHORTCUTS.map(([key, text]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${t(text)}</dd></div>`)}</dl>
      <footer><button type="button" onClick=${() => openDialog("settings")}>${t("settings")}</button><button class="primary">${t("close")}</button></footer>
    </form>`;
}
