// @ts-check
import { loadEarlierEntries } from "../conversations/queries.js";
import { dispatch, state } from "../state/store.js";
import { ownerBlocks, startsNewDay, withFolds } from "../state/thread_entries.js";
import { formatPreview } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../ui/html.js";
import { EntryLine, loadContent, OutgoingMessage } from "./entries.js";

/** @typedef {import("../state/types.js").Head} Head */
/** @typedef {import("../state/types.js").Entry} Entry */
/** @typedef {import("../state/types.js").Block} Block */

/** Pixels above and below the visible part in which blocks are rendered too. */
const RENDER_MARGIN = 1200;
/** Pixels. The assumed height of an entry that has never been rendered. */
const ESTIMATED_ENTRY_HEIGHT = 64;
/** Pixels from the end within which the reader counts as being at the end. */
const END_MARGIN = 60;

/** The entries of the conversation. @param {{head: Head}} props */
export function Log({ head }) {
  const entries = state.value.threads[head.id]?.entries ?? [];
  const outgoing = state.value.outbox.filter((message) => message.conversation_id === head.id && (!message.command || message.phase === "failed"));
  const [open, setOpen] = useState(/** @type {Set<number>} */ (new Set()));
  const blocks = withFolds(ownerBlocks(entries), open);
  useEffect(() => void loadContent(), []);
  const { box, onScroll, stayAtEnd, leaveEnd, hasUnseen, goToEnd } = useStayAtEnd(outgoing.length, entries[entries.length - 1]?.seq ?? 0);
  const unfold = (/** @type {Block} */ { fold }) => fold && setOpen((now) => new Set([...now, fold]));
  const readBack = (/** @type {Block} */ block) => {
    leaveEnd();
    unfold(block);
    box.current?.focus();
  };
  const loadEarlier = () => {
    unfold(blocks[0]);
    loadEarlierEntries(head.id);
  };
  return html`
    <div class="log" ref=${box} onScroll=${onScroll} tabindex="0" role="log" aria-live="off" aria-label=${t("conversation_with", { user: head.user_name ?? head.user })}>
      ${entries.length > 0 && entries[0].seq > 1 && html`<button class="plain earlier" onClick=${loadEarlier}>${t("earlier_messages")}</button>`}
      ${!entries.length && html`<div class="skeletons" role="status" aria-label=${t("loading")}><i></i><i></i><i></i></div>`}
      ${blocks.map((block, at) => html`
        <${OwnerBlock} key=${block.key} block=${block} head=${head} previous=${lastEntry(blocks[at - 1])} isLast=${at >= blocks.length - 2} root=${box} stayAtEnd=${stayAtEnd} unfold=${readBack} />`)}
      ${outgoing.map((message) => html`<${OutgoingMessage} key=${message.id} message=${message} />`)}
      <${Typists} id=${head.id} />
      ${hasUnseen && html`<button class="latest" onClick=${goToEnd}>${t("new_messages")} <span aria-hidden="true">↓</span></button>`}
    </div>
    <${Announcement} entries=${entries} head=${head} />`;
}

/** Keeps the log scrolled to its end while the agent reads there. If the agent has scrolled up, the log
 * stays where it is until the agent sends something, and `hasUnseen` tells whether entries were added.
 * @param {number} outgoing number of outgoing messages @param {number} last number of the last entry */
function useStayAtEnd(outgoing, last) {
  const [seen, setSeen] = useState(last);
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const reader = useRef({ isAtEnd: true, top: 0 });
  const stayAtEnd = () => {
    if (box.current && reader.current.isAtEnd) box.current.scrollTop = box.current.scrollHeight;
  };
  useLayoutEffect(() => {
    if (outgoing) reader.current.isAtEnd = true;
  }, [outgoing]);
  useLayoutEffect(stayAtEnd);
  useEffect(() => {
    if (reader.current.isAtEnd) setSeen(last);
  }, [last]);
  useEffect(() => {
    const observer = new ResizeObserver(stayAtEnd);
    observer.observe(/** @type {HTMLElement} */ (box.current));
    return () => observer.disconnect();
  }, []);
  const onScroll = () => {
    if (!box.current) return; // The browser fires the event late: by then, another conversation may be open.
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    const isNearEnd = scrollHeight - scrollTop - clientHeight < END_MARGIN;
    const hasMovedUp = scrollTop < reader.current.top - 1;
    reader.current = { isAtEnd: isNearEnd || (reader.current.isAtEnd && !hasMovedUp), top: scrollTop };
    if (reader.current.isAtEnd) setSeen(last);
  };
  const leaveEnd = () => {
    reader.current.isAtEnd = false;
  };
  const goToEnd = () => {
    reader.current.isAtEnd = true;
    stayAtEnd();
    box.current?.focus();
  };
  return { box, onScroll, stayAtEnd, leaveEnd, hasUnseen: last > seen && !reader.current.isAtEnd, goToEnd };
}

/** @param {Block | undefined} block */
const lastEntry = (block) => block?.entries[block.entries.length - 1];

/** Renders its entries only while it is near the visible part. Otherwise it is an empty box of the same height.
 * @param {{block: Block, head: Head, previous: Entry | undefined, isLast: boolean, root: {current: HTMLElement | null}, stayAtEnd: () => void, unfold: (block: Block) => void}} props */
function OwnerBlock({ block, head, previous, isLast, root, stayAtEnd, unfold }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [isNear, setIsNear] = useState(isLast);
  const height = useRef(0);
  useLayoutEffect(stayAtEnd, [isNear]);
  useEffect(() => {
    const observer = new IntersectionObserver(([change]) => {
      if (!change.isIntersecting) height.current = change.boundingClientRect.height;
      setIsNear(change.isIntersecting);
    }, { root: root.current, rootMargin: `${RENDER_MARGIN}px 0px` });
    observer.observe(/** @type {HTMLElement} */ (box.current));
    return () => observer.disconnect();
  }, []);
  const style = isNear ? {} : { height: `${height.current || block.entries.length * ESTIMATED_ENTRY_HEIGHT}px` };
  const owner = block.owner === "agent" ? block.name : t(block.owner === "bot" ? "the_bot" : "in_queue");
  return html`
    <section class="owner-block ${block.owner}" data-first=${block.key} ref=${box} style=${style}>
      ${isNear && block.isFirst && html`<h2><bdi>${owner}</bdi></h2>`}
      ${isNear && block.hidden && html`<button class="plain earlier unfold" aria-expanded="false" onClick=${() => unfold(block)}>${t("folded", { count: block.hidden })}</button>`}
      ${isNear && block.entries.map((entry, at) => {
        const before = at ? block.entries[at - 1] : previous;
        return html`<${EntryLine} key=${entry.seq} entry=${entry} previous=${block.isFirst && !at ? undefined : before} isNewDay=${startsNewDay(before, entry)} head=${head} />`;
      })}
    </section>`;
}

/** @param {{id: string}} props */
function Typists({ id }) {
  const typists = Object.entries(state.value.typing[id] ?? {}).filter(([author]) => author !== state.value.me?.id);
  return html`<div class="typists" role="status">${typists.map(([author, typist]) => html`<${TypingSign} key=${author} id=${id} author=${author} typist=${typist} />`)}</div>`;
}

/** @param {{id: string, author: string, typist: import("../state/types.js").Typist}} props */
function TypingSign({ id, author, typist }) {
  useEffect(() => {
    const timer = setTimeout(() => dispatch({ type: "typing_ended", id, author }), Math.max(0, typist.until - Date.now()));
    return () => clearTimeout(timer);
  }, [typist]);
  return html`
    <p class="typing"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span> ${t("typing", { name: typist.name })}</p>`;
}

/** Reads new messages out to screen readers. Messages that were there before can be read in the log.
 * @param {{entries: Entry[], head: Head}} props */
function Announcement({ entries, head }) {
  const last = entries[entries.length - 1];
  const initial = useRef(0);
  if (!initial.current && last) initial.current = last.seq;
  const isNew = last && last.seq > initial.current && last.kind === "message" && last.author.id !== state.value.me?.id;
  return html`<p class="visually-hidden" aria-live="polite">${isNew && `${last.author.name || head.user_name || head.user}: ${last.text ?? formatPreview(`[${last.type}]`)}`}</p>`;
}
