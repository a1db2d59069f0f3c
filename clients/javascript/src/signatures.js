/** Webhooks as https://www.standardwebhooks.com signs them, and what they say. */

import { WebhookRefused } from "./errors.js";
import { contentOf } from "./transcript.js";
import { webcrypto } from "./webcrypto.js";

/** Seconds that the time of a webhook may differ from this machine's. */
const TOLERANCE = 300;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** `id` is the same for each attempt to deliver one event. */
export class WebhookEvent {
  /**
   * @param {string} id
   * @param {{type: string, timestamp: string, data: Record<string, any>}} body
   */
  constructor(id, body) {
    this.id = id;
    this.type = body.type;
    this.timestamp = body.timestamp;
    this.data = body.data;
  }

  /** @returns {string} */
  get conversationId() {
    return this.data.conversation_id;
  }

  /** @returns {string} */
  get channel() {
    return this.data.channel;
  }

  /** The user's id on the channel. @returns {string} */
  get user() {
    return this.data.user;
  }

  /** @returns {string | null} */
  get thread() {
    return this.data.thread ?? null;
  }

  /** @returns {number} */
  get epoch() {
    return this.data.epoch;
  }

  /**
   * What the bot shows to the user: the agent's words, or Baton's text about the change. Null if
   * there is nothing to show.
   *
   * @returns {string | null}
   */
  get text() {
    const { entry } = this.data;
    return entry?.kind === "message" ? contentOf(entry) : (this.data.text ?? null);
  }
}

/** Accepts a signature of any of the secrets. During a rotation, give the old and the new one. */
export class WebhookVerifier {
  #keys;
  #clock;

  /** @param {string | string[]} secrets @param {() => number} [clock] In milliseconds. */
  constructor(secrets, clock = Date.now) {
    this.#keys = (typeof secrets === "string" ? [secrets] : secrets).map(keyOf);
    this.#clock = clock;
  }

  /**
   * Throws WebhookRefused. `body` must be what was received, not parsed and written again.
   *
   * @param {Record<string, string | string[] | undefined> | Headers} headers
   * @param {string | Uint8Array} body
   */
  async verify(headers, body) {
    const named = byName(headers);
    const [id, seconds, signatures] = ["id", "timestamp", "signature"].map((name) => {
      const value = named[`webhook-${name}`];
      if (!value) throw new WebhookRefused(`The header webhook-${name} is missing.`);
      return value;
    });
    this.#checkTime(seconds);
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    const start = new TextEncoder().encode(`${id}.${seconds}.`);
    const signed = new Uint8Array(start.length + bytes.length);
    signed.set(start);
    signed.set(bytes, start.length);
    const given = signatures.split(" ").filter((each) => each.startsWith("v1,"));
    const fits = await Promise.all(
      this.#keys.flatMap((key) => given.map((each) => isSignature(key, each.slice(3), signed))),
    );
    if (!fits.includes(true)) {
      throw new WebhookRefused("No signature fits a secret of this webhook.");
    }
    return eventOf(id, bytes);
  }

  /** @param {string} seconds */
  #checkTime(seconds) {
    if (!/^\d+$/.test(seconds)) {
      throw new WebhookRefused("webhook-timestamp is not a number of seconds.");
    }
    if (Math.abs(this.#clock() / 1000 - Number(seconds)) > TOLERANCE) {
      throw new WebhookRefused(
        `The webhook is more than ${TOLERANCE} s old or ahead: it may be a replay, ` +
          "or a clock is wrong.",
      );
    }
  }
}

/** @param {string} id @param {Uint8Array} bytes */
function eventOf(id, bytes) {
  let body;
  try {
    body = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    body = null;
  }
  if (typeof body?.type !== "string" || typeof body.data !== "object" || body.data === null) {
    throw new WebhookRefused("The signed body is no event of Baton.");
  }
  return new WebhookEvent(id, body);
}

/**
 * WebCrypto compares in constant time.
 *
 * @param {Uint8Array<ArrayBuffer>} key @param {string} signature
 * @param {Uint8Array<ArrayBuffer>} signed
 */
async function isSignature(key, signature, signed) {
  if (!BASE64.test(signature)) return false;
  const { subtle } = await webcrypto();
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const imported = await subtle.importKey("raw", key, hmac, false, ["verify"]);
  return subtle.verify("HMAC", imported, bytesOf(signature), signed);
}

/** @param {string} secret */
function keyOf(secret) {
  const content = secret.replace(/^whsec_/, "");
  if (!content || !BASE64.test(content)) {
    throw new TypeError("A webhook secret is whsec_ and base64, as Baton showed it.");
  }
  return bytesOf(content);
}

/** @param {string} base64 */
function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/**
 * @param {Record<string, string | string[] | undefined> | Headers} headers
 * @returns {Record<string, string>}
 */
function byName(headers) {
  const pairs = headers instanceof Headers ? [...headers] : Object.entries(headers);
  const lower = pairs.map(([name, value]) => [name.toLowerCase(), String(value ?? "")]);
  return Object.fromEntries(lower);
}
