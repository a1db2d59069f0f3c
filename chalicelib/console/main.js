// @ts-check
import { App } from "./app/app.js";
import { listenForShortcuts } from "./conversations/shortcuts.js";
import { listenToBrowser } from "./session/session.js";
import { applyTheme } from "./state/preferences.js";
import { loadLanguage } from "./strings/translate.js";
import { html, render } from "./ui/html.js";

applyTheme();
await loadLanguage();
const root = /** @type {HTMLElement} */ (document.getElementById("app"));
root.textContent = "";
render(html`<${App} />`, root);
listenToBrowser();
listenForShortcuts();
