// How events change the console's state.
import assert from "node:assert/strict";
import { test } from "node:test";

import { listedConversations, unreadCount } from "../../../chalicelib/console/state/conversation_list.js";
import { INITIAL_STATE, reduce } from "../../../chalicelib/console/state/reducer.js";
import { isMissingEntries } from "../../../chalicelib/console/state/thread_entries.js";
import { AT, entry, HEAD, ME, random, waitingHead } from "../fixtures.js";

/** One conversation on the server: its head, its entries, and the events that it sends. */
class Server {
  constructor(id, rng) {
    this.head = { ...HEAD, id };
    this.entries = [];
    this.rng = rng;
  }

  addEntry() {
    const kind = this.rng.pick(["message", "message", "note", "requested", "claimed", "released", "returned", "tagged"]);
    const seq = this.entries.length + 1;
    const owner = { id: this.rng.pick(["p_ana", "p_bo"]), name: "Somebody" };
    const entry = {
      seq, kind, from: this.rng.pick(["user", "agent", "bot"]), author: owner, type: "text", text: `text ${seq}`,
      payload: kind === "claimed" ? { owner } : kind === "returned" ? { outcome: "resolved" } : kind === "tagged" ? { tags: [`t${seq}`] } : null,
      epoch: seq, at: AT, message_id: kind === "message" ? `m${seq}` : null,
    };
    const changes = {
      requested: { status: "waiting", waiting_since: AT, owner: null }, claimed: { status: "agent", owner: owner.id, waiting_since: null },
      released: { status: "waiting", waiting_since: AT, owner: null }, returned: { status: "bot", owner: null, waiting_since: null },
      tagged: { tags: entry.payload?.tags },
    }[kind];
    this.entries.push(entry);
    this.head = { ...this.head, ...changes, epoch: seq, last_seq: seq };
    return { type: "entry", conversation_id: this.head.id, entry, head: this.head };
  }

  page(after, limit) {
    const entries = this.entries.filter((each) => each.seq > after).slice(0, limit);
    const hasMore = entries.length && entries[entries.length - 1].seq < this.head.last_seq;
    return { type: "thread_page", id: this.head.id, entries, head: this.head, completeThrough: hasMore ? entries[entries.length - 1].seq : this.head.last_seq };
  }
}

/** The state of a page that has just been loaded. */
function freshState(servers) {
  const synced = reduce({ ...INITIAL_STATE, me: ME }, { type: "synced", heads: servers.map((server) => server.head) });
  return servers.reduce((state, server) => reduce(state, server.page(0, Infinity)), synced);
}

const visible = (state) => ({
  heads: state.heads,
  threads: Object.fromEntries(Object.entries(state.threads).map(([id, thread]) => [id, thread.entries])),
  lists: ["waiting", "mine", "others", "recent"].map((tab) => listedConversations(state, tab).map((head) => head.id)),
});

for (let seed = 1; seed <= 300; seed++) {
  test(`a console that lost, repeated and reordered events shows the server's state after a sync, seed ${seed}`, () => {
    const rng = random(seed);
    const servers = ["c_1", "c_2", "c_3"].map((id) => new Server(id, rng));
    let state = freshState(servers);
    const late = [];
    for (let n = 0; n < 60; n++) {
      const server = rng.pick(servers);
      const event = server.addEntry();
      if (rng.happens(0.15)) continue; // lost
      if (rng.happens(0.2)) late.push(event);
      else state = reduce(state, event);
      if (rng.happens(0.2)) state = reduce(state, event); // repeated
      if (rng.happens(0.1) && late.length) state = reduce(state, late.splice(rng.below(late.length), 1)[0]);
      if (rng.happens(0.1)) state = reduce(state, { type: "head", head: server.head });
      if (rng.happens(0.05)) state = reduce(state, { type: "synced", heads: servers.map((each) => each.head) });
    }
    for (const event of late) state = reduce(state, event);

    state = reduce(state, { type: "synced", heads: servers.map((server) => server.head) });
    for (const server of servers) {
      while (isMissingEntries(state.threads[server.head.id], state.heads[server.head.id])) {
        state = reduce(state, server.page(state.threads[server.head.id].completeThrough ?? 0, 7));
      }
    }

    assert.deepEqual(visible(state), visible(freshState(servers)));
  });
}

const signedIn = { ...INITIAL_STATE, me: ME };
const after = (state, ...events) => events.reduce(reduce, state);
const userEntry = (seq) => ({ type: "entry", conversation_id: "c_1", entry: entry(seq), head: { ...HEAD, status: "agent", owner: "p_ana", last_seq: seq } });

test("an older head never replaces a newer one", () => {
  const state = after(signedIn, { type: "head", head: { ...HEAD, last_seq: 5, status: "agent" } }, { type: "head", head: { ...HEAD, last_seq: 4, status: "waiting" } });
  assert.equal(state.heads.c_1.status, "agent");
});

test("a conversation that the agent may no longer see is removed", () => {
  const hidden = { id: "c_1", bot: "demo", last_seq: 2, visible: false };
  const state = after(signedIn, { type: "head", head: waitingHead("c_1") }, { type: "head", head: hidden });
  assert.deepEqual(listedConversations(state, "waiting"), []);
});

test("a conversation that changes during a sync stays, even if the answer lacks it", () => {
  const state = after(signedIn, { type: "head", head: waitingHead("c_old") }, { type: "syncing" }, { type: "head", head: waitingHead("c_new") }, { type: "synced", heads: [] });
  assert.deepEqual(Object.keys(state.heads), ["c_new"]);
  assert.deepEqual(Object.keys(after(state, { type: "syncing" }, { type: "synced", heads: [] }).heads), []);
});

test("the lists are not known to be empty before the first sync", () => {
  assert.equal(signedIn.isSynced, false);
  assert.equal(reduce(signedIn, { type: "synced", heads: [] }).isSynced, true);
});

test("a later sync marks conversations that wait, and those in which the agent's user wrote, as unread", () => {
  const message = (seq, from) => ({ seq, from, text: "", at: AT });
  const mine = { ...HEAD, id: "c_2", status: "agent", owner: ME.id, last_seq: 4, last_message: message(4, "agent") };
  const first = [waitingHead("c_1"), mine, { ...mine, id: "c_3" }];
  const second = [
    waitingHead("c_1"), { ...mine, last_seq: 6, last_message: message(6, "user") },
    { ...mine, id: "c_3", last_seq: 6, last_message: message(6, "agent") }, waitingHead("c_4"),
  ];
  const state = reduce(signedIn, { type: "synced", heads: first });
  assert.deepEqual(state.unread, {});
  assert.deepEqual(reduce(state, { type: "synced", heads: second }).unread, { c_2: 1, c_4: 1 });
});

test("the first sync after a reload keeps the marks and adds what arrived meanwhile", () => {
  const restored = { type: "unread_restored", unread: { c_1: 3, c_gone: 1 }, seenSeqs: { c_1: 1, c_2: 1 } };
  const heads = [waitingHead("c_1"), waitingHead("c_2", { last_seq: 2 }), waitingHead("c_3")];
  assert.deepEqual(after(signedIn, restored, { type: "synced", heads }).unread, { c_1: 3, c_2: 1, c_3: 1 });
  assert.deepEqual(after(signedIn, { type: "synced", heads }).unread, {});
});

test("messages that come with a page of a known thread are unread, each once, and those of the first page are not", () => {
  const hidden = after(signedIn, { type: "selected", id: "c_1" }, { type: "visibility", isHidden: true });
  const page = (...seqs) => ({ type: "thread_page", id: "c_1", entries: seqs.map((seq) => entry(seq)), head: { ...HEAD, owner: ME.id, last_seq: 9 }, completeThrough: 0 });
  assert.deepEqual(after(hidden, page(1, 2)).unread, {});
  assert.deepEqual(after(hidden, page(1, 2), page(2, 3, 4), userEntry(4)).unread, { c_1: 2 });
  assert.deepEqual(after(hidden, page(5, 6), page(1, 2)).unread, {});
});

test("a message is unread if the first page of its thread overtakes its event", () => {
  const left = after(signedIn, { type: "head", head: { ...HEAD, owner: ME.id, last_seq: 2 } }, { type: "selected", id: "c_1" }, { type: "selected", id: null });
  const page = { type: "thread_page", id: "c_1", entries: [1, 2, 3].map((seq) => entry(seq)), head: { ...HEAD, owner: ME.id, last_seq: 3 }, completeThrough: 3 };
  assert.deepEqual(after(left, page, userEntry(3)).unread, { c_1: 1 });
  assert.deepEqual(after(left, userEntry(3), page).unread, { c_1: 1 });
});

test("a conversation that is removed is no longer unread", () => {
  const gone = { id: "c_1", bot: "demo", last_seq: 2, visible: false };
  assert.deepEqual(after(signedIn, { type: "head", head: waitingHead("c_1") }, { type: "head", head: gone }).unread, {});
});

test("an outgoing message leaves the outbox when its entry arrives", () => {
  const message = { id: "m9", conversation_id: "c_1", bot: "demo", text: "Hi", epoch: 1, phase: "queued" };
  let state = after(signedIn, { type: "outgoing_added", message }, { type: "outgoing_changed", id: "m9", phase: "sending" });
  assert.equal(state.outbox[0].phase, "sending");
  const stored = entry(1, { from: "agent", author: ME, message_id: "m9" });
  state = reduce(state, { type: "entry", conversation_id: "c_1", entry: stored, head: { ...HEAD, last_seq: 1 } });
  assert.deepEqual(state.outbox, []);
});

test("a conversation is unread until the agent opens it", () => {
  let state = reduce({ ...signedIn, threads: { c_1: { entries: [] } } }, { type: "head", head: waitingHead("c_1") });
  assert.equal(unreadCount(state), 1);
  state = reduce(state, { type: "selected", id: "c_1" });
  assert.equal(unreadCount(state), 0);
});

const opened = after({ ...signedIn, threads: { c_1: { entries: [] } } }, { type: "selected", id: "c_1" });
test("an entry that arrives twice counts as unread once", () => {
  const state = after({ ...signedIn, threads: { c_1: { entries: [] } } }, userEntry(1), userEntry(1));
  assert.deepEqual(state.unread, { c_1: 1 });
});

for (const [place, event] of [["a mark", { type: "read", conversation_id: "c_1", seq: 2 }], ["a sync", { type: "synced", heads: [], read: { c_1: 2 } }]]) {
  test(`an entry is not unread if ${place} of another device that has read it arrives before the entry`, () => {
    const state = after(signedIn, event, userEntry(1), userEntry(2));
    assert.deepEqual(state.unread, {});
    assert.deepEqual(reduce(state, userEntry(3)).unread, { c_1: 1 });
  });
}

test("an entry in the visible conversation is not unread", () => {
  assert.deepEqual(reduce(opened, userEntry(1)).unread, {});
});

for (const [place, event] of [["in another window", { type: "visibility", isHidden: true }], ["in another view", { type: "view", view: "team" }], ["at the list", { type: "pane", pane: "inbox" }]]) {
  test(`an entry in the open conversation is unread while the agent is ${place}`, () => {
    assert.deepEqual(after(opened, event, userEntry(1)).unread, { c_1: 1 });
  });
}

test("the open conversation is read when the agent comes back to the window", () => {
  const state = after(opened, { type: "visibility", isHidden: true }, userEntry(1), { type: "visibility", isHidden: false });
  assert.deepEqual(state.unread, {});
});

test("several people can type at once, and each typing sign ends with a message or by itself", () => {
  const typing = (id) => ({ type: "typing", conversation_id: "c_1", from: "agent", author: { id, name: id }, at: 0 });
  let state = after(opened, typing("u"), typing("p_bo"));
  assert.deepEqual(Object.keys(state.typing.c_1), ["u", "p_bo"]);
  state = reduce(state, userEntry(1));
  assert.deepEqual(Object.keys(state.typing.c_1), ["p_bo"]);
  state = reduce(state, { type: "typing_ended", id: "c_1", author: "p_bo" });
  assert.deepEqual(state.typing.c_1, {});
});

test("the delivery progress never goes back, and given-up entries are remembered", () => {
  const delivery = (through, attempts, failed = null) => ({ type: "delivery", conversation_id: "c_1", through, attempts, failed });
  const state = after(opened, delivery(4, 0), delivery(3, 1), delivery(6, 0, 6), { ...delivery(9, 0), conversation_id: "c_unknown" });
  assert.deepEqual(state.threads.c_1.delivery, { through: 6, attempts: 0, failed: [6] });
  const resent = reduce(state, { type: "delivery", conversation_id: "c_1", through: 6, attempts: 0, failed: null, resent: 6 });
  assert.deepEqual(resent.threads.c_1.delivery, { through: 6, attempts: 0, failed: [] });
});

test("a notification that arrives twice appears once, and the newest is first", () => {
  const notification = (id, at) => ({ id, at, message: id, read: false });
  const state = after(
    signedIn, { type: "notifications", notifications: [notification("n_2", "2"), notification("n_1", "1")] },
    { type: "notifications", notifications: [notification("n_3", "3"), notification("n_2", "2")] });
  assert.deepEqual(state.notifications.map((each) => each.id), ["n_3", "n_2", "n_1"]);
  assert.deepEqual(reduce(state, { type: "notifications_read", ids: ["n_2"] }).notifications.map((each) => each.read), [false, true, false]);
});

test("an agent's status changes in all teams", () => {
  const bo = { id: "p_bo", status: "offline" };
  const state = after(
    signedIn, { type: "agents", bot: "demo", agents: [bo, ME] }, { type: "agents", bot: "other", agents: [bo] },
    { type: "presence", agent: bo, status: "online" });
  assert.deepEqual([state.agents.demo[0].status, state.agents.other[0].status, state.agents.demo[1].status], ["online", "online", undefined]);
});

test("a status that the agent has chosen on another device is shown", () => {
  const state = after(signedIn, { type: "status", status: "online" }, { type: "presence", agent: ME, status: "away" }, { type: "presence", agent: { id: "p_bo" }, status: "offline" });
  assert.equal(state.status, "away");
});

test("on a new device, what the agent has not read on another one is unread", () => {
  const mine = { ...HEAD, id: "c_1", status: "agent", paused: true, owner: ME.id, last_seq: 6, last_message: { seq: 5, from: "user", text: "Hi", at: AT } };
  const unreadAfter = (read, head = mine) => reduce({ ...INITIAL_STATE, me: ME }, { type: "synced", heads: [head], read }).unread;
  assert.deepEqual(unreadAfter({ c_1: 4 }), { c_1: 1 });
  assert.deepEqual(unreadAfter({}), { c_1: 1 });
  assert.deepEqual(unreadAfter({ c_1: 5 }), {});
  assert.deepEqual(unreadAfter({}, { ...mine, owner: "p_bo" }), {});
});

test("what the agent reads on another device is read here, unless the user has written since", () => {
  const mine = { ...HEAD, id: "c_1", status: "agent", paused: true, owner: ME.id, last_seq: 5, last_message: { seq: 5, from: "user", text: "Hi", at: AT } };
  const unread = reduce({ ...INITIAL_STATE, me: ME }, { type: "synced", heads: [mine] });
  assert.deepEqual(reduce(unread, { type: "read", conversation_id: "c_1", seq: 4 }).unread, { c_1: 1 });
  assert.deepEqual(reduce(unread, { type: "read", conversation_id: "c_1", seq: 5 }).unread, {});
  assert.deepEqual(reduce(unread, { type: "synced", heads: [mine], read: { c_1: 5 } }).unread, {});
});

test("signing out clears the state", () => {
  assert.equal(reduce(after(opened, userEntry(1)), { type: "signed_out" }), INITIAL_STATE);
});

test("after a session that has ended, the same person goes on where they were, and another one sees nothing of it", () => {
  const ended = reduce(after(opened, userEntry(1)), { type: "signed_out", hasEnded: true });
  assert.equal(ended.connection, "off");
  assert.deepEqual(reduce(ended, { type: "signed_in", me: ME }).threads, ended.threads);
  assert.deepEqual(reduce(ended, { type: "signed_in", me: { ...ME, id: "p_bo" } }), { ...INITIAL_STATE, me: { ...ME, id: "p_bo" } });
});

test("an unknown event changes nothing", () => {
  assert.equal(reduce(INITIAL_STATE, { type: "whatever" }), INITIAL_STATE);
});
