// @ts-check
// How an agent is told what asks them: in words, with a sound, and with a desktop notification.
import { openConversation } from "../conversations/queries.js";
import { alertReason } from "../state/alerts.js";
import { preferences } from "../state/preferences.js";
import { announce, showArrival, state } from "../state/store.js";
import { t } from "../strings/translate.js";

/** @typedef {import("../state/types.js").Head} Head */

/** Alerts the agent to what asks them: see `alertReason`. Not to what they are looking at, unless it was given to them.
 * @param {Head | undefined} before @param {Head} head @param {import("../state/types.js").Entry} [entry] */
export function alertAgent(before, head, entry) {
  const { me, selected, status } = state.value;
  const reason = alertReason(me?.id, before, head, entry);
  const isGiven = reason === "offered" || reason === "assigned";
  const isOpen = !document.hidden && selected === head.id;
  if (!reason || (isOpen && !isGiven) || (reason === "waiting" && status !== "online")) return;
  const user = head.user_name ?? head.user;
  const text = t(`alert_${reason}`, { user });
  if (isGiven) showArrival(text, "info", isOpen ? undefined : head.id);
  else announce(text);
  if (preferences.sound === "all" || (preferences.sound === "mine" && reason !== "waiting")) playChime();
  if (preferences.desktop && document.hidden) notify(head, user, reason === "message" ? entry?.text?.slice(0, 120) : text);
}

/** A new notification replaces the earlier one of the same conversation. @param {Head} head @param {string} user @param {string} [body] */
function notify(head, user, body) {
  const notification = showNotification(user, { body, tag: head.id, renotify: true });
  if (notification) notification.onclick = () => {
    focus();
    openConversation(head.id);
    notification.close();
  };
}

/** Answers null if the browser does not show it. Chrome on Android allows notifications and then throws, because
 * they need a service worker there. @param {string} title @param {NotificationOptions & {renotify?: boolean}} options */
function showNotification(title, options) {
  try {
    return Notification.permission === "granted" ? new Notification(title, { icon: "icon.svg", ...options }) : null;
  } catch {
    return null;
  }
}

/** Shows a first notification, and answers whether the browser did. Call it on a click: browsers refuse the
 * question on load. @param {string} title */
export async function requestDesktopPermission(title) {
  if (!("Notification" in window)) return false;
  await Notification.requestPermission();
  return !!showNotification(title, { tag: "baton" });
}

export function playChime() {
  const audio = new AudioContext();
  [660, 880].forEach((frequency, at) => {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const start = audio.currentTime + at * 0.14;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.12, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.3);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.32);
  });
  setTimeout(() => audio.close(), 1000);
}
