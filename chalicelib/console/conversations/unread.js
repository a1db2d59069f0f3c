// @ts-check
// The marks of unread conversations, kept in this tab while the page is reloaded.
import { readObject, store } from "../state/storage.js";
import { dispatch, state } from "../state/store.js";

const STORAGE_KEY = "baton.unread";

/** Stores the marks, and which entries existed, so that what arrives during the reload is marked too. */
export function storeUnread() {
  const { me, unread, heads, isSynced } = state.value;
  if (!me || !isSynced) return;
  const seenSeqs = Object.fromEntries(Object.values(heads).map((head) => [head.id, head.last_seq]));
  store("sessionStorage", STORAGE_KEY, { agent: me.id, unread, seenSeqs });
}

export function restoreUnread() {
  const { agent, unread, seenSeqs } = readObject("sessionStorage", STORAGE_KEY);
  if (agent === state.value.me?.id) dispatch({ type: "unread_restored", unread: Object(unread), seenSeqs: Object(seenSeqs) });
}
