// @ts-check
// The agent's preferences on this device.
import { readObject, store } from "./storage.js";

const STORAGE_KEY = "baton.preferences";
/** `push` is the id of the person whose alerts this browser shows by web push. */
const DEFAULTS = { theme: "system", language: "", sound: "mine", desktop: false, singleKeys: false, openNext: false, push: "", pushWaiting: false };

const stored = Object.entries(readObject("localStorage", STORAGE_KEY));
/** Earlier releases stored whether all sounds are on. @param {[string, any]} entry @returns {[string, any]} */
const renewed = ([name, value]) => [name, name === "sound" && typeof value === "boolean" ? (value ? "all" : "off") : value];
const isValid = (/** @type {[string, any]} */ [name, value]) => typeof value === typeof DEFAULTS[/** @type {keyof DEFAULTS} */ (name)];

/** @type {typeof DEFAULTS} */
export const preferences = { ...DEFAULTS, ...Object.fromEntries(stored.map(renewed).filter(isValid)) };

/** @param {Partial<typeof DEFAULTS>} changes */
export function setPreferences(changes) {
  Object.assign(preferences, changes);
  store("localStorage", STORAGE_KEY, preferences);
  applyTheme();
}

/** Call it before the first rendering too: otherwise the page flashes in the wrong colours. */
export function applyTheme() {
  const root = document.documentElement;
  if (preferences.theme === "system") delete root.dataset.theme;
  else root.dataset.theme = preferences.theme;
}
