// @ts-check
// Asks the server for messages by their words and for conversations by facts, and opens what was found.
import { ApiError, botPath, errorMessage, request } from "../connection/api.js";
import { openConversationById } from "../conversations/queries.js";
import { state } from "../state/store.js";
import { t } from "../strings/translate.js";
import { useEffect, useState } from "../ui/html.js";
import { showEntry } from "./log_places.js";

/** @typedef {import("../state/types.js").Head} Head */
/** @typedef {{text: string, hit: boolean}} Part */
/** @typedef {{conversation: Head, hit: {seq: number, at: string, author: import("../state/types.js").Person, excerpt: Part[]} | null}} Found */
/** `items` is null while the first page is loading. `next` has the cursor of each bot that has more.
 * @typedef {{items: Found[] | null, next: Record<string, string>, error: string}} Results */

/** Milliseconds without typing before a search starts. */
const DELAY = 300;
/** The server returns a short page after some reads. So many empty ones are skipped before the agent is asked. */
const EMPTY_PAGES = 5;

/** The latest is first. @param {Found} a @param {Found} b */
const byTime = (a, b) => (timeOf(a) < timeOf(b) ? 1 : -1);

/** @param {Found} found */
export const timeOf = ({ conversation, hit }) => hit?.at ?? conversation.updated_at;

/** What the server calls the filters. A day begins and ends in the agent's time zone. @param {string} words @param {Record<string, string>} filters */
export function searchQuery(words, filters) {
  const { from, to, ...facts } = filters;
  const query = new URLSearchParams(Object.entries({ q: words, ...facts }).filter(([, value]) => value.trim()));
  if (from) query.set("from", new Date(`${from}T00:00`).toISOString());
  if (to) {
    const end = new Date(`${to}T00:00`);
    end.setDate(end.getDate() + 1);
    query.set("to", end.toISOString());
  }
  return query;
}

/** One page of all bots or, with cursors, their next ones. Raises ApiError.
 * @param {string} words @param {Record<string, string>} filters @param {Record<string, string>} [cursors] by bot @returns {Promise<Results>} */
async function findPage(words, filters, cursors) {
  const wanted = cursors ? Object.keys(cursors) : state.value.me?.bots ?? [];
  const query = searchQuery(words, filters);
  const answers = await Promise.allSettled(wanted.map((bot) =>
    request("GET", `${botPath(bot)}/search?limit=20&${query}${cursors ? `&cursor=${encodeURIComponent(cursors[bot])}` : ""}`)));
  const failures = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : []));
  const unexpected = failures.find((each) => !(each instanceof ApiError && (each.status === 403 || each.status === 400)));
  if (unexpected) throw unexpected;
  const pages = answers.map((answer) => (answer.status === "fulfilled" ? answer.value : { items: [], next: null }));
  const isOff = failures.length === wanted.length && failures.some((each) => each.status === 403);
  return {
    items: pages.flatMap((page) => page.items).sort(byTime),
    next: Object.fromEntries(wanted.flatMap((bot, at) => (pages[at].next ? [[bot, pages[at].next]] : []))),
    error: isOff ? t("no_message_search") : "",
  };
}

/** As `findPage`, without empty pages before the last one. @type {typeof findPage} */
export async function findHits(words, filters, cursors) {
  let found = await findPage(words, filters, cursors);
  for (let page = 0; page < EMPTY_PAGES && !found.items?.length && Object.keys(found.next).length; page += 1) {
    found = await findPage(words, filters, found.next);
  }
  return found;
}

/** What is found, and a function that loads more. @param {string} words @param {Record<string, string>} filters @param {boolean} isWanted
 * @returns {[Results, () => Promise<void>]} */
export function useHits(words, filters, isWanted) {
  const nothing = { items: /** @type {Found[] | null} */ (null), next: {}, error: "" };
  const wanted = JSON.stringify([words, filters, isWanted]);
  const [known, setKnown] = useState({ wanted: "", results: /** @type {Results} */ (nothing) });
  const results = known.wanted === wanted ? known.results : nothing;
  /** @param {unknown} error */
  const failed = (error) => ({ items: results.items ?? [], next: {}, error: errorMessage(error) });
  useEffect(() => {
    if (!isWanted) return;
    let isCurrent = true;
    const timer = setTimeout(async () => {
      const found = await findHits(words, filters).catch(failed);
      if (isCurrent) setKnown({ wanted, results: found });
    }, DELAY);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [wanted]);
  const loadMore = async () => {
    const more = await findHits(words, filters, results.next).catch(failed);
    setKnown((now) => (now.wanted === wanted ? { wanted, results: { ...more, items: [...(results.items ?? []), ...(more.items ?? [])] } } : now));
  };
  return [results, loadMore];
}

/** Opens the conversation and shows the entry, which may be far back in the log. @param {Found} found */
export async function openFound({ conversation, hit }) {
  await openConversationById(conversation.bot, conversation.id);
  if (hit) await showEntry(conversation.id, hit.seq);
}
