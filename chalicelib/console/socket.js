// @ts-check
// One WebSocket that is always there, or on its way back.
import { Refused, request } from "./api.js";

const REPLY_WITHIN = 10_000;
const OPEN_WITHIN = 15_000;
const HEARTBEAT = 4 * 60_000;
/** API Gateway ends a connection after two hours: better at a moment of our choosing. */
const LIFE = 110 * 60_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/** @typedef {{opened: () => void, event: (event: any) => void, lost: (retryAt: number) => void, refused: () => void}} Listener */

/** @param {Listener} listener */
export function connection(listener) {
  /** @type {WebSocket | null} */
  let socket = null;
  /** @type {Map<string, {resolve: (result: any) => void, reject: (why: Error) => void, timer: any}>} */
  const waiting = new Map();
  let isStopped = false;
  let isOpening = false;
  let attempts = 0;
  let counter = 0;
  /** @type {any[]} */
  let timers = [];

  /** The one before it, if there is one, serves until the new one stands. */
  async function open() {
    if (isStopped || isOpening) return;
    isOpening = true;
    try {
      const { ticket, url } = await request("POST", "/socket/ticket", {});
      const fresh = await standing(url, ticket);
      if (isStopped) return fresh.close(1000);
      take(fresh);
    } catch (error) {
      if (error instanceof Refused && error.status === 401) return listener.refused();
      later();
    } finally {
      isOpening = false;
    }
  }

  /** @param {WebSocket} fresh */
  function take(fresh) {
    const former = socket;
    socket = fresh;
    fresh.onmessage = ({ data }) => heard(JSON.parse(data));
    fresh.onclose = () => socket === fresh && cut();
    former?.close(1000);
    clear();
    timers = [setTimeout(open, LIFE), setInterval(beat, HEARTBEAT)];
    listener.opened();
  }

  /** @param {any} frame */
  function heard(frame) {
    if ("event" in frame) return listener.event(frame);
    const call = waiting.get(frame.reply_to);
    if (!call) return;
    waiting.delete(frame.reply_to);
    clearTimeout(call.timer);
    if (!frame.ok) return call.reject(new Refused(frame.error.status, frame.error));
    attempts = 0;
    call.resolve(frame.result);
  }

  /** A connection that does not answer is none, though nobody has said so. */
  const beat = () => send("ping").catch((error) => error.status || cut());

  function cut() {
    const former = socket;
    socket = null;
    former?.close();
    abandon();
    if (!isStopped) later();
  }

  /** The wait grows, and is never the same for two: all come back after an outage. */
  function later() {
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempts++);
    const pause = longest / 2 + (Math.random() * longest) / 2;
    if (socket) return void timers.push(setTimeout(open, pause));
    clear();
    timers = [setTimeout(open, pause)];
    listener.lost(Date.now() + pause);
  }

  function clear() {
    timers.forEach(clearTimeout);
    timers = [];
  }

  function abandon() {
    for (const call of waiting.values()) {
      clearTimeout(call.timer);
      call.reject(new Refused(0, { detail: "" }));
    }
    waiting.clear();
  }

  /** Raises Refused; status 0 where no reply has come.
   * @param {string} action @param {object} [fields] @returns {Promise<any>} */
  function send(action, fields = {}) {
    return new Promise((resolve, reject) => {
      if (!socket || socket.readyState !== WebSocket.OPEN) return reject(new Refused(0, { detail: "" }));
      const id = String(++counter);
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new Refused(0, { detail: "" }));
      }, REPLY_WITHIN);
      waiting.set(id, { resolve, reject, timer });
      socket.send(JSON.stringify({ id, action, ...fields }));
    });
  }

  return {
    open,
    send,
    cut,
    now() {
      if (socket) return;
      clear();
      attempts = 0;
      open();
    },
    stop() {
      isStopped = true;
      clear();
      abandon();
      socket?.close(1000);
    },
  };
}

/** A socket that stands. Raises Refused. @param {string} url @param {string} ticket @returns {Promise<WebSocket>} */
function standing(url, ticket) {
  return new Promise((resolve, reject) => {
    const fresh = new WebSocket(url, ["baton.v1", ticket]);
    const timer = setTimeout(() => fresh.close(), OPEN_WITHIN);
    fresh.onopen = () => {
      clearTimeout(timer);
      resolve(fresh);
    };
    fresh.onclose = () => {
      clearTimeout(timer);
      reject(new Refused(0, { detail: "" }));
    };
  });
}
