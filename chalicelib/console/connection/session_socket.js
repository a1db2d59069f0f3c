// @ts-check
// The WebSocket of the signed-in session. There is at most one.
import { ApiError } from "./api.js";
import { createSocket } from "./socket.js";

/** @type {ReturnType<typeof createSocket> | null} */
let socket = null;

/** @param {Parameters<typeof createSocket>[0]} listener */
export function openSocket(listener) {
  socket = createSocket(listener);
  socket.open();
}

export function closeSocket() {
  socket?.close();
  socket = null;
}

export const reconnect = () => socket?.reconnect();
export const dropConnection = () => socket?.drop();

/** Resolves with the result in the reply. Raises ApiError; its status is 0 if no reply arrived.
 * @param {string} action @param {object} [fields] @returns {Promise<any>} */
export const sendAction = (action, fields = {}) =>
  socket ? socket.send(action, fields) : Promise.reject(new ApiError(0));
