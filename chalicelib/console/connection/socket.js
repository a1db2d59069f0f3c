// @ts-check
// The WebSocket of the session. It reconnects by itself.
import { serverNow, setServerTime } from "../state/clock.js";
import { parseJson } from "../state/exact_json.js";
import { ApiError, request } from "./api.js";

const REPLY_TIMEOUT = 10_000;
const OPEN_TIMEOUT = 15_000;
const HEARTBEAT = 4 * 60_000;
/** API Gateway closes a connection after two hours. Replace it earlier, so that no message is lost. */
const MAX_AGE = 110 * 60_000;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
/** The browsers of one office notice at the same moment that the network is back. */
const NETWORK_BACK_DELAY = 2000;

/** @typedef {{opened: () => void, status: (status: string) => void, event: (event: any) => void, lost: (retryAt: number) => void, unauthorized: () => void}} Listener */

/** @param {Listener} listener */
function createSocket(listener) {
  /** @type {WebSocket | null} */
  let socket = null;
  /** Actions that wait for their reply, by id. @type {Map<string, {resolve: (result: any) => void, reject: (error: Error) => void, timer: any}>} */
  const pending = new Map();
  let isClosed = false;
  let isOpening = false;
  let attempts = 0;
  let lastId = 0;
  /** @type {any[]} */
  let timers = [];

  /** The current connection, if there is one, stays in use until the new one is open. */
  async function open() {
    if (isClosed || isOpening) return;
    isOpening = true;
    try {
      const { ticket, url } = await request("POST", "/socket/ticket", {});
      const opened = await connect(url, ticket);
      if (isClosed) return opened.close(1000);
      use(opened);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return listener.unauthorized();
      scheduleRetry();
    } finally {
      isOpening = false;
    }
  }

  /** @param {WebSocket} opened */
  function use(opened) {
    const previous = socket;
    socket = opened;
    opened.onmessage = ({ data }) => receive(parseJson(data));
    opened.onclose = () => socket === opened && drop();
    previous?.close(1000);
    clearTimers();
    timers = [setTimeout(open, MAX_AGE), setInterval(ping, HEARTBEAT)];
    ping();
    listener.opened();
  }

  /** @param {any} frame an event, or the reply to an action */
  function receive(frame) {
    if ("event" in frame) return listener.event(frame);
    const action = pending.get(frame.reply_to);
    if (!action) return;
    pending.delete(frame.reply_to);
    clearTimeout(action.timer);
    if (!frame.ok) {
      action.reject(new ApiError(frame.error.status, frame.error));
      // The session has ended, or the server does not know the connection: a new one shows which.
      return frame.error.status === 401 && drop();
    }
    attempts = 0;
    action.resolve(frame.result);
  }

  /** Asks for the server's time, and says whether the page is hidden: then web push alerts the agent. A connection can be dead without a close event: if a ping gets no reply, drop it. */
  async function ping() {
    const [pinged, askedAt] = [socket, Date.now()];
    try {
      const { at, status } = await send("ping", { hidden: document.hidden });
      setServerTime(at, askedAt);
      listener.status(status);
    } catch (error) {
      if (!(/** @type {ApiError} */ (error).status) && socket === pinged) drop();
    }
  }

  function drop() {
    const previous = socket;
    socket = null;
    previous?.close();
    rejectPending();
    if (!isClosed) scheduleRetry();
  }

  /** The delay doubles with each attempt. Half of it is random, so that not all consoles reconnect at once after an outage. */
  function scheduleRetry() {
    const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempts++);
    const delay = longest / 2 + (Math.random() * longest) / 2;
    if (socket) return void timers.push(setTimeout(open, delay));
    openAfter(delay);
  }

  /** @param {number} delay */
  function openAfter(delay) {
    clearTimers();
    timers = [setTimeout(open, delay)];
    listener.lost(serverNow() + delay);
  }

  function clearTimers() {
    timers.forEach(clearTimeout);
    timers = [];
  }

  function rejectPending() {
    for (const action of pending.values()) {
      clearTimeout(action.timer);
      action.reject(new ApiError(0));
    }
    pending.clear();
  }

  /** Resolves with the result in the reply. Raises ApiError; its status is 0 if no reply arrived.
   * @param {string} action @param {object} [fields] @returns {Promise<any>} */
  function send(action, fields = {}) {
    return new Promise((resolve, reject) => {
      if (!socket || socket.readyState !== WebSocket.OPEN) return reject(new ApiError(0));
      const id = String(++lastId);
      const timer = setTimeout(() => {
        pending.delete(id);
        reject(new ApiError(0));
      }, REPLY_TIMEOUT);
      pending.set(id, { resolve, reject, timer });
      socket.send(JSON.stringify({ id, action, ...fields }));
    });
  }

  return {
    open,
    send,
    ping,
    drop,
    /** Tries at once instead of waiting for the next attempt. */
    reconnect() {
      if (socket) return;
      clearTimers();
      attempts = 0;
      open();
    },
    networkIsBack() {
      if (socket || isClosed) return;
      attempts = 0;
      openAfter(Math.random() * NETWORK_BACK_DELAY);
    },
    /** Closes for good. */
    close() {
      isClosed = true;
      clearTimers();
      rejectPending();
      socket?.close(1000);
    },
  };
}

/** Resolves when the connection is open. Raises ApiError. @param {string} url @param {string} ticket @returns {Promise<WebSocket>} */
function connect(url, ticket) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, ["baton.v1", ticket]);
    const timer = setTimeout(() => socket.close(), OPEN_TIMEOUT);
    socket.onopen = () => {
      clearTimeout(timer);
      resolve(socket);
    };
    socket.onclose = () => {
      clearTimeout(timer);
      reject(new ApiError(0));
    };
  });
}

/** The WebSocket of the signed-in session. @type {ReturnType<typeof createSocket> | null} */
let sessionSocket = null;

/** @param {Parameters<typeof createSocket>[0]} listener */
export function openSocket(listener) {
  sessionSocket = createSocket(listener);
  sessionSocket.open();
}

export function closeSocket() {
  sessionSocket?.close();
  sessionSocket = null;
}

export const reconnect = () => sessionSocket?.reconnect();
/** A connection brings the events of the bots that existed when it was opened. */
export const renewConnection = () => sessionSocket?.open();
export const networkIsBack = () => sessionSocket?.networkIsBack();
export const tellVisibility = () => sessionSocket?.ping();
export const dropConnection = () => sessionSocket?.drop();

/** Resolves with the result in the reply. Raises ApiError; its status is 0 if no reply arrived.
 * @param {string} action @param {object} [fields] @returns {Promise<any>} */
export const sendAction = (action, fields = {}) =>
  sessionSocket ? sessionSocket.send(action, fields) : Promise.reject(new ApiError(0));
