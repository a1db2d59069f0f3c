// @ts-check
// Unsent texts, stored on this device until they are sent or the agent signs out. Replies and notes
// have separate drafts, so that a note never becomes a message to the user.

const PREFIX = "baton.draft.";

/** @param {string} id @param {string} mode */
const key = (id, mode) => `${PREFIX}${mode}.${id}`;

/** @param {string} id @param {string} mode "reply" or "note" */
export const loadDraft = (id, mode) => localStorage.getItem(key(id, mode)) ?? "";

/** @param {string} id @param {string} mode "reply" or "note" @param {string} text */
export function saveDraft(id, mode, text) {
  if (text) localStorage.setItem(key(id, mode), text);
  else localStorage.removeItem(key(id, mode));
}

export function clearDrafts() {
  for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX)) localStorage.removeItem(name);
}
