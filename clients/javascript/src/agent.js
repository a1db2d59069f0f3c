/** What a desk, for example in Slack or in a CRM, does for an agent. */

import { pathOf } from "./turn.js";
import { newId } from "./webcrypto.js";

const PERSON = /^[\x21-\x7e]+$/;

/**
 * Acts as one person. The key has the scope `agents`, and the person serves the bot.
 *
 * Each call throws BatonError. `AlreadyClaimed`, `AtCapacity` and `IllegalMove` say in `message`
 * what to tell the person; `InvalidRequest` means that nobody with this name serves the bot.
 */
export class Agent {
  #send;

  /** @param {string} person @param {import("./exchange.js").Send} send */
  constructor(person, send) {
    if (!PERSON.test(person)) {
      throw new TypeError(`${person} is not the id or the e-mail address of a person.`);
    }
    this.person = person;
    this.#send = send;
  }

  /**
   * Makes the person the owner. Returns the conversation.
   *
   * @param {string} conversationId @returns {Promise<Record<string, any>>}
   */
  async claim(conversationId) {
    return this.call("POST", `${pathOf(conversationId)}/claim`, {});
  }

  /**
   * Writes to the user as the person. The same `messageId` is stored once.
   *
   * @param {string} conversationId @param {string} text
   * @param {{messageId?: string | number}} [more]
   * @returns {Promise<Record<string, any>>}
   */
  async say(conversationId, text, more = {}) {
    const messageId = String(more.messageId ?? (await newId("agent")));
    return this.call("POST", `${pathOf(conversationId)}/messages`, { text, message_id: messageId });
  }

  /**
   * Ends the handoff, so the bot goes on. Returns the conversation.
   *
   * @param {string} conversationId @param {{outcome?: string, note?: string}} [more]
   * @returns {Promise<Record<string, any>>}
   */
  async unpause(conversationId, more = {}) {
    return this.call("POST", `${pathOf(conversationId)}/unpause`, more);
  }

  /**
   * Any other call that an agent may make. `path` is below the bot's address.
   *
   * @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>}
   */
  async call(method, path, body) {
    /** @type {Record<string, string>} */
    const headers = { "baton-on-behalf-of": this.person };
    if (method === "POST") headers["idempotency-key"] = await newId("call");
    return (await this.#send(method, path, body, headers)).json;
  }
}
