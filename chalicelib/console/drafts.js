// @ts-check
// What has been begun and not yet sent, kept on this device until it is sent or the agent signs out.

const PREFIX = "baton.draft.";

/** @param {string} id */
export const draft = (id) => localStorage.getItem(PREFIX + id) ?? "";

/** @param {string} id @param {string} text */
export function keepDraft(id, text) {
  if (text) localStorage.setItem(PREFIX + id, text);
  else localStorage.removeItem(PREFIX + id);
}

export function forgetDrafts() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}
