// @ts-check
// Shows the alerts that come by web push while no console is open, and opens the conversation when one is clicked. It
// caches nothing and answers no request, so it never holds back a newer release.

/** The types of a page do not know those of a service worker. */
const worker = /** @type {any} */ (self);
/** In ms: within this time, a further alert of the same conversation makes no sound. */
const RECENT = 30_000;

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("push", (/** @type {any} */ event) => event.waitUntil(show(event.data.json())));
worker.addEventListener("notificationclick", (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.hash ?? ""));
});
// Only a page has the session's token. Without one, the next sign-in subscribes again.
worker.addEventListener("pushsubscriptionchange", (/** @type {any} */ event) => event.waitUntil(tellPages({ renew: true })));

/** Each push must show something, or the browser ends the subscription. What a hidden page has just shown stays as it is.
 * @param {{title: string, body: string, tag: string, lang: string, dir: string, hash: string}} alert */
async function show({ title, hash, ...options }) {
  const [shown] = await worker.registration.getNotifications({ tag: options.tag });
  const isRecent = shown?.data?.at > Date.now() - RECENT;
  const kept = isRecent && shown.data.byPage;
  if (kept) [title, options.body, options.lang, options.dir] = [shown.title, shown.body, shown.lang, shown.dir];
  const data = { hash, at: isRecent ? shown.data.at : Date.now(), byPage: kept };
  await worker.registration.showNotification(title, { ...options, icon: "icon.svg", data, renotify: !isRecent, silent: isRecent });
}

/** @param {string} hash the address of the conversation within the console */
async function open(hash) {
  const [page] = await pages();
  if (!page) return worker.clients.openWindow(`index.html${hash}`);
  page.postMessage({ hash });
  // Without a click of the user's own, browsers refuse the focus.
  await page.focus().catch(() => {});
}

/** @param {object} message */
async function tellPages(message) {
  for (const page of await pages()) page.postMessage(message);
}

/** The tabs with the console, the one that was used last first. */
const pages = () => worker.clients.matchAll({ type: "window", includeUncontrolled: true });
