// @ts-check
import { begin, leave } from "./actions.js";
import { isSignedIn } from "./api.js";
import { html, render } from "./html.js";
import { listen } from "./keys.js";
import { show } from "./preferences.js";
import { speak } from "./strings.js";
import { App } from "./views/app.js";

show();
await speak();
const root = /** @type {HTMLElement} */ (document.getElementById("app"));
root.textContent = "";
render(html`<${App} />`, root);
listen();
if (isSignedIn()) begin().catch(leave);
