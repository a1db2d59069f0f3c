/** Receives events over a WebSocket, for bots without a public address. */

import { BatonUnavailable } from "./errors.js";
import { errorOf } from "./exchange.js";
import { WebhookEvent } from "./signatures.js";

const PROTOCOL = "baton.v1";
/** Milliseconds between two pings, and how long the client waits for an answer. */
const [PING_EVERY, SILENCE] = [60_000, 30_000];
/** Milliseconds before the next connection: at random, up to a limit that doubles. */
const [FIRST_WAIT, LONGEST_WAIT] = [500, 30_000];
/** Milliseconds: Baton's lists lag a little. Events that come twice have the same id. */
const OVERLAP = 5 * 60_000;
/** The longest wait before the second, third … attempt of a handler that has failed. */
const RETRIES = [2_000, 10_000, 60_000, 300_000];
const LISTENABLE = [
  "agent.message", "handoff.requested", "handoff.claimed", "handoff.released",
  "handoff.transferred", "conversation.returned",
];

/** The connection is lost, and has to be opened again. */
class SocketClosed extends Error {}

/**
 * @typedef {object} ListenOptions
 * @property {Date} [since] Also read what happened after this time, before the process began.
 * @property {AbortSignal} [signal] Ends `listen`.
 * @property {typeof globalThis.WebSocket} [WebSocket] For Node before 22, the one of `ws`.
 */

export class Listener {
  #send;
  #inbox;
  #options;
  /** @type {number | undefined} */
  #first;
  /** @type {number | undefined} */
  #since;
  /** @type {Map<string, Promise<void>>} The last event of each conversation that has one. */
  #queues = new Map();
  /** @type {Set<string>} */
  #waiting = new Set();
  #isReady = false;

  /**
   * @param {import("./exchange.js").Send} send @param {import("./inbox.js").WebhookInbox} inbox
   * @param {ListenOptions} options
   */
  constructor(send, inbox, options) {
    this.#send = send;
    this.#inbox = inbox;
    this.#options = options;
    this.#first = this.#since = options.since?.getTime();
    const known = LISTENABLE.filter((type) => inbox.types.includes(type));
    this.types = known.length ? known : LISTENABLE;
  }

  /** Ends with the signal. Throws BatonError if the key may not listen. */
  async run() {
    let failures = 0;
    while (!this.#options.signal?.aborted) {
      try {
        await this.#connection();
      } catch (error) {
        if (this.#options.signal?.aborted) return;
        if (!(error instanceof SocketClosed || error instanceof BatonUnavailable)) throw error;
        failures = this.#isReady ? 1 : failures + 1;
        this.#isReady = false;
        console.warn(`The connection to Baton is lost, and opened again: ${error.message}`);
        const limit = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(failures, 10));
        await this.#wait(Math.random() * limit);
      }
    }
  }

  /** One connection. Always throws at its end. */
  async #connection() {
    const Socket = this.#options.WebSocket ?? globalThis.WebSocket;
    if (!Socket) throw new TypeError("Give `listen` a WebSocket: this runtime has none.");
    const { json: ticket } = await this.#send("POST", "/socket/ticket", {});
    const socket = new Socket(ticket.url, [PROTOCOL, ticket.ticket]);
    const frames = new Frames(socket, this.#options.signal, (frame) => this.#take(frame));
    try {
      await frames.opened();
      const at = Date.parse((await frames.ask("ping")).at);
      const isFirst = this.#since === undefined;
      if (this.#first === undefined) this.#first = this.#since = at - 1;
      // First the live events, then those that were missed: so none falls between.
      await frames.ask("listen", { events: this.types });
      if (!isFirst) await this.#catchUp();
      this.#since = at;
      this.#isReady = true;
      for (;;) {
        await frames.wait(PING_EVERY);
        this.#since = Date.parse((await frames.ask("ping")).at);
      }
    } finally {
      socket.close();
    }
  }

  /** @param {Record<string, any>} frame */
  async #take(frame) {
    if (frame.event === "bot_event") this.#add(frame.id, frame.body);
    if (frame.event === "resync") await this.#catchUp();
    if (frame.event === "session_ended") throw new SocketClosed("Baton has ended the connection.");
  }

  async #catchUp() {
    if (this.#since === undefined || this.#first === undefined) return;
    const after = new Date(Math.max(this.#since - OVERLAP, this.#first)).toISOString();
    const query = new URLSearchParams({ after, events: this.types.join(","), limit: "100" });
    for (;;) {
      const { json } = await this.#send("GET", `/deliveries?${query}`);
      for (const { id, body } of json.items) this.#add(id, body);
      if (json.next === null) return;
      query.set("cursor", json.next);
    }
  }

  /** Queues an event behind those of its conversation. @param {string} id @param {any} body */
  #add(id, body) {
    if (this.#waiting.has(id) || this.#inbox.wasHandled(id)) return;
    this.#waiting.add(id);
    const event = new WebhookEvent(id, body);
    const before = this.#queues.get(event.conversationId) ?? Promise.resolve();
    const run = before.then(() => this.#handle(event)).finally(() => {
      this.#waiting.delete(id);
      if (this.#queues.get(event.conversationId) === run) {
        this.#queues.delete(event.conversationId);
      }
    });
    this.#queues.set(event.conversationId, run);
  }

  /** @param {WebhookEvent} event */
  async #handle(event) {
    for (const longest of [...RETRIES, null]) {
      if (this.#options.signal?.aborted || (await this.#inbox.handle(event))) return;
      if (longest === null) console.error(`The event ${event.type} ${event.id} is given up.`);
      else await this.#wait(Math.random() * longest);
    }
  }

  /** @param {number} milliseconds @returns {Promise<void>} */
  #wait(milliseconds) {
    const { signal } = this.#options;
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      signal?.addEventListener("abort", end);
      if (signal?.aborted) end();
    });
  }
}

/** The frames of one WebSocket: replies to what was asked, and events for `take`. */
class Frames {
  #socket;
  /** @type {Map<string, (frame: any) => void>} */
  #replies = new Map();
  /** @type {(error: Error) => void} */
  #fail = () => {};
  #ended;

  /**
   * @param {WebSocket} socket @param {AbortSignal | undefined} signal
   * @param {(frame: Record<string, any>) => Promise<void>} take
   */
  constructor(socket, signal, take) {
    this.#socket = socket;
    this.#ended = new Promise((_, reject) => (this.#fail = reject));
    this.#ended.catch(() => {});
    const closed = () => this.#fail(new SocketClosed("The connection is closed."));
    socket.addEventListener("close", closed);
    socket.addEventListener("error", closed);
    signal?.addEventListener("abort", closed, { once: true });
    if (signal?.aborted) closed();
    socket.addEventListener("message", ({ data }) => {
      const frame = JSON.parse(String(data));
      const reply = this.#replies.get(frame.reply_to);
      if (reply) reply(frame);
      else take(frame).catch(this.#fail);
    });
  }

  opened() {
    return this.#within(SILENCE, (resolve) => this.#socket.addEventListener("open", resolve));
  }

  /**
   * The result in the reply to a frame.
   *
   * @param {string} action @param {object} [fields] @returns {Promise<any>}
   */
  async ask(action, fields = {}) {
    const frame = await this.#within(SILENCE, (resolve) => {
      this.#replies.set(action, resolve);
      this.#socket.send(JSON.stringify({ id: action, action, ...fields }));
    });
    this.#replies.delete(action);
    if (frame.ok) return frame.result;
    throw errorOf(frame.error.status, new Headers(), JSON.stringify(frame.error));
  }

  /** Waits, or throws as soon as the connection has ended. @param {number} milliseconds */
  async wait(milliseconds) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const passed = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)));
    await Promise.race([passed, this.#ended]).finally(() => clearTimeout(timer));
  }

  /**
   * @param {number} milliseconds @param {(resolve: (value: any) => void) => void} begin
   * @returns {Promise<any>}
   */
  #within(milliseconds, begin) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new SocketClosed("Baton does not answer.")), milliseconds);
    });
    const done = new Promise(begin);
    return Promise.race([done, late, this.#ended]).finally(() => clearTimeout(timer));
  }
}
