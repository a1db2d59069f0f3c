"""Days in the lives of three bots: people come, go and are lost, clocks run out, sweeps come late,
twice and at once. What happens by itself is held against a second opinion, told from the log."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chalicelib.domain.access import Role
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    Cause,
    Claim,
    Pause,
    PauseAndClaim,
    Snooze,
    Unpause,
    UserMessage,
)
from chalicelib.domain.conversation.entries import Body, Entry, Kind
from chalicelib.domain.conversation.handoff import Offer, Request
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.conversation.table import decide
from chalicelib.domain.errors import BatonError, TemporarilyUnavailable
from chalicelib.domain.routing.members import PresenceStatus
from chalicelib.domain.routing.queues import Mode
from chalicelib.entrypoints.events.minute import every_minute
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.conversations.visibility import visible
from chalicelib.usecases.live import sockets
from chalicelib.usecases.ports.conversations import BoardFilter
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.routing import presence, timers
from tests.properties import invariants
from tests.properties.deadlines import QUEUES, There, Told, deadlines, heard, latest
from tests.properties.requests import AGENTS, FITTING, PERSON, Draft, sent_from
from tests.properties.three_bots import BOTS, PEOPLE, ThreeBots, Trouble, caller

SECOND = 1000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE

PLACES = st.integers(0, 5)
TROUBLES = st.sampled_from([*[None] * 6, *Trouble])
SOME_TIME = st.sampled_from([30 * SECOND, MINUTE, 3 * MINUTE, 8 * MINUTE, 12 * MINUTE, 3 * DAY])
WHERE = st.sampled_from([None, "sales", "sales", "sales", "vip", "vip", "support"])
OFFERING = {name for name, queue in QUEUES.items() if queue.mode is Mode.OFFER}
ALL_PAUSED = BoardFilter(frozenset({Status.WAITING, Status.AGENT}))

Place = tuple[str, str]
"""Bot and conversation id."""


class Days(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.services = ThreeBots()
        self.store = self.services.conversations
        self.there: dict[str, There] = dict.fromkeys(PEOPLE, There())
        self.seen: dict[Place, int] = {}
        self.stories: dict[Place, Told] = {}
        self.followed: dict[Place, int] = {}
        self.wanted_by_name: set[tuple[str, str]] = set()
        """By bot and id: a pause that names an agent asks no seat of them."""
        self.places: list[Address] = []
        for bot in BOTS:
            for queue in QUEUES.values():
                self.services.directory.put_queue(bot, queue)
        for person in PEOPLE.values():
            self.services.directory.put_person(
                Person(person.person, person.email, person.name, "x")
            )

    @initialize(bots=st.permutations(BOTS))
    def look_at_a_few(self, bots: list[str]) -> None:
        """Five conversations of one bot, so that people are wanted by several; one of another."""
        users = [Address(bots[0], "web", f"u{n}") for n in range(5)]
        self.places = [*users, Address(bots[1], "web", "u0")]

    # What people and bots do

    @rule(data=st.data(), place=PLACES, trouble=TROUBLES)
    def somebody_does_what_fits(
        self, data: st.DataObject, place: int, trouble: Trouble | None
    ) -> None:
        self.store.trouble = trouble
        self.does(place, data.draw(self.fitting(place)))
        self.store.disarm()

    @rule(place=PLACES, queue=WHERE, agent=st.none() | AGENTS)
    def a_bot_asks_for_a_person(self, place: int, queue: str | None, agent: str | None) -> None:
        self.does(place, Draft("key", Pause(Request(queue=queue)), agent))

    @rule(place=PLACES, queue=st.sampled_from(sorted(OFFERING)))
    def a_bot_asks_for_two_people_at_once(self, place: int, queue: str) -> None:
        for each in (place, (place + 1) % len(self.places)):
            self.does(each, Draft("key", Pause(Request(queue=queue))))
        self.follow()

    @rule(place=PLACES, queue=WHERE, person=PERSON, answers=st.booleans())
    def somebody_takes_it(self, place: int, queue: str, person: str, answers: bool) -> None:
        self.somebody_connects(person)
        self.does(place, Draft(person, PauseAndClaim(Request(queue=queue))))
        if answers:
            self.does(place, Draft(person, AgentMessage(Body(text="Hello."))))

    @rule(place=PLACES, person=PERSON, milliseconds=SOME_TIME)
    def the_owner_snoozes_it_and_nobody_speaks(
        self, place: int, person: str, milliseconds: int
    ) -> None:
        self.somebody_takes_it(place, "sales", person, answers=False)
        self.does(place, Draft(person, Snooze(self.now + milliseconds)))
        for _ in range(9):
            self.a_minute_passes()

    @rule(which=PLACES)
    def who_is_asked_takes_it(self, which: int) -> None:
        for place, offer in self.offered(which):
            self.does(place, Draft(offer.agent.id, Claim()))

    @rule(which=PLACES)
    def who_is_asked_takes_another_first_and_gives_it_back(self, which: int) -> None:
        for place, offer in self.offered(which):
            another = (place + 1) % len(self.places)
            self.does(another, Draft(offer.agent.id, PauseAndClaim(Request(queue="sales"))))
            self.does(another, Draft(offer.agent.id, Unpause()))
            self.follow()

    @rule(place=PLACES)
    def the_user_speaks(self, place: int) -> None:
        self.does(place, Draft("key", UserMessage(Body(text="Well?"))))

    @rule(person=PERSON, status=st.sampled_from([*PresenceStatus, PresenceStatus.ONLINE]))
    def somebody_says_whether_they_are_there(self, person: str, status: PresenceStatus) -> None:
        self.there[person] = There(status, self.now)
        known = self.services.directory.person(person)
        assert known is not None
        presence.set_status(self.services, known, status)

    @rule(person=PERSON)
    def somebody_connects(self, person: str) -> None:
        before = self.there[person]
        status = before.status if before.seen_at else PresenceStatus.ONLINE
        self.there[person] = There(status, self.now)
        ends = self.now + 2 * 60 * MINUTE
        self.services.sockets.connect(person)
        self.services.connections.put(SocketConnection(person, person, 1, BOTS, self.now, ends))
        presence.heartbeat(self.services, person)

    @rule(person=PERSON)
    def somebodys_last_connection_closes(self, person: str) -> None:
        if self.services.connections.get(person) is None:
            return
        before = self.there[person]
        if before.gone_at is None:
            self.there[person] = There(before.status, before.seen_at, self.now)
        self.services.sockets.disconnect(person)
        sockets.disconnect(self.services, person)

    # What time does

    @rule(milliseconds=SOME_TIME)
    def time_passes(self, milliseconds: int) -> None:
        self.services.clock.advance(milliseconds)

    @rule(minutes=st.integers(1, 9))
    def minutes_pass_and_it_is_swept_in_each(self, minutes: int) -> None:
        for _ in range(minutes):
            self.a_minute_passes()

    @rule(times=st.integers(1, 3), trouble=TROUBLES)
    def it_is_swept(self, times: int, trouble: Trouble | None) -> None:
        for _ in range(times):
            self.store.trouble = trouble
            self.sweep()
            self.store.disarm()

    @rule()
    def two_sweeps_meet(self) -> None:
        self.store.rival = self.sweep
        self.sweep()
        self.store.disarm()

    @rule(data=st.data())
    def somebody_comes_between_while_it_is_swept(self, data: st.DataObject) -> None:
        due = {conversation_id for _, conversation_id in timers.due(self.services)}
        fitting = [n for n, place in enumerate(self.places) if place.conversation_id in due]
        place = data.draw(st.sampled_from(fitting)) if fitting else 0
        draft = data.draw(self.fitting(place))
        self.store.rival = lambda: self.does(place, draft)
        self.sweep()
        self.store.disarm()

    @rule(trouble=TROUBLES)
    def what_was_committed_is_followed_up(self, trouble: Trouble | None) -> None:
        self.store.trouble = trouble
        self.follow()
        self.store.disarm()

    @rule(place=PLACES, which=st.integers(0, 30))
    def an_old_entry_is_brought_again(self, place: int, which: int) -> None:
        address = self.places[place]
        thread = self.services.table.threads.get((address.bot, address.conversation_id))
        if thread:
            entry = invariants.log(thread)[which % len(thread.entries)]
            react(self.services, CommittedEntry(address.bot, address.conversation_id, entry))

    @rule()
    def it_comes_to_rest(self) -> None:
        """I14: no faults any more, and two minutes for the sweeps."""
        self.a_minute_passes()
        unasked, idle = self.unasked(), self.idle()
        self.a_minute_passes()
        waiting = {(bot, queue) for bot, queue, *_ in unasked & self.unasked()}
        assert not waiting & {(bot, queue) for bot, queue, _ in idle & self.idle()}
        self.check_news()
        for place, thread in self.services.table.threads.items():
            ahead = deadlines(self.stories[place], self.owner(place))
            assert all(at > self.now for at in ahead.values()), (ahead, self.now)
            if thread.head.status is Status.WAITING:
                self.can_be_found_and_taken(thread.head)
                self.waits_where_somebody_serves_it(thread.head)

    # What holds

    @invariant()
    def each_conversation_keeps_its_promises(self) -> None:
        for thread in self.services.table.threads.values():
            for promise in invariants.OF_A_CONVERSATION:
                promise(thread)

    @invariant()
    def nobody_owns_more_than_they_may(self) -> None:
        invariants.nobody_owns_more_than_they_may(self.services.table)

    @invariant()
    def nobody_is_asked_for_two_at_once(self) -> None:
        self.check_news()
        heads = [thread.head for thread in self.services.table.threads.values()]
        offers = [(head.bot, offer) for head in heads if (offer := head.offer)]
        asked = Counter((bot, o.agent.id) for bot, o in offers if o.until > self.now)
        assert all(n == 1 for who, n in asked.items() if who not in self.wanted_by_name)

    @invariant()
    def what_happened_by_itself_was_due_and_the_first_that_was(self) -> None:
        self.check_news()

    @invariant()
    def somebody_looks_after_it_in_time(self) -> None:
        self.check_news()
        for place, thread in self.services.table.threads.items():
            story, due_at = self.stories[place], thread.head.timing.due_at
            times = set(latest(story, self.owner(place)).values())
            if story.waits and story.queue in OFFERING and story.offered is None:
                times.add(self.now + MINUTE)
            if times:
                assert due_at is not None
                assert due_at <= min(times)

    # One after the other

    @property
    def now(self) -> int:
        return self.services.clock.now()

    def sweep(self) -> None:
        every_minute(self.services)

    def a_minute_passes(self) -> None:
        self.services.clock.advance(MINUTE)
        self.sweep()
        self.follow()

    def unasked(self) -> set[tuple[str, str, str, int]]:
        """Conversations of a queue that offers, but of nobody: by bot and queue."""
        heads = [thread.head for thread in self.services.table.threads.values()]
        wanting = [h for h in heads if h.status is Status.WAITING and h.queue in OFFERING]
        return {(h.bot, h.queue or "", h.id, h.epoch) for h in wanting if h.offer is None}

    def idle(self) -> set[tuple[str, str, str]]:
        """Those who could have been offered something: by bot, queue and id."""
        members = ((bot, m) for bot in BOTS for m in self.services.directory.members(bot))
        return {
            (bot, queue, m.person)
            for bot, m in members
            for queue in m.queues & OFFERING
            if m.is_free(self.now) and m.reserved_until <= self.now
        }

    def owner(self, place: Place) -> There:
        return self.there.get(self.stories[place].owner or "", There())

    def offered(self, which: int) -> list[tuple[int, Offer]]:
        """One of those that are offered to somebody now, if any is."""
        heads = [(place, self.head(place)) for place in range(len(self.places))]
        found = [(n, offer) for n, head in heads if head and (offer := head.offer)]
        return [found[which % len(found)]] if found else []

    def head(self, place: int) -> Head | None:
        address = self.places[place]
        return self.store.head(address.bot, address.conversation_id)

    def fitting(self, place: int) -> st.SearchStrategy[Draft]:
        head = self.head(place)
        by_hand = FITTING[head.status if head else "bot"]
        return by_hand.filter(lambda draft: draft.who != "timer")

    def does(self, place: int, draft: Draft) -> None:
        address, head = self.places[place], self.head(place)
        sent = sent_from(draft, address, head.epoch if head else 1, head.owner_id if head else None)
        try:
            execute(
                self.services, sent.caller, address, sent.command, key=sent.key, agent=sent.agent
            )
        except BatonError:
            """The other machine checks refusals."""

    def follow(self) -> None:
        """As the stream does: in order, and what fails once more, until nothing comes of it."""
        while news := list(self.news(self.followed)):
            for place, entry in news:
                try:
                    react(self.services, CommittedEntry(*place, entry))
                except TemporarilyUnavailable:
                    react(self.services, CommittedEntry(*place, entry))
                self.followed[place] = entry.seq

    def news(self, known: dict[Place, int]) -> Iterator[tuple[Place, Entry]]:
        for place, thread in list(self.services.table.threads.items()):
            for entry in invariants.log(thread):
                if entry.seq > known.get(place, 0):
                    yield place, entry

    def check_news(self) -> None:
        for place, entry in list(self.news(self.seen)):
            so_far = self.stories.get(place, Told())
            was_due(so_far, entry, self.there)
            self.stories[place] = heard(so_far, entry)
            self.seen[place] = entry.seq
            facts: Mapping[str, Any] = entry.record.payload or {}
            if entry.kind is Kind.REQUESTED and "offered_to" in facts:
                self.wanted_by_name.add((place[0], facts["offered_to"]["id"]))

    def can_be_found_and_taken(self, head: Head) -> None:
        on_board = self.store.board(head.bot, ALL_PAUSED, None, 100).conversation_ids
        assert head.id in on_board
        for member in self.services.directory.members(head.bot):
            who = caller(head.bot, member.person)
            if member.serves(head.queue):
                assert visible(self.services, who, head)
                if member.is_free(self.now) and may_take(head, member.person, self.now):
                    assert decide(head, Claim(), who, self.now).head.owner_id == member.person

    def waits_where_somebody_serves_it(self, head: Head) -> None:
        overflow = QUEUES[head.queue].fallback if head.queue in QUEUES else None
        if overflow and head.offer is None and not is_served(head.queue, self.now, self.there):
            assert not is_served(overflow, self.now, self.there)


def may_take(head: Head, person: str, now: int) -> bool:
    offer = head.offer
    is_asked = offer is None or offer.agent.id == person or offer.until <= now
    return is_asked or PEOPLE[person].role is Role.SUPERVISOR


def was_due(so_far: Told, entry: Entry, there: Mapping[str, There]) -> None:
    """Nothing came too soon, nor before what should have come before it; nobody was asked or given
    anything who was not there."""
    facts: Mapping[str, Any] = entry.record.payload or {}
    due = deadlines(so_far, there.get(so_far.owner or "", There()))
    what = BY_ITSELF.get((entry.kind, facts.get("cause")))
    if what:
        assert due[what] <= entry.at
        assert due[what] == min(due.values())
    if facts.get("cause") == Cause.FALLBACK:
        assert not is_served(so_far.queue, entry.at, there)
        assert is_served(facts["queue"], entry.at, there)
    if "offered_to" in facts:
        asked = facts["offered_to"]["id"]
        assert PEOPLE[asked].serves(facts["queue"])
        assert there[asked].is_online(entry.at)
    if entry.kind is Kind.OFFERED:
        assert facts["queue"] in PEOPLE[facts["offered_to"]["id"]].queues
        assert so_far.offered is None
    if entry.kind is Kind.TRANSFERRED and "owner" in facts:
        given = facts["owner"]["id"]
        assert given == entry.author.id or there[given].is_online(entry.at)


def is_served(queue: str | None, now: int, there: Mapping[str, There]) -> bool:
    return any(PEOPLE[who].serves(queue) and there[who].is_online(now) for who in PEOPLE)


BY_ITSELF = {
    (Kind.ESCALATED, None): "escalated",
    (Kind.DECLINED, Cause.TIMEOUT): "offer",
    (Kind.RETURNED, Cause.GIVE_UP): "give_up",
    (Kind.TRANSFERRED, Cause.GIVE_UP): "give_up",
    (Kind.RETURNED, Cause.USER_IDLE): "user_idle",
    (Kind.RETURNED, Cause.MAX_LENGTH): "max_length",
    (Kind.RELEASED, Cause.AGENT_IDLE): "agent_idle",
    (Kind.RELEASED, Cause.AGENT_LOST): "agent_lost",
}

Days.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, print_blob=True
)
TestDays = Days.TestCase
