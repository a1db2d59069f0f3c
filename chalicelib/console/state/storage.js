// @ts-check
// What the console stores on this device. A browser can refuse to store, and anything can be stored under a key
// by a browser extension or an older release. Neither may stop the console.

/** @typedef {"localStorage" | "sessionStorage"} Storage "sessionStorage" belongs to the tab */

/** The stored text, or null. @param {Storage} storage @param {string} key */
export function readText(storage, key) {
  try {
    return window[storage].getItem(key);
  } catch {
    return null;
  }
}

/** The fields of the stored object. Without an object, there are none. @param {Storage} storage @param {string} key @returns {Record<string, any>} */
export function readObject(storage, key) {
  try {
    return Object(JSON.parse(readText(storage, key) ?? "{}"));
  } catch {
    return {};
  }
}

/** An empty text removes the key. @param {Storage} storage @param {string} key @param {string | object | null} value */
export function store(storage, key, value) {
  try {
    if (value) window[storage].setItem(key, typeof value === "string" ? value : JSON.stringify(value));
    else window[storage].removeItem(key);
  } catch {
    // The console goes on with what it has in memory.
  }
}

/** @param {Storage} storage */
export function storedKeys(storage) {
  try {
    return Object.keys(window[storage]);
  } catch {
    return [];
  }
}
