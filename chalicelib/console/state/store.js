// @ts-check
// The console's single store. Views read `state`; everything else changes it with `dispatch`.
import { signal } from "../vendor/signals.js";
import { INITIAL_STATE, reduce } from "./reducer.js";

const TOAST_DURATION = 6000;

export const state = signal(INITIAL_STATE);

/** @param {{type: string, [field: string]: any}} event */
export function dispatch(event) {
  state.value = reduce(state.value, event);
}

/** Shows the outcome of what the agent did.
 * @param {string} text @param {"info" | "warn"} [kind] @param {{bot: string, id: string}} [open] the conversation that a button opens */
export function showToast(text, kind = "info", open) {
  display({ text, kind, open, isArrival: false });
}

/** Shows what happened elsewhere. While the agent is shown a warning about what they did, it is only read out.
 * @param {string} text @param {"info" | "warn"} kind @param {{bot: string, id: string}} [open] the conversation that a button opens */
export function showArrival(text, kind, open) {
  const shown = state.value.toast;
  if (shown?.kind === "warn" && !shown.isArrival) announce(text);
  else display({ text, kind, open, isArrival: true });
}

/** @param {import("./types.js").Toast} toast */
function display(toast) {
  dispatch({ type: "toast", toast });
  setTimeout(() => state.value.toast === toast && dispatch({ type: "toast", toast: null }), TOAST_DURATION);
}

/** The same text twice is read out twice. @param {string} text */
export function announce(text) {
  dispatch({ type: "announcement", text });
  setTimeout(() => dispatch({ type: "announcement", text: "" }), 2000);
}

/** @param {"close" | "transfer" | "snooze" | "settings" | "shortcuts" | "sign_out" | "palette" | "macro"} dialog @param {import("./types.js").Reply} [macro] which the dialog applies */
export const openDialog = (dialog, macro) => dispatch({ type: "dialog", dialog, macro });
export const closeDialog = () => dispatch({ type: "dialog", dialog: null });

/** The head of the conversation that is open. */
export const selectedHead = () => state.value.heads[state.value.selected ?? ""];
