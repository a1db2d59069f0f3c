// The console's state, without a browser: `node --test`.
import assert from "node:assert/strict";
import { test } from "node:test";

import { rows, unreadCount } from "../../chalicelib/console/lists.js";
import { EMPTY, next } from "../../chalicelib/console/logic.js";
import { isBehind } from "../../chalicelib/console/threads.js";
import { AT, chance, entry, HEAD, ME, waitingHead } from "./cast.js";

/** One conversation on the server: its head, its log, and what it says of each entry. */
class Server {
  constructor(id, luck) {
    this.head = { ...HEAD, id };
    this.log = [];
    this.luck = luck;
  }

  happens() {
    const kind = this.luck.pick(["message", "message", "note", "requested", "claimed", "released", "returned", "tagged"]);
    const seq = this.log.length + 1;
    const owner = { id: this.luck.pick(["p_ana", "p_bo"]), name: "Somebody" };
    const entry = {
      seq, kind, from: this.luck.pick(["user", "agent", "bot"]), author: owner, type: "text", text: `text ${seq}`,
      payload: kind === "claimed" ? { owner } : kind === "returned" ? { outcome: "resolved" } : kind === "tagged" ? { tags: [`t${seq}`] } : null,
      epoch: seq, at: AT, message_id: kind === "message" ? `m${seq}` : null,
    };
    const moved = {
      requested: { status: "waiting", waiting_since: AT, owner: null }, claimed: { status: "agent", owner: owner.id, waiting_since: null },
      released: { status: "waiting", waiting_since: AT, owner: null }, returned: { status: "bot", owner: null, waiting_since: null },
      tagged: { tags: entry.payload?.tags },
    }[kind];
    this.log.push(entry);
    this.head = { ...this.head, ...moved, epoch: seq, last_seq: seq };
    return { type: "entry", conversation_id: this.head.id, entry, head: this.head };
  }

  watched(after, most) {
    const entries = this.log.filter((entry) => entry.seq > after).slice(0, most);
    const more = entries.length && entries[entries.length - 1].seq < this.head.last_seq;
    return { type: "watched", id: this.head.id, entries, head: this.head, through: more ? entries[entries.length - 1].seq : this.head.last_seq };
  }
}

/** What a page that has just been loaded shows. */
function fresh(servers) {
  const synced = next({ ...EMPTY, me: ME }, { type: "synced", heads: servers.map((server) => server.head) });
  return servers.reduce((state, server) => next(state, server.watched(0, Infinity)), synced);
}

const shown = (state) => ({
  heads: state.heads,
  threads: Object.fromEntries(Object.entries(state.threads).map(([id, thread]) => [id, thread.entries])),
  lists: ["waiting", "mine", "others", "recent"].map((tab) => rows(state, tab).map((head) => head.id)),
});

for (let seed = 1; seed <= 300; seed++) {
  test(`snapshot and entries make a fresh snapshot, history ${seed}`, () => {
    const luck = chance(seed);
    const servers = ["c_1", "c_2", "c_3"].map((id) => new Server(id, luck));
    let state = next({ ...EMPTY, me: ME }, { type: "synced", heads: servers.map((server) => server.head) });
    for (const server of servers) state = next(state, server.watched(0, Infinity));
    const late = [];
    for (let n = 0; n < 60; n++) {
      const server = luck.pick(servers);
      const event = server.happens();
      if (luck.yes(0.15)) continue; // lost on its way
      if (luck.yes(0.2)) late.push(event);
      else state = next(state, event);
      if (luck.yes(0.2)) state = next(state, event); // told twice
      if (luck.yes(0.1) && late.length) state = next(state, late.splice(luck.below(late.length), 1)[0]);
      if (luck.yes(0.1)) state = next(state, { type: "head", head: server.head });
      if (luck.yes(0.05)) state = next(state, { type: "synced", heads: servers.map((each) => each.head) });
    }
    for (const event of late) state = next(state, event);

    state = next(state, { type: "synced", heads: servers.map((server) => server.head) });
    for (const server of servers) {
      while (isBehind(state.threads[server.head.id], state.heads[server.head.id])) {
        state = next(state, server.watched(state.threads[server.head.id].through ?? 0, 7));
      }
    }

    assert.deepEqual(shown(state), shown(fresh(servers)));
  });
}

const known = { ...EMPTY, me: ME };
const told = (state, ...events) => events.reduce(next, state);

test("a head with a lower number never replaces one with a higher", () => {
  const state = told(known, { type: "head", head: { ...HEAD, last_seq: 5, status: "agent" } }, { type: "head", head: { ...HEAD, last_seq: 4, status: "waiting" } });
  assert.equal(state.heads.c_1.status, "agent");
});

test("what one may no longer see is gone", () => {
  const gone = { id: "c_1", bot: "demo", last_seq: 2, visible: false };
  const state = told(known, { type: "head", head: waitingHead("c_1") }, { type: "head", head: gone });
  assert.deepEqual(rows(state, "waiting"), []);
});

test("what is told while the board is on its way stays, though the board does not have it yet", () => {
  const state = told(known, { type: "head", head: waitingHead("c_old") }, { type: "syncing" }, { type: "head", head: waitingHead("c_new") }, { type: "synced", heads: [] });
  assert.deepEqual(Object.keys(state.heads), ["c_new"]);
  assert.deepEqual(Object.keys(told(state, { type: "syncing" }, { type: "synced", heads: [] }).heads), []);
});

test("before the board has come once, nobody says that it is empty", () => {
  assert.equal(known.isSynced, false);
  assert.equal(next(known, { type: "synced", heads: [] }).isSynced, true);
});

test("who was away hears what happened meanwhile: who waits, and who has written", () => {
  const said = (seq, from) => ({ seq, from, text: "", at: AT });
  const mine = { ...HEAD, id: "c_2", status: "agent", owner: ME.id, last_seq: 4, last_message: said(4, "agent") };
  const first = [waitingHead("c_1"), mine, { ...mine, id: "c_3" }];
  const meanwhile = [...first.slice(0, 1), { ...mine, last_seq: 6, last_message: said(6, "user") }, { ...mine, id: "c_3", last_seq: 6, last_message: said(6, "agent") }, waitingHead("c_4")];
  const state = next(known, { type: "synced", heads: first });
  assert.deepEqual(state.unread, {});
  assert.deepEqual(next(state, { type: "synced", heads: meanwhile }).unread, { c_2: 1, c_4: 1 });
});

test("a message on its way is shown until it comes back, and once", () => {
  const message = { id: "m9", conversation_id: "c_1", bot: "demo", text: "Hi", epoch: 1, phase: "queued" };
  let state = told(known, { type: "queued", message }, { type: "moved", id: "m9", phase: "sending" });
  assert.equal(state.outbox[0].phase, "sending");
  const back = entry(1, { from: "agent", author: ME, message_id: "m9" });
  state = next(state, { type: "entry", conversation_id: "c_1", entry: back, head: { ...HEAD, last_seq: 1 } });
  assert.deepEqual(state.outbox, []);
});

test("what the user writes elsewhere is unread until one looks", () => {
  let state = next({ ...known, threads: { c_1: { entries: [] } } }, { type: "head", head: waitingHead("c_1") });
  assert.equal(unreadCount(state), 1);
  state = next(state, { type: "selected", id: "c_1" });
  assert.equal(unreadCount(state), 0);
});

const open = told({ ...known, threads: { c_1: { entries: [] } } }, { type: "selected", id: "c_1" });
const said = (seq) => ({ type: "entry", conversation_id: "c_1", entry: entry(seq), head: { ...HEAD, status: "agent", owner: "p_ana", last_seq: seq } });

test("an entry told twice is unread once", () => {
  const state = told({ ...known, threads: { c_1: { entries: [] } } }, said(1), said(1));
  assert.deepEqual(state.unread, { c_1: 1 });
});

test("what is read at once is never unread", () => {
  assert.deepEqual(next(open, said(1)).unread, {});
});

for (const [where, event] of [["in another window", { type: "looked", hidden: true }], ["in another view", { type: "view", view: "team" }], ["at the list", { type: "pane", pane: "queue" }]]) {
  test(`what comes while one is ${where} is unread, though the conversation is open`, () => {
    assert.deepEqual(told(open, event, said(1)).unread, { c_1: 1 });
  });
}

test("who comes back to the window has seen what is open there", () => {
  const state = told(open, { type: "looked", hidden: true }, said(1), { type: "looked", hidden: false });
  assert.deepEqual(state.unread, {});
});

test("several may type at once, and each stops when they have spoken", () => {
  const types = (id) => ({ type: "typing", conversation_id: "c_1", from: "agent", author: { id, name: id }, at: 0 });
  let state = told(open, types("u"), types("p_bo"));
  assert.deepEqual(Object.keys(state.typing.c_1), ["u", "p_bo"]);
  state = next(state, said(1));
  assert.deepEqual(Object.keys(state.typing.c_1), ["p_bo"]);
  state = next(state, { type: "still", id: "c_1", author: "p_bo" });
  assert.deepEqual(state.typing.c_1, {});
});

test("how far the bot's server has been told never goes back, and what was given up is known", () => {
  const went = (through, attempts, failed = null) => ({ type: "delivery", conversation_id: "c_1", through, attempts, failed });
  const state = told(open, went(4, 0), went(3, 1), went(6, 0, 6), { ...went(9, 0), conversation_id: "c_nobodys" });
  assert.deepEqual(state.threads.c_1.delivery, { through: 6, attempts: 0, failed: [6] });
});

test("a notification that comes twice is one, and the newest is on top", () => {
  const notice = (id, at) => ({ id, at, message: id, read: false });
  const state = told(known, { type: "notices", notices: [notice("n_2", "2"), notice("n_1", "1")] }, { type: "notices", notices: [notice("n_3", "3"), notice("n_2", "2")] });
  assert.deepEqual(state.notices.map((each) => each.id), ["n_3", "n_2", "n_1"]);
  assert.deepEqual(next(state, { type: "read", ids: ["n_2"] }).notices.map((each) => each.read), [false, true, false]);
});

test("a colleague's status changes wherever they serve", () => {
  const bo = { id: "p_bo", status: "offline" };
  const state = told(known, { type: "agents", bot: "demo", agents: [bo, ME] }, { type: "agents", bot: "other", agents: [bo] }, { type: "presence", agent: bo, status: "online" });
  assert.deepEqual([state.agents.demo[0].status, state.agents.other[0].status, state.agents.demo[1].status], ["online", "online", undefined]);
});

test("who signs out leaves nothing", () => {
  assert.equal(next(told(open, said(1)), { type: "signed_out" }), EMPTY);
});

test("an event that nobody knows changes nothing", () => {
  assert.equal(next(EMPTY, { type: "whatever" }), EMPTY);
});
