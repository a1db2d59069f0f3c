// @ts-check
/** Moves the focus of a tab list with the left and right arrow keys, in the direction of the script.
 * Answers the tab to show, or null for other keys. @param {KeyboardEvent} event @param {string[]} tabs @param {string} current */
export function tabAfterKey(event, tabs, current) {
  const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const by = event.key === forward ? 1 : /^Arrow(Left|Right)$/.test(event.key) ? -1 : 0;
  if (!by) return null;
  const at = (tabs.indexOf(current) + by + tabs.length) % tabs.length;
  /** @type {HTMLElement} */ (event.currentTarget).querySelectorAll("button")[at].focus();
  return tabs[at];
}
