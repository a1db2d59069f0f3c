// @ts-check
// The socket of this session: one at a time, and what is asked over it.
import { Refused } from "./api.js";
import { connection } from "./socket.js";

/** @type {ReturnType<typeof connection> | null} */
let link = null;

/** @param {Parameters<typeof connection>[0]} listener */
export function join(listener) {
  link = connection(listener);
  link.open();
}

export function part() {
  link?.stop();
  link = null;
}

export const reconnect = () => link?.now();
export const cut = () => link?.cut();

/** Raises Refused; status 0 where no reply has come.
 * @param {string} action @param {object} [fields] @returns {Promise<any>} */
export const ask = (action, fields = {}) =>
  link ? link.send(action, fields) : Promise.reject(new Refused(0, { detail: "" }));
