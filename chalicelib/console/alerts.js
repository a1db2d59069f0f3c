// @ts-check
// Getting an agent's attention, only where they have asked for it and are looking elsewhere.
import { preferences } from "./preferences.js";
import { open } from "./reading.js";
import { state } from "./store.js";
import { t } from "./strings.js";

/** @typedef {import("./types.js").Head} Head */

/** @param {Head} head @param {string | null} text */
export function alertFor(head, text) {
  const isOpen = !document.hidden && state.value.selected === head.id;
  const concerns = head.status === "waiting" || head.owner === state.value.me?.id;
  if (isOpen || !concerns) return;
  if (preferences.sound) chime();
  if (preferences.desktop && document.hidden && Notification.permission === "granted") notify(head, text);
}

/** One for each conversation: a newer one replaces it. @param {Head} head @param {string | null} text */
function notify(head, text) {
  const body = text ? text.slice(0, 120) : t("somebody_waits");
  const shown = new Notification(head.user_name ?? head.user, { body, tag: head.id, icon: "icon.svg" });
  shown.onclick = () => {
    focus();
    open(head.id);
    shown.close();
  };
}

/** Asked on a click, never on load. */
export async function allowDesktop() {
  return "Notification" in window && (await Notification.requestPermission()) === "granted";
}

export function chime() {
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
