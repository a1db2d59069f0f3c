/** Sends requests to Baton, and repeats what is safe to repeat. */

import {
  BatonError, BatonUnavailable, BY_CODE, Conflict, Forbidden, InternalError, InvalidRequest,
  NotFound, PayloadTooLarge, RateLimited, TemporarilyUnavailable, Unauthenticated,
} from "./errors.js";
import { VERSION } from "./version.js";

/**
 * Full jitter: each wait is random, between 0 and a limit that doubles with each attempt. No
 * attempt begins later than `patience` after the first one. All times are in milliseconds.
 *
 * @typedef {object} RetryPolicy
 * @property {number} attempts
 * @property {number} patience
 * @property {number} firstWait
 * @property {number} longestWait
 * @property {() => number} random
 * @property {() => number} clock
 *
 * @typedef {object} Answer
 * @property {any} json
 * @property {number} attempts How many requests it took.
 *
 * @typedef {(method: string, path: string, body?: object, headers?: Record<string, string>)
 *   => Promise<Answer>} Send `path` is relative to the bot's address.
 */

/** @type {RetryPolicy} */
const DEFAULTS = {
  attempts: 4,
  patience: 15_000,
  firstWait: 250,
  longestWait: 4_000,
  random: Math.random,
  clock: () => performance.now(),
};
const ADDRESS = /^https?:\/\/[^/?#]+(\/[^?#]*)?\/api\/v1\/bots\/[^/?#]+$/;
const KEY = /^[\x21-\x7e]+$/;
/** For an answer that is not Baton's own, for example a proxy's. */
const BY_STATUS = new Map([
  [400, InvalidRequest], [401, Unauthenticated], [403, Forbidden], [404, NotFound],
  [409, Conflict], [413, PayloadTooLarge], [429, RateLimited], [502, TemporarilyUnavailable],
  [503, TemporarilyUnavailable], [504, TemporarilyUnavailable],
]);
const KNOWN = new Set(["type", "title", "status", "detail", "code", "request_id"]);

/** Milliseconds that sending a file may take, if the bot allows less for other calls. */
const FILE_TIMEOUT = 60_000;

/**
 * @param {string} url The bot's address. @param {string} key
 * @param {number} timeout In milliseconds, for each attempt.
 * @param {Partial<RetryPolicy>} retries @param {typeof globalThis.fetch} fetch
 * @returns {Send}
 */
export function sender(url, key, timeout, retries, fetch) {
  const address = url.replace(/\/+$/, "");
  if (!ADDRESS.test(address)) {
    throw new TypeError(
      `${url} is not the address of a bot. It ends with /api/v1/bots/ and the bot's id.`,
    );
  }
  if (!KEY.test(key)) {
    throw new TypeError("The key is empty or has blanks or line breaks. It begins with bk_.");
  }
  const common = {
    authorization: `Bearer ${key}`,
    accept: "application/json",
    "user-agent": `baton-client-javascript/${VERSION}`,
  };
  return (method, path, body, headers) => {
    /** @type {RequestInit} */
    const request = { method, headers: { ...common, ...headers }, redirect: "manual" };
    if (body !== undefined) {
      request.body = JSON.stringify(body);
      request.headers = { ...request.headers, "content-type": "application/json" };
    }
    return repeated(retries, () => once(fetch, address + path, request, timeout));
  };
}

/**
 * Posts forms to whole addresses, which are not Baton's and do not get the key.
 *
 * @param {number} timeout @param {Partial<RetryPolicy>} retries
 * @param {typeof globalThis.fetch} fetch
 * @returns {(url: string, form: FormData) => Promise<Answer>}
 */
export function formPoster(timeout, retries, fetch) {
  const most = Math.max(timeout, FILE_TIMEOUT);
  return (url, form) => {
    /** @type {RequestInit} */
    const request = { method: "POST", body: form, redirect: "manual" };
    return repeated(retries, () => once(fetch, url, request, most));
  };
}

/**
 * @param {Partial<RetryPolicy>} retries
 * @param {() => Promise<{json: any} | BatonError>} call
 * @returns {Promise<Answer>}
 */
async function repeated(retries, call) {
  const policy = { ...DEFAULTS, ...retries };
  const begun = policy.clock();
  for (let attempt = 1; ; attempt += 1) {
    const result = await call();
    if (!(result instanceof BatonError)) return { json: result.json, attempts: attempt };
    const retried = /** @type {typeof BatonError} */ (result.constructor).retried;
    const limit = Math.min(policy.longestWait, policy.firstWait * 2 ** (attempt - 1));
    const wait = (result.retryAfter ?? 0) * 1000 + policy.random() * limit;
    const late = policy.clock() + wait - begun > policy.patience;
    if (!retried || attempt >= policy.attempts || late) throw result;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/**
 * @param {typeof globalThis.fetch} fetch @param {string} url @param {RequestInit} request
 * @param {number} timeout
 * @returns {Promise<{json: any} | BatonError>}
 */
async function once(fetch, url, request, timeout) {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(timeout) });
    const text = await response.text();
    return response.ok ? { json: parsed(text) } : errorOf(response.status, response.headers, text);
  } catch (error) {
    const cause = /** @type {any} */ (error);
    const reason = cause?.cause?.message || cause?.message || String(error);
    return new BatonUnavailable(`Baton cannot be reached: ${reason}`);
  }
}

/**
 * The error that an answer means.
 *
 * @param {number} status @param {Headers} headers @param {string} text
 */
export function errorOf(status, headers, text) {
  const content = parsed(text);
  /** @type {Record<string, any>} */
  const problem = content !== null && typeof content === "object" ? content : {};
  const fallback = BY_STATUS.get(status) ?? (status >= 500 ? InternalError : BatonError);
  const Kind = BY_CODE.get(problem.code) ?? fallback;
  return new Kind(problem.detail ?? `Baton answered with the status ${status}.`, {
    status,
    facts: Object.fromEntries(Object.entries(problem).filter(([name]) => !KNOWN.has(name))),
    requestId: problem.request_id,
    retryAfter: seconds(headers.get("retry-after")),
  });
}

/** @param {string} text */
function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** `Retry-After` is a number of seconds or a date. @param {string | null} retryAfter */
function seconds(retryAfter) {
  if (retryAfter === null) return undefined;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter);
  const until = Date.parse(retryAfter);
  return Number.isNaN(until) ? undefined : Math.max(0, (until - Date.now()) / 1000);
}
