// The console's state, without a browser: `node --test`.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  EMPTY, filled, isBehind, next, rows, stretches, unreadCount, urgency, waited, windowOf,
} from "../../chalicelib/console/logic.js";

const ME = { id: "p_ana", name: "Ana", email: "ana@example.test", bots: ["demo"], role: null };
const AT = "2026-01-01T00:00:00.000Z";

/** A small generator of random numbers, so that a failure can be seen again. */
function chance(seed) {
  let state = seed;
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(fraction() * n);
  return { below, pick: (list) => list[below(list.length)], yes: (share) => fraction() < share };
}

const HEAD = {
  id: "c_1", bot: "demo", channel: "web", user: "u", user_name: "Uma", thread: null, status: "bot", paused: false,
  epoch: 1, owner: null, owner_name: null, queue: null, priority: 0, handoff: null, offered_to: null, last_seq: 0,
  last_message: null, waiting_since: null, tags: [], created_at: AT, updated_at: AT,
};

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

const waitingHead = (id, more) => ({ ...HEAD, id, status: "waiting", waiting_since: AT, last_seq: 1, ...more });

test("a head with a lower number never replaces one with a higher", () => {
  const state = next(next(EMPTY, { type: "head", head: { ...HEAD, last_seq: 5, status: "agent" } }), {
    type: "head", head: { ...HEAD, last_seq: 4, status: "waiting" },
  });
  assert.equal(state.heads.c_1.status, "agent");
});

test("what one may no longer see is gone", () => {
  const state = next(next(EMPTY, { type: "head", head: waitingHead("c_1") }), {
    type: "head", head: { id: "c_1", bot: "demo", last_seq: 2, visible: false },
  });
  assert.deepEqual(rows(state, "waiting"), []);
});

test("what is urgent comes first, then who has waited longest", () => {
  const heads = [
    waitingHead("c_1", { waiting_since: "2026-01-01T00:03:00.000Z" }), waitingHead("c_2", { waiting_since: "2026-01-01T00:01:00.000Z" }),
    waitingHead("c_3", { waiting_since: "2026-01-01T00:09:00.000Z", priority: 3 }),
  ];
  const state = next({ ...EMPTY, me: ME }, { type: "synced", heads });
  assert.deepEqual(rows(state, "waiting").map((head) => head.id), ["c_3", "c_2", "c_1"]);
});

test("a message on its way is shown until it comes back, and once", () => {
  const message = { id: "m9", conversation_id: "c_1", bot: "demo", text: "Hi", epoch: 1, phase: "queued" };
  let state = next({ ...EMPTY, me: ME }, { type: "queued", message });
  state = next(state, { type: "moved", id: "m9", phase: "sending" });
  assert.equal(state.outbox[0].phase, "sending");
  const entry = { seq: 1, kind: "message", from: "agent", author: ME, text: "Hi", message_id: "m9", at: AT };
  state = next(state, { type: "entry", conversation_id: "c_1", entry, head: { ...HEAD, last_seq: 1 } });
  assert.deepEqual(state.outbox, []);
});

test("what the user writes elsewhere is unread until one looks", () => {
  let state = next({ ...EMPTY, me: ME, threads: { c_1: { entries: [] } } }, { type: "head", head: waitingHead("c_1") });
  assert.equal(unreadCount(state), 1);
  state = next(state, { type: "selected", id: "c_1" });
  assert.equal(unreadCount(state), 0);
});

test("an entry told twice is unread once", () => {
  const entry = { seq: 1, kind: "message", from: "user", author: ME, text: "Hi", message_id: null, at: AT };
  const event = { type: "entry", conversation_id: "c_1", entry, head: { ...HEAD, status: "agent", owner: "p_ana", last_seq: 1 } };
  const open = { ...EMPTY, me: ME, threads: { c_1: { entries: [] } } };
  const state = next(next(open, event), event);
  assert.deepEqual(state.unread, { c_1: 1 });
});

test("the clock runs while the user waits, and stands while the agent spoke last", () => {
  const now = Date.parse(AT) + 90_000;
  const said = (from) => ({ ...HEAD, status: "agent", last_message: { seq: 1, from, text: "", at: AT } });
  assert.equal(waited(waitingHead("c_1"), now), 90_000);
  assert.equal(waited(said("user"), now), 90_000);
  assert.equal(waited(said("agent"), now), 0);
  assert.deepEqual([0, 60_000, 300_000].map(urgency), ["calm", "soon", "late"]);
});

test("the log shows who owned each moment", () => {
  const entry = (seq, kind, payload = null) => ({ seq, kind, payload, from: "user", author: ME, at: AT });
  const log = [
    entry(1, "message"), entry(2, "requested"), entry(3, "message"), entry(4, "claimed", { owner: { id: "p", name: "Ana" } }),
    entry(5, "message"), entry(6, "transferred", { owner: { id: "q", name: "Bo" } }), entry(7, "transferred", { queue: "sales" }),
    entry(8, "returned", { outcome: "resolved" }), entry(9, "returned", { outcome: "message_left" }),
  ];
  assert.deepEqual(stretches(log).map((each) => [each.owner, each.name, each.entries.map((e) => e.seq)]), [
    ["bot", null, [1]], ["waiting", null, [2, 3]], ["agent", "Ana", [4, 5]], ["agent", "Bo", [6]], ["waiting", null, [7]],
    ["bot", null, [8, 9]],
  ]);
});

test("a canned reply knows two fields and no language", () => {
  const fields = { agent: "Ana", user: "{agent}" };
  assert.equal(filled("{user}: {agent} {constructor} {{agent}} ${1}", fields), "{agent}: Ana {constructor} {Ana} ${1}");
});

test("only what is near the eye is drawn", () => {
  assert.deepEqual(windowOf(500, 76, 0, 760), { first: 0, last: 18 });
  assert.deepEqual(windowOf(500, 76, 7600, 760), { first: 92, last: 118 });
  assert.deepEqual(windowOf(3, 76, 0, 760), { first: 0, last: 3 });
});

test("an event that nobody knows changes nothing", () => {
  assert.equal(next(EMPTY, { type: "whatever" }), EMPTY);
});
