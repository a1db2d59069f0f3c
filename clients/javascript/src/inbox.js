/** What happens with a webhook before and after the bot's own handlers. */

import { WebhookRefused } from "./errors.js";
import { WebhookVerifier } from "./signatures.js";

/**
 * @typedef {import("./signatures.js").WebhookEvent} WebhookEvent
 * @typedef {(event: WebhookEvent) => unknown} WebhookHandler
 */

/** HTTP statuses. Baton repeats an event after each of them but the first. */
const [HANDLED, REFUSED, RUNNING, FAILED] = [204, 401, 503, 500];
const MAX_REMEMBERED = 10_000;
const EVENT_TYPES = new Set([
  "agent.message", "bot.message", "user.message", "typing", "webhook.test", "note.added",
  "handoff.requested", "handoff.claimed", "handoff.released", "handoff.transferred",
  "conversation.returned", "conversation.erased", "conversation.rated", "tags.changed",
]);

/** Verifies events, and passes over those that this process has handled before. */
export class WebhookInbox {
  /** @type {Map<string, WebhookHandler[]>} */
  #handlers = new Map();
  /** @type {Set<string>} */
  #handled = new Set();
  /** @type {Set<string>} */
  #running = new Set();
  #verifier;

  /** @param {WebhookVerifier | null} verifier */
  constructor(verifier) {
    this.#verifier = verifier;
  }

  /** @param {string} type @param {WebhookHandler} handler */
  add(type, handler) {
    if (!EVENT_TYPES.has(type)) console.warn(`Baton has no event ${JSON.stringify(type)}.`);
    this.#handlers.set(type, [...(this.#handlers.get(type) ?? []), handler]);
  }

  /**
   * @param {Record<string, string | string[] | undefined> | Headers} headers
   * @param {string | Uint8Array} body
   */
  async verify(headers, body) {
    if (!this.#verifier) throw new TypeError("Give the client its webhook secret.");
    return this.#verifier.verify(headers, body);
  }

  /**
   * The status to answer with, after the handlers have run.
   *
   * @param {Record<string, string | string[] | undefined> | Headers} headers
   * @param {string | Uint8Array} body
   */
  async receive(headers, body) {
    let event;
    try {
      event = await this.verify(headers, body);
    } catch (error) {
      if (!(error instanceof WebhookRefused)) throw error;
      console.warn(`A webhook was refused: ${error.message}`);
      return REFUSED;
    }
    if (this.#running.has(event.id)) return RUNNING;
    return (await this.handle(event)) ? HANDLED : FAILED;
  }

  /**
   * Runs the handlers, unless they have run or are running. False if one of them has failed.
   *
   * @param {WebhookEvent} event
   */
  async handle(event) {
    if (this.#handled.has(event.id) || this.#running.has(event.id)) return true;
    this.#running.add(event.id);
    try {
      for (const handler of this.#handlers.get(event.type) ?? []) await handler(event);
    } catch (error) {
      console.error(`The handler of ${event.type} ${event.id} failed.`, error);
      return false;
    } finally {
      this.#running.delete(event.id);
    }
    this.#remember(event.id);
    return true;
  }

  /** @param {string} id */
  wasHandled(id) {
    return this.#handled.has(id);
  }

  /** The types of events that have handlers. */
  get types() {
    return [...this.#handlers.keys()];
  }

  /** @param {string} id */
  #remember(id) {
    this.#handled.add(id);
    if (this.#handled.size > MAX_REMEMBERED) {
      const [oldest] = this.#handled;
      this.#handled.delete(oldest);
    }
  }
}
