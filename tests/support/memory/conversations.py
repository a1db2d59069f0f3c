"""Conversations in memory, with the conditions of the transaction that DynamoDB would check."""

from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from chalicelib.domain.address import Address, conversation_id_of
from chalicelib.domain.characters import comparable
from chalicelib.domain.conversation.commands import Profile
from chalicelib.domain.conversation.decision import CapacityChange, Decision
from chalicelib.domain.conversation.entries import Content, Entry, Erased, Kind
from chalicelib.domain.conversation.handoff import Handoff, HandoffChange
from chalicelib.domain.conversation.head import Head, Owned, Status, Waiting
from chalicelib.domain.errors import AtCapacity
from chalicelib.domain.routing.members import NEVER, Member
from chalicelib.usecases.ports.conversations import (
    BoardFilter,
    Commit,
    CommitConflict,
    ImportedConversation,
    Listing,
    Loaded,
    Query,
)
from chalicelib.usecases.records.answers import (
    IdempotencyKey,
    MessageKey,
    StoredAnswer,
    StoredMessage,
)
from chalicelib.usecases.records.reports import Backlog
from tests.support.clock import ManualClock
from tests.support.memory.listing import (
    MINUTE,
    board_order,
    name_order,
    oldest_order,
    page,
    page_of_entries,
    recent_order,
)
from tests.support.memory.table import CallerKey, KeptAnswer, MemoryTable, MessageName, Now, Thread

KEY_LIFE = 7 * 24 * 60 * 60 * 1000
"""Milliseconds for which an idempotency key keeps its first answer."""


class MemoryConversations:
    def __init__(self, table: MemoryTable, clock: Now | None = None) -> None:
        self._table = table
        self._clock = clock or ManualClock()

    def load(self, query: Query) -> Loaded:
        with self._table.lock:
            thread = self._table.threads.get((query.bot, query.conversation_id))
            kept = self._kept(query.bot, query.key) if query.key else None
            said = thread.messages.get(_said(query.message)) if thread and query.message else None
            return Loaded(
                head=thread.head if thread else None,
                by_key=kept.known if kept else None,
                by_message=said,
                agent=self._member(query.bot, query.agent) if query.agent else None,
                queue=self._table.queues.get((query.bot, query.queue or "")),
                suggestion=thread.entries.get(query.suggestion or 0) if thread else None,
            )

    def commit(self, commit: Commit) -> None:
        with self._table.lock:
            stores_something = commit.decision.entries or commit.key
            if stores_something and not self._is_committed(commit):
                self._check(commit)
                self._store(commit)

    def put_imported(self, imported: ImportedConversation) -> None:
        head = imported.head
        thread = Thread(head, {entry.seq: entry for entry in imported.entries})
        thread.command_ids = dict.fromkeys(thread.entries, "import")
        thread.handoffs = {handoff.id: handoff for handoff in imported.handoffs}
        for entry in imported.entries:
            said = entry.kind in (Kind.MESSAGE, Kind.EVENT) and entry.record.message_id
            if said:
                thread.messages[entry.sender, said] = StoredMessage(entry.seq, None, None)
        with self._table.lock:
            self._table.threads[head.bot, head.id] = thread
            if not head.is_erased:
                self._add_address(head.address)
                if imported.profile:
                    of_user = (head.bot, head.address.channel, head.address.user)
                    self._table.profiles[of_user] = imported.profile

    def head(self, bot: str, conversation_id: str) -> Head | None:
        with self._table.lock:
            thread = self._table.threads.get((bot, conversation_id))
            return thread.head if thread else None

    def heads(self, bot: str, conversation_ids: Iterable[str]) -> list[Head]:
        with self._table.lock:
            found = [self.head(bot, conversation_id) for conversation_id in conversation_ids]
            return [head for head in found if head]

    def entries_after(self, bot: str, conversation_id: str, seq: int, limit: int) -> list[Entry]:
        entries = self._entries(bot, conversation_id)
        return page_of_entries((e for e in entries if e.seq > seq), limit)

    def entries_before(
        self, bot: str, conversation_id: str, seq: int | None, limit: int
    ) -> list[Entry]:
        entries = self._entries(bot, conversation_id)
        wanted = (e for e in reversed(entries) if seq is None or e.seq < seq)
        return page_of_entries(wanted, limit)[::-1]

    def ids_of_user(self, bot: str, channel: str, user: str) -> list[str]:
        with self._table.lock:
            return sorted(self._table.by_user.get((bot, channel, user), ()))

    def ids_of_user_on_any_channel(self, bot: str, user: str) -> list[str]:
        heads = self._heads_of(bot, lambda head: head.address.user == user)
        return sorted(head.id for head in heads)

    def ids_of_thread(self, bot: str, thread: str) -> list[str]:
        with self._table.lock:
            return sorted(self._table.by_thread.get((bot, thread), ()))

    def board(self, bot: str, wanted: BoardFilter, position: str | None, limit: int) -> Listing:
        def fits(head: Head) -> bool:
            return (
                head.paused
                and head.status in wanted.statuses
                and wanted.queue in (None, head.queue)
                and wanted.owner in (None, head.owner_id)
            )

        return page(self._heads_of(bot, fits), board_order, position, limit)

    def backlog(self, bot: str) -> Backlog:
        found = self._heads_of(bot, lambda head: head.status is Status.WAITING)
        since = [head.waiting_since for head in found if head.waiting_since is not None]
        return Backlog(len(found), min(since, default=None))

    def recent(self, bot: str, position: str | None, limit: int) -> Listing:
        return page(self._heads_of(bot, lambda head: True), recent_order, position, limit)

    def oldest(self, bot: str, position: str | None, limit: int) -> Listing:
        return page(self._heads_of(bot, lambda head: True), oldest_order, position, limit)

    def owing(self, bot: str, since: int, position: str | None, limit: int) -> Listing:
        def fits(head: Head) -> bool:
            return bool(head.owed_seq) and head.updated_at // MINUTE >= since // MINUTE

        return page(self._heads_of(bot, fits), oldest_order, position, limit)

    def by_user_name(self, bot: str, prefix: str, position: str | None, limit: int) -> Listing:
        def fits(head: Head) -> bool:
            return comparable(head.user_name or "").startswith(prefix) and bool(head.user_name)

        return page(self._heads_of(bot, fits), name_order, position, limit)

    def handoff(self, bot: str, handoff_id: str) -> Handoff | None:
        with self._table.lock:
            thread = self._table.threads.get((bot, conversation_id_of(handoff_id) or ""))
            return thread.handoffs.get(handoff_id) if thread else None

    def handoffs(
        self, bot: str, position: str | None, limit: int
    ) -> tuple[list[Handoff], str | None]:
        with self._table.lock:
            threads = [t for (owner, _), t in self._table.threads.items() if owner == bot]
            found = [handoff for thread in threads for handoff in thread.handoffs.values()]
        found.sort(key=_place_in_list, reverse=True)
        rest = [h for h in found if position is None or _place_in_list(h) < position]
        more = len(rest) > limit
        return rest[:limit], _place_in_list(rest[limit - 1]) if more else None

    def handoffs_of_conversation(self, bot: str, conversation_id: str) -> list[Handoff]:
        with self._table.lock:
            thread = self._table.threads.get((bot, conversation_id))
            found = thread.handoffs.values() if thread else ()
            return sorted(found, key=lambda handoff: -handoff.opened_seq)

    def entries_at(
        self, bot: str, places: Iterable[tuple[str, int]]
    ) -> Mapping[tuple[str, int], Entry]:
        with self._table.lock:
            threads = {(cid, seq): self._table.threads.get((bot, cid)) for cid, seq in places}
            found = {place: t.entries.get(place[1]) for place, t in threads.items() if t}
            return {place: entry for place, entry in found.items() if entry}

    def mark_undelivered(
        self, bot: str, conversation_id: str, seq: int, *, undelivered: bool
    ) -> None:
        with self._table.lock:
            thread = self._table.threads.get((bot, conversation_id))
            if thread and seq in thread.entries:
                thread.entries[seq] = replace(thread.entries[seq], is_undelivered=undelivered)

    def notes(self, bot: str, conversation_id: str) -> list[Entry]:
        entries = self._entries(bot, conversation_id)
        return [entry for entry in entries if entry.kind is Kind.NOTE]

    def profiles(self, addresses: Iterable[Address]) -> Mapping[Address, Profile]:
        with self._table.lock:
            known = {a: self._table.profiles.get((a.bot, a.channel, a.user)) for a in addresses}
            return {address: profile for address, profile in known.items() if profile}

    def set_due_at(self, head: Head, due_at: int | None) -> None:
        with self._table.lock:
            thread = self._table.threads.get((head.bot, head.id))
            is_current = thread is not None and thread.head.last_seq == head.last_seq
            if thread and is_current:
                stored = thread.head
                if isinstance(stored, Waiting | Owned):
                    timing = replace(stored.timing, due_at=due_at)
                    thread.head = replace(stored, timing=timing)

    def due_conversations(self, until: int, limit: int) -> list[tuple[str, str]]:
        with self._table.lock:
            heads = [thread.head for thread in self._table.threads.values()]
        due = [(head.timing.due_at, head) for head in heads]
        found = [(at, head) for at, head in due if at is not None and at <= until]
        found.sort(key=lambda pair: pair[0])
        return [(head.bot, head.id) for _, head in found[:limit]]

    def places(self) -> list[tuple[str, str]]:
        """Bot and id of all there are: no store but this one can tell."""
        with self._table.lock:
            return list(self._table.threads)

    # What a commit depends on

    def _is_committed(self, commit: Commit) -> bool:
        """The answer to this very command was lost on the way, and it is sent again."""
        if commit.decision.entries:
            thread = self._thread(commit)
            seq = commit.decision.entries[0].seq
            return thread is not None and thread.command_ids.get(seq) == commit.command_id
        kept = self._kept(commit.before.bot, commit.key) if commit.key else None
        return kept is not None and kept.command_id == commit.command_id

    def _check(self, commit: Commit) -> None:
        thread = self._thread(commit)
        stored = thread.head.last_seq if thread else 0
        if stored != commit.before.last_seq:
            raise CommitConflict
        if thread and any(e.seq in thread.entries for e in commit.decision.entries):
            raise CommitConflict
        if not commit.decision.refusal:
            self._check_first_time(commit, thread)
        for capacity_change in commit.decision.capacity_changes:
            self._check_room(commit.decision.head, capacity_change)

    def _check_first_time(self, commit: Commit, thread: Thread | None) -> None:
        if commit.key and self._kept(commit.before.bot, commit.key):
            raise CommitConflict
        if thread and commit.message and _said(commit.message) in thread.messages:
            raise CommitConflict

    def _check_room(self, head: Head, capacity_change: CapacityChange) -> None:
        only_frees = not capacity_change.delta and capacity_change.reserved_until == NEVER
        if capacity_change.delta < 0 or only_frees:
            return
        place = (head.bot, capacity_change.agent)
        is_full = (
            capacity_change.capacity is not None
            and self._table.open_count(*place) >= capacity_change.capacity
        )
        is_kept = self._table.reserved_until.get(place, NEVER) > head.updated_at
        if is_full or (not capacity_change.delta and is_kept):
            name = head.owner.name if head.owner else capacity_change.agent
            raise AtCapacity(
                f"{name} has no room for one more.",
                agent=capacity_change.agent,
                capacity=capacity_change.capacity,
            )

    # What it stores

    def _store(self, commit: Commit) -> None:
        decision, bot = commit.decision, commit.before.bot
        if decision.entries:
            self._store_in_thread(commit, self._begun(commit))
        for capacity_change in decision.capacity_changes:
            self._take_seat(bot, capacity_change, decision.head.updated_at)
        self._store_profile(decision)
        if commit.key and not decision.refusal:
            self._table.answers[_name(bot, commit.key)] = KeptAnswer(
                StoredAnswer(commit.key.fingerprint, commit.answer),
                commit.command_id,
                self._clock.now() + KEY_LIFE,
            )

    def _take_seat(self, bot: str, capacity_change: CapacityChange, now: int) -> None:
        place = (bot, capacity_change.agent)
        if capacity_change.reserved_until is not None:
            self._table.reserved_until[place] = capacity_change.reserved_until
        if capacity_change.delta:
            changed = self._table.open_count(*place) + capacity_change.delta
            self._table.open_counts[place] = max(0, changed)
            self._table.busy_at[place] = now

    def _store_in_thread(self, commit: Commit, thread: Thread) -> None:
        decision = commit.decision
        thread.head = decision.head
        for entry in decision.entries:
            thread.entries[entry.seq] = entry
            thread.command_ids[entry.seq] = commit.command_id
        if commit.message and not decision.refusal:
            answer = commit.answer
            assert answer.seq is not None
            thread.messages[_said(commit.message)] = StoredMessage(
                answer.seq, commit.message.fingerprint or None, answer.handoff_ended
            )
        if decision.opened:
            thread.handoffs[decision.opened.id] = decision.opened
        if decision.changed:
            thread.handoffs[decision.changed.id] = _changed(
                thread.handoffs[decision.changed.id], decision.changed
            )

    def _begun(self, commit: Commit) -> Thread:
        """The thread, entered under its address where this is its first entry."""
        address = commit.before.address
        key = (address.bot, address.conversation_id)
        if key not in self._table.threads:
            self._table.threads[key] = Thread(commit.before)
            self._add_address(address)
        elif commit.before.is_erased and not commit.decision.head.is_erased:
            self._add_address(commit.decision.head.address)
        elif commit.decision.head.is_erased and not commit.before.is_erased:
            self._delete_address(address, commit.decision.entries[0].content)
        return self._table.threads[key]

    def _add_address(self, address: Address) -> None:
        of_user = (address.bot, address.channel, address.user)
        self._table.by_user.setdefault(of_user, {})[address.conversation_id] = None
        if address.thread is not None:
            of_thread = (address.bot, address.thread)
            self._table.by_thread.setdefault(of_thread, {})[address.conversation_id] = None

    def _delete_address(self, address: Address, mark: Content) -> None:
        of_user = (address.bot, address.channel, address.user)
        self._table.by_user[of_user].pop(address.conversation_id)
        if not (isinstance(mark, Erased) and mark.keeps_profile):
            self._table.profiles.pop(of_user, None)
        if not self._table.by_user[of_user]:
            del self._table.by_user[of_user]
        if address.thread is not None:
            of_thread = self._table.by_thread[address.bot, address.thread]
            of_thread.pop(address.conversation_id)
            if not of_thread:
                del self._table.by_thread[address.bot, address.thread]

    def _store_profile(self, decision: Decision) -> None:
        if decision.profile:
            address, news = decision.head.address, decision.profile
            user = (address.bot, address.channel, address.user)
            known = self._table.profiles.get(user, Profile())
            attributes = known.attributes if news.attributes is None else news.attributes
            self._table.profiles[user] = Profile(news.name or known.name, attributes)

    # Reading

    def _thread(self, commit: Commit) -> Thread | None:
        return self._table.threads.get((commit.before.bot, commit.before.id))

    def _kept(self, bot: str, key: IdempotencyKey) -> KeptAnswer | None:
        kept = self._table.answers.get(_name(bot, key))
        return kept if kept and kept.expires_at > self._clock.now() else None

    def _member(self, bot: str, person: str) -> Member | None:
        member = self._table.members.get(bot, {}).get(person)
        return self._table.as_they_stand(bot, member) if member else None

    def _entries(self, bot: str, conversation_id: str) -> list[Entry]:
        with self._table.lock:
            thread = self._table.threads.get((bot, conversation_id))
            return sorted(thread.entries.values(), key=lambda e: e.seq) if thread else []

    def _heads_of(self, bot: str, fits: Callable[[Head], bool]) -> list[Head]:
        with self._table.lock:
            heads = [t.head for (owner, _), t in self._table.threads.items() if owner == bot]
        return [head for head in heads if fits(head)]


def _place_in_list(handoff: Handoff) -> str:
    return f"{handoff.requested_at:013d}#{handoff.id}"


def _name(bot: str, key: IdempotencyKey) -> CallerKey:
    return bot, key.caller, key.key


def _said(message: MessageKey) -> MessageName:
    return message.sender, message.message_id


def _changed(handoff: Handoff, change: HandoffChange) -> Handoff:
    said = ("queue", "reason", "summary", "context", "priority")
    news = {name: getattr(change, name) for name in said if getattr(change, name) is not None}
    return replace(
        handoff,
        owner=change.owner or handoff.owner,
        claimed_at=change.claimed_at or handoff.claimed_at,
        returned_at=change.returned_at or handoff.returned_at,
        returned_seq=change.returned_seq or handoff.returned_seq,
        resumption=change.resumption or handoff.resumption,
        rating=change.rating or handoff.rating,
        request=replace(handoff.request, **news),
    )
