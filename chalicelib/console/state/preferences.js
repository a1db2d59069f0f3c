// @ts-check
// The agent's preferences on this device.

const STORAGE_KEY = "baton.preferences";
const DEFAULTS = { theme: "system", language: "", sound: false, desktop: false, singleKeys: false };

/** @type {typeof DEFAULTS} */
export const preferences = { ...DEFAULTS, ...JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}") };

/** @param {Partial<typeof DEFAULTS>} changes */
export function setPreferences(changes) {
  Object.assign(preferences, changes);
  localStorage.setItem(STORAGE_KEY, JSON.stringify(preferences));
  applyTheme();
}

/** Call it before the first rendering too: otherwise the page flashes in the wrong colours. */
export function applyTheme() {
  const root = document.documentElement;
  if (preferences.theme === "system") delete root.dataset.theme;
  else root.dataset.theme = preferences.theme;
}
