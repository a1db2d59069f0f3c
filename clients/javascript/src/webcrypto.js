/** WebCrypto, which browsers and Node from version 20 on have as a global. */

/** @returns {Promise<Crypto>} */
export async function webcrypto() {
  if (globalThis.crypto?.subtle) return globalThis.crypto;
  const name = "node:crypto"; // in a variable, so that bundlers for browsers pass over it
  return (await import(name)).webcrypto;
}

/** @param {string} purpose */
export async function newId(purpose) {
  return `${purpose}-${(await webcrypto()).randomUUID().replaceAll("-", "")}`;
}

/**
 * The message id of a turn's nth reply. Both clients make the same one.
 *
 * @param {string} seed @param {number} number
 */
export async function replyId(seed, number) {
  const { subtle } = await webcrypto();
  const text = new TextEncoder().encode(`${seed} ${number}`);
  const digest = await subtle.digest("SHA-256", text);
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"));
  return `reply-${hex.join("").slice(0, 32)}`;
}
