// @ts-check
// The template function and the hooks that all views use.
import { serverNow } from "../state/clock.js";
import { useEffect, useState } from "../vendor/hooks.js";
import htm from "../vendor/htm.js";
import { h } from "../vendor/preact.js";

export { useEffect, useLayoutEffect, useRef, useState } from "../vendor/hooks.js";
export { render } from "../vendor/preact.js";

export const html = htm.bind(h);

/** Whether an input method uses the key, for example to choose a Japanese word. Safari reports the end of the
 * composition before the key that ended it, which then has the code 229. @param {KeyboardEvent} event */
export const isComposing = (event) => event.isComposing || event.keyCode === 229;

/** The server's time in ms. Renders the component again each second. */
export function useNow() {
  const [now, setNow] = useState(serverNow());
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
