// @ts-check
// Sounds and desktop notifications, for agents who have switched them on and are not looking at the conversation.
import { openConversation } from "../conversations/queries.js";
import { preferences } from "../state/preferences.js";
import { state } from "../state/store.js";
import { t } from "../strings/translate.js";

/** @typedef {import("../state/types.js").Head} Head */

/** Alerts only for conversations that wait or are the agent's. @param {Head} head @param {string | null} text the user's message */
export function alertAgent(head, text) {
  const isOpen = !document.hidden && state.value.selected === head.id;
  const isRelevant = head.status === "waiting" || head.owner === state.value.me?.id;
  if (isOpen || !isRelevant) return;
  if (preferences.sound) playChime();
  if (preferences.desktop && document.hidden) notify(head, text);
}

/** A new notification replaces the earlier one of the same conversation. @param {Head} head @param {string | null} text */
function notify(head, text) {
  const body = text ? text.slice(0, 120) : t("user_waiting");
  const notification = showNotification(head.user_name ?? head.user, { body, tag: head.id });
  if (notification) notification.onclick = () => {
    focus();
    openConversation(head.id);
    notification.close();
  };
}

/** Answers null if the browser does not show it. Chrome on Android allows notifications and then throws, because
 * they need a service worker there. @param {string} title @param {NotificationOptions} options */
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
