// @ts-check
// Views that are no part of the first page.
import { loadLazyTexts } from "../strings/translate.js";
import { LAZY_SHEETS } from "./style_sheets.js";

/** They load together: a conversation that is opened needs all of them. */
const conversationViews = () => import("./conversation_views.js");

/** Views that are loaded when they are needed for the first time. @type {Record<string, () => Promise<(props?: any) => any>>} */
export const LAZY_VIEWS = {
  team: () => import("../team/team.js").then((module) => module.Team),
  report: () => import("../report/report.js").then((module) => module.Report),
  account: () => import("../account/account.js").then((module) => module.Account),
  thread: () => conversationViews().then((module) => module.Thread),
  files: () => import("../files/files.js").then((module) => module.Files),
  messages: () => conversationViews().then((module) => module.Messages),
  people: () => import("../people/people.js").then((module) => module.People),
  admin: () => import("../admin/admin.js").then((module) => module.Admin),
  offers: () => conversationViews().then((module) => module.Offers),
  search: () => import("../search/search.js").then((module) => module.Search),
  details: () => conversationViews().then((module) => module.Details),
  dialogs: () => conversationViews().then((module) => module.Dialogs),
};

/** What an agent needs next: an offer, and a conversation that is opened. */
const NEXT_VIEWS = ["thread", "offers", "messages", "details", "dialogs"];

/** The style sheets and texts of the lazy views. The views share them, so the first one loads all.
 * @type {Promise<unknown> | null} */
let shared = null;

/** @param {string} sheet */
const loadStyleSheet = (sheet) => new Promise((resolve, reject) => {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(`../${sheet}.css`, import.meta.url).href;
  link.onload = resolve;
  link.onerror = reject;
  document.head.append(link);
});

/** The components that are there, by name. @type {Record<string, any>} */
export const loadedViews = {};

/** The component, once its texts and styles are there. @param {string} name */
export async function loadView(name) {
  shared ??= Promise.all([loadLazyTexts(), ...LAZY_SHEETS.map(loadStyleSheet)]);
  shared.catch(() => (shared = null));
  const [View] = await Promise.all([LAZY_VIEWS[name](), shared]);
  return (loadedViews[name] = View);
}

/** Loads them before they are needed. If that fails, each is loaded again when it is needed. */
export const preloadNextViews = () => NEXT_VIEWS.forEach((name) => loadView(name).catch(() => {}));
