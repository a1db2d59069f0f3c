// @ts-check
// Calls to the REST API with the session's token. The token is refreshed before it expires and is
// kept in this tab's session storage, which other tabs cannot read.

const BASE = "../api/v1";
const STORAGE_KEY = "baton.session";
const REFRESH_BEFORE_EXPIRY = 60_000;
/** `expiresAt` is in ms, by this device's clock. @type {{token: string, refresh: string, expiresAt: number} | null} */
let session = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "null");
/** @type {Promise<void> | null} */
let refreshing = null;

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

/** @param {import("../state/types.js").Head} head */
export const conversationPath = (head) => `${botPath(head.bot)}/conversations/${head.id}`;

export const isSignedIn = () => session !== null;

/** @param {any} payload tokens; `exp` is their lifetime in ms */
function saveSession(payload) {
  session = payload && { token: payload.token, refresh: payload.refresh, expiresAt: Date.now() + payload.exp };
  if (session) sessionStorage.setItem(STORAGE_KEY, JSON.stringify(session));
  else sessionStorage.removeItem(STORAGE_KEY);
}

/** Raises ApiError. @param {"login" | "invitation"} method @param {object} credentials fields of the sign-in form */
export async function signIn(method, credentials) {
  const answer = await send("POST", `/auth/${method}`, credentials, false);
  saveSession(answer.payload);
}

export async function signOut() {
  const loggedOut = request("POST", "/auth/logout", {}).catch(() => null);
  saveSession(null);
  await loggedOut;
}

/** Raises ApiError. @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
export async function request(method, path, body) {
  if (session && session.expiresAt - Date.now() < REFRESH_BEFORE_EXPIRY) await (refreshing ??= refreshSession());
  try {
    return await send(method, path, body, true);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401 || !session) throw error;
    await (refreshing ??= refreshSession());
    return send(method, path, body, true);
  }
}

/** If the agent signs out while this runs, the answer is ignored. */
async function refreshSession() {
  const before = session;
  try {
    const answer = await send("POST", "/auth/refresh", { refresh: before?.refresh }, false);
    if (session === before) saveSession(answer.payload);
  } catch (error) {
    if (error instanceof ApiError && error.status && error.status < 500 && session === before) saveSession(null);
    throw error;
  } finally {
    refreshing = null;
  }
}

/** @param {string} method @param {string} path @param {object | undefined} body @param {boolean} withToken */
async function send(method, path, body, withToken) {
  /** @type {Record<string, string>} */
  const headers = body ? { "Content-Type": "application/json" } : {};
  if (withToken && session) headers.Authorization = `Bearer ${session.token}`;
  const init = { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(15_000) };
  const response = await fetch(BASE + path, init).catch(() => null);
  if (!response) throw new ApiError(0);
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(response.status, answer);
  return answer;
}
