/** One message of the user, and what the bot may do about it. */

import {
  AlreadySaid, BatonError, IdempotencyMismatch, MessageIdMismatch, NoAgentAvailable, NotYourTurn,
  StaleEpoch,
} from "./errors.js";
import { withoutFile } from "./files.js";
import { newId, replyId } from "./webcrypto.js";

/**
 * @typedef {"bot" | "waiting" | "agent"} Status
 *
 * @typedef {object} Content
 * @property {string} [text]
 * @property {string} [type] `text` if it is left out.
 * @property {Record<string, any>} [payload]
 * @property {import("./files.js").File} [file] Makes the type and the payload.
 *
 * @typedef {object} HandOver
 * @property {string | Omit<Content, "file">} [say] The bot's last word.
 * @property {string} [summary]
 * @property {Record<string, any>} [context]
 * @property {string} [queue]
 * @property {number} [priority]
 * @property {string} [agent]
 * @property {string} [language]
 * @property {"queue" | "refuse" | "leave_message"} [ifUnavailable]
 *
 * @typedef {object} TurnState
 * @property {string} conversationId
 * @property {Status} status
 * @property {number} epoch
 * @property {string} seed Makes the ids of the replies, the same for each redelivery.
 * @property {boolean} [repeated]
 * @property {Record<string, any>[]} [warnings]
 * @property {number} [seq] The number of the user's message, if one has begun the turn.
 * @property {boolean} [wasHandedOver] A redelivered message's handoff may have ended meanwhile.
 */

export class Turn {
  /** @type {BatonError | null} */
  #refusal = null;
  #lost = false;
  #replies = 0;
  #send;
  #upload;
  #seed;
  #seq;

  /**
   * @param {TurnState} state @param {import("./exchange.js").Send} send
   * @param {import("./files.js").Upload} upload
   */
  constructor(state, send, upload) {
    this.conversationId = state.conversationId;
    /** As Baton last answered. */
    this.status = state.status;
    this.epoch = state.epoch;
    /** True if the channel has delivered this message before. */
    this.repeated = state.repeated ?? false;
    /** What Baton left out or changed in a request that succeeded. */
    this.warnings = state.warnings ?? [];
    this.#seed = state.seed;
    this.#seq = state.seq;
    this.#lost = state.wasHandedOver ?? false;
    if (this.#lost) {
      this.#refusal = new AlreadySaid("A person has been asked for since this message came first.");
    }
    this.#send = send;
    this.#upload = upload;
  }

  /** True if the bot may speak. Otherwise a person has the conversation or was asked for. */
  get isMine() {
    return this.status === "bot" && !this.#lost;
  }

  /** Why the last `say` or `handOver` returned false. */
  get refusal() {
    return this.#refusal;
  }

  /**
   * Records the bot's reply. Show it to the user if this returns true, and not otherwise.
   *
   * False: a person has the conversation, it changed hands meanwhile, or an earlier delivery of the
   * message was answered already; `refusal` says which. Throws BatonUnavailable.
   *
   * @param {string | Content} content
   * @returns {Promise<boolean>}
   */
  async say(content) {
    if (!this.isMine) return this.#refuse(this.#refusal ?? notMine());
    const given = typeof content === "string" ? { text: content } : content;
    const place = { conversation_id: this.conversationId };
    const said = await withoutFile(this.#upload, place, given);
    this.#replies += 1;
    const body = {
      from: "bot",
      message_id: await replyId(this.#seed, this.#replies),
      epoch: this.epoch,
      ...said,
    };
    let answer;
    try {
      answer = await this.#send("POST", `${pathOf(this.conversationId)}/messages`, body);
    } catch (error) {
      return this.#expect(error, NotYourTurn, StaleEpoch, MessageIdMismatch);
    }
    if (isRepeatedByAnother(answer)) {
      return this.#refuse(new AlreadySaid("An earlier delivery of this message was answered so."));
    }
    this.#refusal = null;
    return true;
  }

  /**
   * Asks for a person. If this returns true, show `say` to the user.
   *
   * False: nothing has changed. If the turn `isMine` still, nobody is available (only with
   * `ifUnavailable: "refuse"`) and the bot goes on. Throws BatonUnavailable.
   *
   * @param {string} [reason] @param {HandOver} [more]
   * @returns {Promise<boolean>}
   */
  async handOver(reason, more = {}) {
    if (!this.isMine) return this.#refuse(this.#refusal ?? notMine());
    const { ifUnavailable, ...rest } = more;
    const body = { reason, ...rest, if_unavailable: ifUnavailable, epoch: this.epoch };
    // A turn without a message has its key alone to tell a repetition by.
    const key = this.#seq ? newId("pause") : replyId(this.#seed, 0);
    const headers = { "idempotency-key": await key };
    let answer;
    try {
      answer = await this.#send("POST", `${pathOf(this.conversationId)}/pause`, body, headers);
    } catch (error) {
      if (error instanceof IdempotencyMismatch) {
        return this.#refuse(new AlreadySaid("An earlier turn with this key has handed over."));
      }
      return this.#expect(error, NoAgentAvailable, NotYourTurn, StaleEpoch);
    }
    this.status = answer.json.status;
    this.epoch = answer.json.epoch;
    this.warnings = answer.json.warnings ?? [];
    this.#refusal = null;
    if (this.warnings.some((warning) => warning.code === "say_ignored")) {
      return this.#refuse(new NotYourTurn("A person was asked for already, so nothing was said."));
    }
    return true;
  }

  /**
   * Asks whether the bot may still speak: the gate before slow or costly work.
   *
   * @returns {Promise<boolean>}
   */
  async stillMine() {
    if (!this.isMine) return false;
    const { json } = await this.#send("GET", `${pathOf(this.conversationId)}/gate`);
    this.status = json.disposition;
    if (json.epoch !== this.epoch) {
      this.#refuse(new StaleEpoch("The conversation changed hands.", { facts: json }));
    }
    return this.isMine;
  }

  /** @param {unknown} error @param {...typeof BatonError} kinds @returns {false} */
  #expect(error, ...kinds) {
    if (error instanceof BatonError && kinds.some((kind) => error instanceof kind)) {
      return this.#refuse(error);
    }
    throw error;
  }

  /** @param {BatonError} error @returns {false} */
  #refuse(error) {
    this.#refusal = error;
    this.#lost ||= error instanceof NotYourTurn || error instanceof StaleEpoch;
    if (error instanceof NotYourTurn && this.status === "bot") {
      this.status = error.facts.owner ? "agent" : "waiting";
    }
    return false;
  }
}

/** @param {string} conversationId */
export function pathOf(conversationId) {
  return `/conversations/${encodeURIComponent(conversationId)}`;
}

/**
 * False if the client's own repetition was recognised: its first attempt was stored.
 *
 * @param {import("./exchange.js").Answer} answer
 */
export function isRepeatedByAnother(answer) {
  return Boolean(answer.json.repeated) && answer.attempts === 1;
}

function notMine() {
  return new NotYourTurn("A person has the conversation or was asked for.");
}
