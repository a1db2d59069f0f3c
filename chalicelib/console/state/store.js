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

/** @param {string} text @param {"info" | "warn"} [kind] @param {string} [open] the conversation that a button opens */
export function showToast(text, kind = "info", open) {
  const toast = { text, kind, open };
  dispatch({ type: "toast", toast });
  setTimeout(() => state.value.toast === toast && dispatch({ type: "toast", toast: null }), TOAST_DURATION);
}

/** @param {"close" | "transfer" | "snooze" | "settings" | "shortcuts" | "sign_out" | "palette"} dialog */
export const openDialog = (dialog) => dispatch({ type: "dialog", dialog });
export const closeDialog = () => dispatch({ type: "dialog", dialog: null });

/** The head of the conversation that is open. */
export const selectedHead = () => state.value.heads[state.value.selected ?? ""];
