// @ts-check
// Web push in this browser: alerts while no console is open. The subscription belongs to the session, so each sign-in
// of the same person renews it.
import { request } from "../connection/api.js";
import { preferences, setPreferences } from "../state/preferences.js";
import { state } from "../state/store.js";

const PATH = "/auth/push-subscription";
const WORKER = "service_worker.js";

/** Browsers with Trusted Types take no plain text as the address of a script. This policy knows one address.
 * @type {any} */
const policy = /** @type {any} */ (window).trustedTypes?.createPolicy("service-worker", { createScriptURL: () => WORKER });

/** @returns {"" | "push_unsupported" | "push_ios" | "push_denied"} the text that says why this browser cannot, if it cannot */
export function pushObstacle() {
  const isAble = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (!isAble) return /iPhone|iPad|Macintosh.*Mobile/.test(navigator.userAgent) || isTouchMac() ? "push_ios" : "push_unsupported";
  return Notification.permission === "denied" ? "push_denied" : "";
}

/** An iPad says that it is a Mac. */
const isTouchMac = () => /Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1;

export const isPushOn = () => !!state.value.me && preferences.push === state.value.me.id;

/** Asks for the permission, so call it on a click. Answers whether web push is on now. Raises ApiError, and DOMException
 * if the browser cannot reach its push service. @param {boolean} waiting */
export async function switchPushOn(waiting) {
  if ((await Notification.requestPermission()) !== "granted") return false;
  await subscribe(waiting);
  setPreferences({ push: state.value.me?.id ?? "", pushWaiting: waiting });
  return true;
}

/** Raises ApiError. */
export async function switchPushOff() {
  setPreferences({ push: "" });
  await request("DELETE", PATH);
  await unsubscribe();
}

/** After a sign-in, or if the push service has replaced the subscription. On a device that somebody else used before, it
 * ends their subscription: their alerts are not for the eyes of this person. */
export async function renewPush() {
  if (isPushOn() && !pushObstacle()) return subscribe(preferences.pushWaiting);
  setPreferences({ push: "" });
  await unsubscribe();
}

/** @param {boolean} waiting */
async function subscribe(waiting) {
  const { public_key: key } = await request("GET", PATH);
  await navigator.serviceWorker.register(policy?.createScriptURL("") ?? WORKER, { updateViaCache: "none" });
  const { pushManager } = await navigator.serviceWorker.ready;
  const known = await pushManager.getSubscription();
  const isOurs = known && base64url(known.options.applicationServerKey) === key;
  if (known && !isOurs) await known.unsubscribe();
  const subscription = isOurs ? known : await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = subscription.toJSON();
  await request("PUT", PATH, { endpoint, keys, waiting, language: document.documentElement.lang });
}

async function unsubscribe() {
  const registration = await navigator.serviceWorker?.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

/** @param {ArrayBuffer | null} bytes */
const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes ?? []))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
