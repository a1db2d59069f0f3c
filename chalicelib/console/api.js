// @ts-check
// REST, with the session's token: fetched anew before it ends, kept where no other page can read it.

const BASE = "../api/v1";
const KEPT = "baton.session";
/** `until` in ms, by this device's clock. @type {{token: string, refresh: string, until: number} | null} */
let session = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
/** @type {Promise<void> | null} */
let refreshing = null;

/** What the server, or the way to it, refuses: a sentence for people. */
export class Refused extends Error {
  /** @param {number} status @param {any} problem */
  constructor(status, problem) {
    super(problem?.detail ?? problem?.message ?? `The server answered ${status || "nothing"}.`);
    this.status = status;
    this.code = problem?.code ?? "";
    this.facts = problem ?? {};
  }
}

export const isSignedIn = () => session !== null;

/** @param {any} payload its `exp` says how long, in ms */
function keep(payload) {
  session = payload && { token: payload.token, refresh: payload.refresh, until: Date.now() + payload.exp };
  if (session) sessionStorage.setItem(KEPT, JSON.stringify(session));
  else sessionStorage.removeItem(KEPT);
}

/** @param {"login" | "invitation"} way @param {object} proof what this way asks for */
export async function signIn(way, proof) {
  const answer = await send("POST", `/auth/${way}`, proof, false);
  keep(answer.payload);
}

export async function signOut() {
  const over = request("POST", "/auth/logout", {}).catch(() => null);
  keep(null);
  await over;
}

/** @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
export async function request(method, path, body) {
  if (session && session.until - Date.now() < 60_000) await (refreshing ??= refresh());
  try {
    return await send(method, path, body, true);
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401 || !session) throw error;
    await (refreshing ??= refresh());
    return send(method, path, body, true);
  }
}

/** Whoever signs out meanwhile stays signed out. */
async function refresh() {
  const former = session;
  try {
    const answer = await send("POST", "/auth/refresh", { refresh: former?.refresh }, false);
    if (session === former) keep(answer.payload);
  } catch (error) {
    if (error instanceof Refused && error.status && error.status < 500 && session === former) keep(null);
    throw error;
  } finally {
    refreshing = null;
  }
}

/** @param {string} method @param {string} path @param {object | undefined} body @param {boolean} known */
async function send(method, path, body, known) {
  /** @type {Record<string, string>} */
  const headers = body ? { "Content-Type": "application/json" } : {};
  if (known && session) headers.Authorization = `Bearer ${session.token}`;
  const init = { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(15_000) };
  const response = await fetch(BASE + path, init).catch(() => null);
  if (!response) throw new Refused(0, { detail: "" });
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}
