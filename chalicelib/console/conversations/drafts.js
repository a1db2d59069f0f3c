// @ts-check
// Unsent texts, stored on this device until they are sent or the agent signs out. Replies and notes
// have separate drafts, so that a note never becomes a message to the user.

import { readText, store, storedKeys } from "../state/storage.js";

const PREFIX = "baton.draft.";

/** @param {string} id @param {string} mode */
const key = (id, mode) => `${PREFIX}${mode}.${id}`;

/** @param {string} id @param {string} mode "reply" or "note" */
export const loadDraft = (id, mode) => readText("localStorage", key(id, mode)) ?? "";

/** Calls `follow` with the text when another tab changes it. Answers a function that ends this.
 * @param {string} id @param {string} mode "reply" or "note" @param {(text: string) => void} follow */
export function followDraft(id, mode, follow) {
  const onStorage = (/** @type {StorageEvent} */ event) => event.key === key(id, mode) && follow(event.newValue ?? "");
  addEventListener("storage", onStorage);
  return () => removeEventListener("storage", onStorage);
}

/** Whether a reply or a note is unfinished. @param {string} id */
export const hasDraft = (id) => !!(loadDraft(id, "reply") || loadDraft(id, "note"));

/** @param {string} id @param {string} mode "reply" or "note" @param {string} text */
export const saveDraft = (id, mode, text) => store("localStorage", key(id, mode), text);

const draftKeys = () => storedKeys("localStorage").filter((name) => name.startsWith(PREFIX));

export const countDrafts = () => draftKeys().length;

export const clearDrafts = () => draftKeys().forEach((name) => store("localStorage", name, null));
