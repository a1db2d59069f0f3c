// @ts-check
import { html, useEffect, useLayoutEffect, useRef, useState } from "../html.js";
import { earlier } from "../reading.js";
import { state, tell } from "../store.js";
import { t } from "../strings.js";
import { blocks, isNewDay } from "../threads.js";
import { Line, Outgoing } from "./entries.js";

/** @typedef {import("../types.js").Head} Head */
/** @typedef {import("../types.js").Entry} Entry */
/** @typedef {import("../types.js").Block} Block */

/** Pixels above and below what one sees that are in the page, too. */
const MARGIN = 1200;
/** What an entry takes before anybody has seen it. */
const GUESS = 64;

/** @param {{head: Head}} props */
export function Log({ head }) {
  const known = state.value;
  const entries = known.threads[head.id]?.entries ?? [];
  const outgoing = known.outbox.filter((each) => each.conversation_id === head.id);
  const parts = blocks(entries);
  const { box, scrolled, settle, isBehind, goToEnd } = useEnd(outgoing.length, entries[entries.length - 1]?.seq ?? 0);
  return html`
    <div class="log" ref=${box} onScroll=${scrolled} tabindex="0" role="log" aria-live="off" aria-label=${t("thread_of", { user: head.user_name ?? head.user })}>
      ${entries.length > 0 && entries[0].seq > 1 && html`<button class="plain earlier" onClick=${() => earlier(head.id)}>${t("earlier")}</button>`}
      ${!entries.length && html`<div class="skeletons" role="status" aria-label=${t("loading")}><i></i><i></i><i></i></div>`}
      ${parts.map((block, at) => html`
        <${Part} key=${block.key} block=${block} head=${head} before=${lastOf(parts[at - 1])} isLate=${at >= parts.length - 2} root=${box} settle=${settle} />`)}
      ${outgoing.map((each) => html`<${Outgoing} key=${each.id} message=${each} />`)}
      <${Typists} id=${head.id} />
      ${isBehind && html`<button class="latest" onClick=${goToEnd}>${t("unseen")} <span aria-hidden="true">↓</span></button>`}
    </div>
    <${Said} entries=${entries} head=${head} />`;
}

/** Whoever reads the end goes on reading it, whatever comes or grows; whoever has scrolled up stays
 * there, until they say something themselves, and is told that there is more.
 * @param {number} outgoing @param {number} last number of the last entry */
function useEnd(outgoing, last) {
  const [seen, see] = useState(last);
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const reader = useRef({ isAtEnd: true, top: 0 });
  const settle = () => {
    if (box.current && reader.current.isAtEnd) box.current.scrollTop = box.current.scrollHeight;
  };
  useLayoutEffect(() => {
    if (outgoing) reader.current.isAtEnd = true;
  }, [outgoing]);
  useLayoutEffect(settle);
  useEffect(() => {
    if (reader.current.isAtEnd) see(last);
  }, [last]);
  useEffect(() => {
    const watcher = new ResizeObserver(settle);
    watcher.observe(/** @type {HTMLElement} */ (box.current));
    return () => watcher.disconnect();
  }, []);
  const scrolled = () => {
    const { scrollTop, scrollHeight, clientHeight } = /** @type {HTMLElement} */ (box.current);
    const isNear = scrollHeight - scrollTop - clientHeight < 60;
    const hasGoneUp = scrollTop < reader.current.top - 1;
    reader.current = { isAtEnd: isNear || (reader.current.isAtEnd && !hasGoneUp), top: scrollTop };
    if (reader.current.isAtEnd) see(last);
  };
  const goToEnd = () => {
    reader.current.isAtEnd = true;
    settle();
    box.current?.focus();
  };
  return { box, scrolled, settle, isBehind: last > seen, goToEnd };
}

/** @param {Block | undefined} block */
const lastOf = (block) => block?.entries[block.entries.length - 1];

/** In the page while it is near what one sees; else an empty place of its height.
 * @param {{block: Block, head: Head, before: Entry | undefined, isLate: boolean, root: {current: HTMLElement | null}, settle: () => void}} props */
function Part({ block, head, before, isLate, root, settle }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const [isNear, come] = useState(isLate);
  const height = useRef(0);
  useLayoutEffect(settle, [isNear]);
  useEffect(() => {
    const watcher = new IntersectionObserver(([seen]) => {
      if (!seen.isIntersecting) height.current = seen.boundingClientRect.height;
      come(seen.isIntersecting);
    }, { root: root.current, rootMargin: `${MARGIN}px 0px` });
    watcher.observe(/** @type {HTMLElement} */ (place.current));
    return () => watcher.disconnect();
  }, []);
  const style = isNear ? {} : { height: `${height.current || block.entries.length * GUESS}px` };
  const owner = block.owner === "agent" ? block.name : t(block.owner === "bot" ? "the_bot" : "in_queue");
  return html`
    <section class="stretch ${block.owner}" ref=${place} style=${style}>
      ${isNear && block.isFirst && html`<h2><bdi>${owner}</bdi></h2>`}
      ${isNear && block.entries.map((entry, at) => {
        const former = at ? block.entries[at - 1] : before;
        return html`<${Line} key=${entry.seq} entry=${entry} before=${block.isFirst && !at ? undefined : former} isNewDay=${isNewDay(former, entry)} head=${head} />`;
      })}
    </section>`;
}

/** @param {{id: string}} props */
function Typists({ id }) {
  const all = Object.entries(state.value.typing[id] ?? {}).filter(([author]) => author !== state.value.me?.id);
  return html`<div class="typists" role="status">${all.map(([author, who]) => html`<${Typing} key=${author} id=${id} author=${author} who=${who} />`)}</div>`;
}

/** @param {{id: string, author: string, who: import("../types.js").Typist}} props */
function Typing({ id, author, who }) {
  useEffect(() => {
    const timer = setTimeout(() => tell({ type: "still", id, author }), Math.max(0, who.until - Date.now()));
    return () => clearTimeout(timer);
  }, [who]);
  return html`
    <p class="typing"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span> ${t("typing", { name: who.name })}</p>`;
}

/** What has just been said, for those who do not see it; what was there before is read in the log.
 * @param {{entries: Entry[], head: Head}} props */
function Said({ entries, head }) {
  const last = entries[entries.length - 1];
  const first = useRef(0);
  if (!first.current && last) first.current = last.seq;
  const isNews = last && last.seq > first.current && last.kind === "message" && last.author.id !== state.value.me?.id;
  return html`<p class="visually-hidden" aria-live="polite">${isNews && `${last.author.name || head.user_name || head.user}: ${last.text ?? last.type}`}</p>`;
}
