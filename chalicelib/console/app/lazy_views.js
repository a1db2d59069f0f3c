// @ts-check
// Views that are no part of the first page.
import { loadLazyTexts } from "../strings/translate.js";

/** Views that are loaded when they are needed for the first time. @type {Record<string, () => Promise<(props?: any) => any>>} */
export const LAZY_VIEWS = {
  team: () => import("../team/team.js").then((module) => module.Team),
  report: () => import("../report/report.js").then((module) => module.Report),
  account: () => import("../account/account.js").then((module) => module.Account),
  messages: () => import("../messages/messages.js").then((module) => module.Messages),
  people: () => import("../people/people.js").then((module) => module.People),
  admin: () => import("../admin/admin.js").then((module) => module.Admin),
  details: () => import("../details/details.js").then((module) => module.Details),
  dialogs: () => import("../dialogs/dialogs.js").then((module) => module.Dialogs),
};

/** The style sheets and texts of the lazy views. The views share them, so the first one loads all.
 * @type {Promise<unknown> | null} */
let shared = null;

/** @param {string} name */
const loadStyleSheet = (name) => new Promise((resolve, reject) => {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(`../${name}/${name}.css`, import.meta.url).href;
  link.onload = resolve;
  link.onerror = reject;
  document.head.append(link);
});

/** The component, once its texts and styles are there. @param {string} name */
export async function loadView(name) {
  shared ??= Promise.all([loadLazyTexts(), ...Object.keys(LAZY_VIEWS).map(loadStyleSheet)]);
  shared.catch(() => (shared = null));
  const [View] = await Promise.all([LAZY_VIEWS[name](), shared]);
  return View;
}
