// @ts-check
// Calls to the REST API with the session's token, and the messages for calls that fail. The token is
// refreshed before it expires. It is kept in the session storage, which other tabs cannot read; a tab
// that the agent duplicates starts with a copy. A refresh token is good for one use, so one tab at a
// time uses it, and tells the others which token is next.
import { parseJson } from "../state/exact_json.js";
import { readObject, store } from "../state/storage.js";
import { showToast } from "../state/store.js";
import { formatDuration } from "../strings/formats.js";
import { errorText, t } from "../strings/translate.js";

const BASE = "../api/v1";
const STORAGE_KEY = "baton.session";
const REFRESH_BEFORE_EXPIRY = 60_000;
/** `expiresAt` is in ms, by this device's clock. @typedef {{token: string, refresh: string, expiresAt: number}} Session */

/** @type {Session | null} */
let session = null;
const stored = readObject("sessionStorage", STORAGE_KEY);
if (stored.token && stored.refresh && stored.expiresAt > 0) saveSession({ ...stored, exp: stored.expiresAt - Date.now() });
/** @type {Promise<void> | null} */
let refreshing = null;
let sessionEnded = () => {};
const tabs = new BroadcastChannel("baton.session");
tabs.onmessage = (/** @type {MessageEvent<{used: string, next: Session}>} */ { data }) => {
  if (session?.refresh === data.used) keepSession(data.next);
};
/** In ms: the message of the tab that was first may be this long on its way. */
const MESSAGE_TIME = 5_000;

/** A call that failed. `status` is the HTTP status, or 0 if the server did not answer. `problem` is the body of the answer. */
export class ApiError extends Error {
  /** @param {number} status @param {any} [problem] */
  constructor(status, problem) {
    super(problem?.detail ?? problem?.message ?? `The server answered with status ${status}.`);
    this.status = status;
    this.code = problem?.code ?? "";
    this.problem = problem ?? {};
  }
}

/** @param {string} bot */
export const botPath = (bot) => `/bots/${encodeURIComponent(bot)}`;

/** @param {{bot: string, id: string}} conversation */
export const conversationPath = ({ bot, id }) => `${botPath(bot)}/conversations/${encodeURIComponent(id)}`;

export const isSignedIn = () => session !== null;

/** Calls `listener` when the server no longer accepts the session. @param {() => void} listener */
export const onSessionEnd = (listener) => (sessionEnded = listener);

/** Raises ApiError. */
export const checkSession = () => (refreshing ??= refreshSession());

export function forgetSession() {
  saveSession(null);
  sessionEnded();
}

/** @param {any} payload tokens; `exp` is their lifetime in ms */
function saveSession(payload) {
  keepSession(payload && { token: payload.token, refresh: payload.refresh, expiresAt: Date.now() + payload.exp });
}

/** @param {Session | null} next */
function keepSession(next) {
  session = next;
  store("sessionStorage", STORAGE_KEY, session);
}

/** Raises ApiError. @param {"login" | "login/totp" | "oidc/token" | "invitation"} method @param {object} credentials fields of the sign-in form */
export async function signIn(method, credentials) {
  const answer = await send("POST", `/auth/${method}`, credentials);
  saveSession(answer.payload);
}

/** The session ends on this device at once, on the server when `before` is done. @param {Promise<unknown>} before calls that need the session */
export async function signOut(before) {
  const token = session?.token;
  saveSession(null);
  await before;
  await send("POST", "/auth/logout", {}, token).catch(() => null);
}

/** A call that answers with new tokens, in place of those that all tabs have. Raises ApiError.
 * @param {"/auth/password" | "/auth/totp/confirm"} path @param {object} body @returns {Promise<any>} */
export async function renewSession(path, body) {
  const before = session;
  const done = send("POST", path, body, before?.token).then((answer) => {
    saveSession(answer.payload);
    tabs.postMessage({ used: before?.refresh, next: session });
    return answer.payload;
  });
  // The server tells the connection at once that its session has ended. The new session may still be on its way.
  refreshing = done.catch(() => {}).finally(() => (refreshing = null));
  return done;
}

/** A repeated call with the same `idempotencyKey` acts once. Such a call goes on if the page is closed meanwhile. Raises ApiError.
 * @param {string} method @param {string} path @param {object} [body] @param {string} [idempotencyKey] @returns {Promise<any>} */
export async function request(method, path, body, idempotencyKey) {
  if (session && session.expiresAt - Date.now() < REFRESH_BEFORE_EXPIRY) await checkSession();
  try {
    return await send(method, path, body, session?.token, idempotencyKey);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401 || !session) throw error;
    await checkSession();
    return send(method, path, body, session?.token, idempotencyKey);
  }
}

/** If the agent signs out while this runs, the answer is ignored. */
async function refreshSession() {
  const before = session;
  try {
    await oneTabAtATime(before?.refresh, async () => {
      if (session !== before) return;
      const answer = await send("POST", "/auth/refresh", { refresh: before?.refresh });
      if (session !== before) return;
      saveSession(answer.payload);
      tabs.postMessage({ used: before?.refresh, next: session });
    });
    if (session === before) throw new ApiError(401);
  } catch (error) {
    if (error instanceof ApiError && [400, 401].includes(error.status) && session === before) forgetSession();
    throw error;
  } finally {
    refreshing = null;
  }
}

/** A list of used tokens, without their signatures, says whether another tab was first. Its message can arrive later than the lock.
 * Browsers have neither locks nor caches on a page without TLS, except on this machine.
 * @param {string | undefined} token @param {() => Promise<void>} refresh */
async function oneTabAtATime(token, refresh) {
  if (!navigator.locks) return refresh();
  return navigator.locks.request("baton.refresh", async () => {
    const used = await caches.open("baton.used");
    const entry = `/${token?.split(".")[1]}`;
    if (!(await used.match(entry))) return refresh().then(() => used.put(entry, new Response()));
    const end = Date.now() + MESSAGE_TIME;
    while (session?.refresh === token && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  });
}

/** @param {string} method @param {string} path @param {object} [body] @param {string} [token] @param {string} [idempotencyKey] */
async function send(method, path, body, token, idempotencyKey) {
  /** @type {Record<string, string>} */
  const headers = body ? { "Content-Type": "application/json" } : {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (idempotencyKey) headers["Idempotency-Key"] = idempotencyKey;
  const init = { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(15_000), keepalive: !!idempotencyKey };
  const response = await fetch(BASE + path, init).catch(() => null);
  if (!response) throw new ApiError(0);
  const answer = await response.text().then(parseJson).catch(() => null);
  if (!response.ok) throw new ApiError(response.status, answer);
  return answer;
}

/** Shows the error for a few seconds. Other errors than ApiError are thrown again. @param {unknown} error */
export function showError(error) {
  showToast(errorMessage(error), "warn");
}

/** One sentence that says what failed. Other errors than ApiError are thrown again. @param {unknown} error */
export function errorMessage(error) {
  if (!(error instanceof ApiError)) throw error;
  if (error.code === "already_claimed") return t("already_claimed", { agent: error.problem.owner_name });
  if (error.problem.offered_to) return t("offered_to", { agent: error.problem.offered_to.name });
  if (!error.status) return t("no_connection");
  const { agent, owner_name: owner, retry_after: seconds } = error.problem;
  return errorText(error.code, error.message, { agent: owner ?? agent, time: seconds ? formatDuration(seconds * 1000) : "" });
}
