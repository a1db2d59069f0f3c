// @ts-check
// How an agent likes it, on this device.

const KEPT = "baton.preferences";
const USUAL = { theme: "system", language: "", sound: false, desktop: false, keys: true };

/** @type {typeof USUAL} */
export const preferences = { ...USUAL, ...JSON.parse(localStorage.getItem(KEPT) ?? "{}") };

/** @param {Partial<typeof USUAL>} changes */
export function prefer(changes) {
  Object.assign(preferences, changes);
  localStorage.setItem(KEPT, JSON.stringify(preferences));
  show();
}

/** Also before anything is drawn, so that nothing flashes. */
export function show() {
  const root = document.documentElement;
  if (preferences.theme === "system") delete root.dataset.theme;
  else root.dataset.theme = preferences.theme;
}
