// @ts-check
import { html, render } from "./html.js";
import { listenToKeys } from "./keys.js";
import { show } from "./preferences.js";
import { listen } from "./session.js";
import { speak } from "./strings.js";
import { App } from "./views/app.js";

show();
await speak();
const root = /** @type {HTMLElement} */ (document.getElementById("app"));
root.textContent = "";
render(html`<${App} />`, root);
listen();
listenToKeys();
