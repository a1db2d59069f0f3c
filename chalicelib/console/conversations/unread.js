// @ts-check
// The marks of unread conversations, kept in this tab while the page is reloaded, and how far the agent has read, which the
// server keeps for all devices.
import { sendAction } from "../connection/socket.js";
import { readObject, store } from "../state/storage.js";
import { visibleConversation } from "../state/reducer.js";
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

/** Milliseconds between two marks. */
const MARK_INTERVAL = 1000;
/** The number of the last entry that was marked, by person and conversation. @type {Map<string, number>} */
const marked = new Map();
/** The mark that is sent next. @type {{place: string, conversation_id: string, bot: string, seq: number} | null} */
let next = null;
let timer = 0;

/** Tells the server, at most once a second for each conversation, how far the agent has read the one that they are looking at. */
export function markVisibleAsRead() {
  const id = visibleConversation(state.value) ?? "";
  const [head, seq] = [state.value.heads[id], state.value.threads[id]?.highestSeq ?? 0];
  const place = `${state.value.me?.id} ${id}`;
  if (!head || seq <= (marked.get(place) ?? 0)) return;
  if (next && next.place !== place) sendMark();
  next = { place, conversation_id: id, bot: head.bot, seq };
  timer ||= window.setTimeout(sendMark, MARK_INTERVAL);
}

/** Without a connection, the mark is sent with the next entry that the agent sees. */
function sendMark() {
  clearTimeout(timer);
  timer = 0;
  if (!next) return;
  const { place, ...fields } = next;
  next = null;
  sendAction("read", fields).then(() => marked.set(place, fields.seq), () => {});
}
