// @ts-check
// What has been begun and not yet sent, kept on this device until it is sent or the agent signs out.
// A reply and a note are two drafts: what is meant for the team never becomes what the user reads.

const PREFIX = "baton.draft.";

/** @param {string} id @param {string} mode */
const key = (id, mode) => `${PREFIX}${mode}.${id}`;

/** @param {string} id @param {string} mode */
export const draft = (id, mode) => localStorage.getItem(key(id, mode)) ?? "";

/** @param {string} id @param {string} mode @param {string} text */
export function keepDraft(id, mode, text) {
  if (text) localStorage.setItem(key(id, mode), text);
  else localStorage.removeItem(key(id, mode));
}

export function forgetDrafts() {
  for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX)) localStorage.removeItem(name);
}
