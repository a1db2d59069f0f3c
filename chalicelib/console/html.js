// @ts-check
// What every view is made of.
import { h } from "./vendor/preact.js";
import htm from "./vendor/htm.js";

export { render } from "./vendor/preact.js";
export { useEffect, useLayoutEffect, useRef, useState } from "./vendor/hooks.js";
export { signal } from "./vendor/signals.js";

export const html = htm.bind(h);
