// @ts-check
// The one store, and saying what went wrong.
import { Refused } from "./api.js";
import { signal } from "./html.js";
import { EMPTY, next } from "./logic.js";
import { t } from "./strings.js";

export const state = signal(EMPTY);

/** @param {{type: string, [more: string]: any}} event */
export function tell(event) {
  state.value = next(state.value, event);
}

/** @param {string} text @param {string} [kind] */
export function toast(text, kind = "info") {
  const shown = { text, kind };
  tell({ type: "toast", toast: shown });
  setTimeout(() => state.value.toast === shown && tell({ type: "toast", toast: null }), 6000);
}

/** In a sentence; the way to the server is the banner's business. @param {unknown} error */
export function complain(error) {
  toast(sentence(error), "warn");
}

/** @param {unknown} error */
export function sentence(error) {
  if (!(error instanceof Refused)) throw error;
  if (error.code === "already_claimed") return t("lost_to", { agent: error.facts.owner_name });
  if (error.facts.offered_to) return t("offered_to", { agent: error.facts.offered_to.name });
  return error.status ? error.message : t("no_connection");
}

/** The conversation that is open. */
export const current = () => state.value.heads[state.value.selected ?? ""];

/** @param {string} bot */
export const botPath = (bot) => `/bots/${encodeURIComponent(bot)}`;

/** @param {import("./types.js").Head} head */
export const pathOf = (head) => `${botPath(head.bot)}/conversations/${head.id}`;
