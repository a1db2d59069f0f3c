/** The client of one bot. */

import { Agent } from "./agent.js";
import { Forbidden, InvalidRequest } from "./errors.js";
import { formPoster, sender } from "./exchange.js";
import { factsOf, uploader, withoutFile } from "./files.js";
import { WebhookInbox } from "./inbox.js";
import { fetchHandler, nodeHandler } from "./servers.js";
import { WebhookVerifier } from "./signatures.js";
import { Transcript } from "./transcript.js";
import { isRepeatedByAnother, pathOf, Turn } from "./turn.js";
import { newId } from "./webcrypto.js";

/**
 * @typedef {object} BatonOptions
 * @property {number} [timeout] Milliseconds for each attempt; 5,000 by default.
 * @property {Partial<import("./exchange.js").RetryPolicy>} [retries]
 * @property {typeof globalThis.fetch} [fetch]
 *
 * @typedef {string | number | {id: string | number, name?: string, attributes?: object}} User
 *
 * @typedef {import("./turn.js").Content & {messageId?: string | number,
 *   thread?: string | number}} Heard
 *
 * @typedef {object} Availability
 * @property {number} online
 * @property {number} free
 * @property {boolean} open_now
 * @property {number} waiting
 * @property {number | null} median_wait_s
 * @property {boolean} served False if nobody ever could take a conversation.
 */

/** Entries of one call; Baton allows no more. */
const PAGE = 100;

export class Baton {
  #send;
  #upload;
  #inbox;

  /**
   * @param {string} url The bot's address, which ends with `/api/v1/bots/` and the bot's id.
   * @param {string} key
   * @param {string | string[]} [webhookSecret] During a rotation, both secrets.
   * @param {BatonOptions} [options]
   */
  constructor(url, key, webhookSecret, options = {}) {
    const { timeout = 5_000, retries = {}, fetch = globalThis.fetch } = options;
    this.#send = sender(url, key, timeout, retries, fetch);
    this.#upload = uploader(this.#send, formPoster(timeout, retries, fetch));
    this.#inbox = new WebhookInbox(webhookSecret ? new WebhookVerifier(webhookSecret) : null);
  }

  /**
   * Records a message of the user and returns who answers it.
   *
   * Give the channel's `messageId`: then a message that is delivered twice is stored once. If
   * Baton does not take the `file`, its name is recorded without it, and `warnings` says why.
   * Throws BatonError; BatonUnavailable if the bot cannot know whether it may speak.
   *
   * @param {string} channel @param {User} user @param {Heard} content
   */
  async heard(channel, user, content) {
    const { messageId = await newId("heard"), thread, ...rest } = content;
    const profile = typeof user === "object" ? user : { id: user };
    const id = String(profile.id);
    const threadId = thread === undefined ? undefined : String(thread);
    const place = { channel, user: id, thread: threadId };
    const { content: said, refused } = await this.#withoutFile(place, rest);
    const answer = await this.#send("POST", "/messages", {
      channel,
      user: { ...profile, id },
      thread: threadId,
      message_id: String(messageId),
      from: "user",
      ...said,
    });
    const { conversation_id: conversationId, disposition, epoch, seq } = answer.json;
    const warnings = [...(answer.json.warnings ?? []), ...refused];
    const seed = `${conversationId} ${messageId}`;
    const repeated = isRepeatedByAnother(answer);
    const wasHandedOver =
      repeated && disposition === "bot" && (await this.#wasHandedOver(conversationId, seq));
    const facts = { repeated, warnings, seq, wasHandedOver };
    const state = { conversationId, status: disposition, epoch, seed, ...facts };
    return new Turn(state, this.#send, this.#upload);
  }

  /**
   * False if the key has no scope to read it.
   *
   * @param {string} conversationId @param {number} seq
   */
  async #wasHandedOver(conversationId, seq) {
    const query = new URLSearchParams({ kind: "requested", after: String(seq), limit: "1" });
    try {
      const { json } = await this.#send("GET", `${pathOf(conversationId)}/entries?${query}`);
      return json.items.length > 0;
    } catch (error) {
      if (error instanceof Forbidden) return false;
      throw error;
    }
  }

  /** @param {import("./files.js").Place} place @param {import("./turn.js").Content} content */
  async #withoutFile(place, content) {
    const { file, ...rest } = content;
    try {
      return { content: await withoutFile(this.#upload, place, content), refused: [] };
    } catch (error) {
      if (!file || !(error instanceof InvalidRequest)) throw error;
      const refused = [{ code: "file_refused", field: "file", detail: error.message }];
      const payload = { ...rest.payload, ...factsOf(file) };
      return { content: { ...rest, type: "file", payload }, refused };
    }
  }

  /**
   * A turn that no message of the user has begun, for example to greet after a return.
   *
   * With the same `key`, for example the webhook's id, the same reply is recorded once.
   *
   * @param {string} conversationId @param {{key?: string}} [more]
   */
  async turn(conversationId, more = {}) {
    const { json } = await this.#send("GET", `${pathOf(conversationId)}/gate`);
    const seed = `${conversationId} ${more.key ?? (await newId("turn"))}`;
    const state = { conversationId, status: json.disposition, epoch: json.epoch, seed };
    return new Turn(state, this.#send, this.#upload);
  }

  /**
   * Uploads a file for a conversation or an address. Returns the `upload_id` for a payload.
   *
   * Most bots do not need it: `heard` and `say` take the `file`.
   *
   * @param {import("./files.js").File} file
   * @param {{conversationId: string} | {channel: string, user: string | number,
   *   thread?: string | number}} place
   */
  async upload(file, place) {
    if ("conversationId" in place) {
      return this.#upload(file, { conversation_id: place.conversationId });
    }
    const { channel, user, thread } = place;
    const threadId = thread === undefined ? undefined : String(thread);
    return this.#upload(file, { channel, user: String(user), thread: threadId });
  }

  /**
   * All entries after this number, or only this many of the `latest` ones.
   *
   * @param {string} conversationId @param {{after?: number, latest?: number}} [which]
   */
  async transcript(conversationId, { after = 0, latest } = {}) {
    /** @type {Record<string, any>[]} */
    let entries = [];
    /** @type {Record<string, number>} */
    let query = latest === undefined ? { after, limit: PAGE } : { limit: Math.min(latest, PAGE) };
    for (;;) {
      const search = new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)]));
      const { json } = await this.#send("GET", `${pathOf(conversationId)}/entries?${search}`);
      entries = latest === undefined ? [...entries, ...json.items] : [...json.items, ...entries];
      if (!json.more || entries.length === latest) return new Transcript(conversationId, entries);
      query =
        latest === undefined
          ? { after: entries[entries.length - 1].seq, limit: PAGE }
          : { before: entries[0].seq, limit: Math.min(latest - entries.length, PAGE) };
    }
  }

  /**
   * Who could take a conversation now, to ask before `handOver`.
   *
   * @param {string} [queue] @returns {Promise<Availability>}
   */
  async availability(queue) {
    const query = queue === undefined ? "" : `?${new URLSearchParams({ queue })}`;
    return (await this.#send("GET", `/availability${query}`)).json;
  }

  /**
   * Ends the handoff. Returns the conversation.
   *
   * @param {string} conversationId
   * @param {{outcome?: string, note?: string, resumeAt?: string, variables?: object,
   *   epoch?: number}} [more]
   * @returns {Promise<Record<string, any>>}
   */
  async unpause(conversationId, more = {}) {
    const { resumeAt, ...rest } = more;
    const headers = { "idempotency-key": await newId("unpause") };
    const body = { ...rest, resume_at: resumeAt };
    return (await this.#send("POST", `${pathOf(conversationId)}/unpause`, body, headers)).json;
  }

  /**
   * Stores how the user rates a handoff that has ended: 1 to 5, 5 is the best.
   *
   * Ask the user after `conversation.returned`, whose `entry.payload` has the `handoff_id`. A later
   * rating replaces an earlier one.
   *
   * @param {string} handoffId @param {number} score @param {string} [comment]
   */
  async rate(handoffId, score, comment) {
    const headers = { "idempotency-key": await newId("rating") };
    const path = `/handoffs/${encodeURIComponent(handoffId)}/rating`;
    await this.#send("POST", path, { score, comment }, headers);
  }

  /**
   * For a desk: makes calls as this person, named by id or e-mail address.
   *
   * The key needs the scope `agents`. Throws TypeError if the name cannot be one.
   *
   * @param {string} person
   */
  onBehalfOf(person) {
    return new Agent(person, this.#send);
  }

  /**
   * Any other call, with the same retries and errors. `path` is below the bot's address.
   *
   * @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>}
   */
  async call(method, path, body) {
    /** @type {Record<string, string>} */
    const headers = method === "POST" ? { "idempotency-key": await newId("call") } : {};
    return (await this.#send(method, path, body, headers)).json;
  }

  /**
   * Registers a handler of a webhook event. If it throws, Baton delivers the event again.
   *
   * @param {string | string[]} types @param {import("./inbox.js").WebhookHandler} handler
   */
  on(types, handler) {
    for (const type of typeof types === "string" ? [types] : types) this.#inbox.add(type, handler);
    return this;
  }

  /**
   * For a server of your own. Throws WebhookRefused unless the webhook is Baton's.
   *
   * @param {Record<string, string | string[] | undefined> | Headers} headers
   * @param {string | Uint8Array} body
   */
  async verify(headers, body) {
    return this.#inbox.verify(headers, body);
  }

  /**
   * Verifies a webhook, runs its handlers and returns the status to answer with.
   *
   * @param {Record<string, string | string[] | undefined> | Headers} headers
   * @param {string | Uint8Array} body
   */
  async receive(headers, body) {
    return this.#inbox.receive(headers, body);
  }

  /**
   * Receives the events over a WebSocket, and runs the same handlers as the webhook.
   *
   * It needs no public address. It ends with `signal`, connects again whenever the connection is
   * lost, and reads what was missed. A handler that fails runs again. Throws BatonError if the key
   * may not listen.
   *
   * @param {import("./listening.js").ListenOptions} [options]
   */
  async listen(options = {}) {
    const { Listener } = await import("./listening.js");
    return new Listener(this.#send, this.#inbox, options).run();
  }

  /** The webhook's address for node:http and for frameworks on it, such as Express. */
  node() {
    return nodeHandler((headers, body) => this.receive(headers, body));
  }

  /** The webhook's address for servers that speak `fetch`: Deno, Bun, Workers, Next.js, Hono. */
  fetch() {
    return fetchHandler((headers, body) => this.receive(headers, body));
  }
}
