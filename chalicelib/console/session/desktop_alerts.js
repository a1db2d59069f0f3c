// @ts-check
// How an agent is told what asks them: in words, with a sound, and with a desktop notification.
import { openConversationById } from "../conversations/queries.js";
import { conversationHash } from "../conversations/router.js";
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
  if (isGiven) showArrival(text, "info", isOpen ? undefined : head);
  else announce(text);
  if (preferences.sound === "all" || (preferences.sound === "mine" && reason !== "waiting")) playChime();
  if (preferences.desktop && document.hidden) notify(head, user, reason === "message" ? entry?.text?.slice(0, 120) : text);
}

/** The text in the agent's language, or in that of whoever wrote it. @param {import("../state/types.js").Notification} notification */
export const notificationText = ({ kind, author, message }) => (kind in OF_PEOPLE ? t(OF_PEOPLE[kind], { agent: author?.name }) : message);

/** The texts of notifications that a colleague has caused, by kind. @type {Record<string, string>} */
const OF_PEOPLE = { mention: "mentioned_you", set_away: "set_you_away", set_offline: "set_you_offline" };

/** A mention is for this agent alone, so it sounds and shows like a message of their user.
 * @param {import("../state/types.js").Notification} notification */
export function alertNotification(notification) {
  const { bot, conversation_id: id, kind, level } = notification;
  const [text, isMention] = [notificationText(notification), kind === "mention"];
  showArrival(text, level === "info" ? "info" : "warn", isMention && id ? { bot, id } : undefined);
  if (isMention && preferences.sound !== "off") playChime();
  if (isMention && id && preferences.desktop && document.hidden) notify({ bot, id }, text);
}

/** A new notification replaces the earlier one of the same conversation, also one that came by web push.
 * @param {{bot: string, id: string}} head @param {string} title @param {string} [body] */
async function notify({ bot, id }, title, body) {
  const worker = preferences.push && (await navigator.serviceWorker?.getRegistration());
  if (worker) {
    const data = { hash: conversationHash({ bot, id }), at: Date.now(), byPage: true };
    const options = /** @type {NotificationOptions} */ ({ body, tag: id, renotify: true, icon: "icon.svg", data });
    return worker.showNotification(title, options).catch(() => {});
  }
  const notification = showNotification(title, { body, tag: id, renotify: true });
  if (notification) notification.onclick = () => {
    focus();
    openConversationById(bot, id);
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
