"""Random lives of conversations, with races, lost answers and replays, against a model of dicts."""

import dataclasses

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from chalicelib.domain.address import Address
from chalicelib.domain.conversation.entries import Kind
from chalicelib.domain.errors import AlreadyClaimed, BatonError, TemporarilyUnavailable
from chalicelib.domain.routing.members import Presence, PresenceStatus
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.records.answers import Answer
from tests.properties import invariants
from tests.properties.expectations import Expectations, Expected
from tests.properties.requests import DRAFTS, FITTING, PERSON, Draft, Sent, sent_from
from tests.properties.three_bots import BOTS, PEOPLE, ThreeBots, Trouble

MINUTE = 60_000
DAY = 24 * 60 * MINUTE

PLACES = st.sampled_from([0, 0, 1, 1, 2])
TROUBLES = st.sampled_from([*[None] * 6, *Trouble])
LONG_AND_SHORT = st.sampled_from([MINUTE, MINUTE, 12 * MINUTE, 8 * DAY])


class Lives(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.services = ThreeBots()
        self.store = self.services.conversations
        self.expectations = Expectations(self.services.clock)
        self.sent: list[Sent] = []
        self.places: list[Address] = []
        for person in PEOPLE:
            self.is_now(person, PresenceStatus.ONLINE)

    @initialize(bots=st.permutations(BOTS), user=st.sampled_from(["u1", "u0"]))
    def look_at_a_few(self, bots: list[str], user: str) -> None:
        """Two conversations of one bot, and the double of one with another bot."""
        self.places = [
            Address(bots[0], "web", "u0", "t0"),
            Address(bots[0], "web", user),
            Address(bots[1], "web", "u0", "t0"),
        ]

    @rule(data=st.data(), place=PLACES, trouble=TROUBLES)
    def asks_what_fits(self, data: st.DataObject, place: int, trouble: Trouble | None) -> None:
        self.do(self.made_from(data.draw(self.fitting(place)), place), trouble)

    @rule(draft=DRAFTS, place=PLACES, trouble=TROUBLES)
    def asks(self, draft: Draft, place: int, trouble: Trouble | None) -> None:
        self.do(self.made_from(draft, place), trouble)

    @rule(which=st.integers(0, 50), trouble=TROUBLES)
    def asks_again(self, which: int, trouble: Trouble | None) -> None:
        if self.sent:
            self.do(self.sent[-1 - which % len(self.sent)], trouble)

    @rule(data=st.data(), place=PLACES, torn=st.booleans())
    def two_ask_at_once(self, data: st.DataObject, place: int, torn: bool) -> None:
        """Often it is the same request twice."""
        fitting = self.fitting(place)
        request = self.made_from(data.draw(fitting), place)
        other = data.draw(st.none() | fitting)
        rival = self.made_from(other, place) if other else request
        if torn:
            self.store.torn = lambda: self.do(rival)
        else:
            self.store.rival = lambda: self.do(rival)
        self.do(request, torn=torn)

    @rule(milliseconds=LONG_AND_SHORT)
    def time_passes(self, milliseconds: int) -> None:
        self.services.clock.advance(milliseconds)

    @rule(person=PERSON, status=st.sampled_from([*PresenceStatus, PresenceStatus.ONLINE]))
    def is_now(self, person: str, status: PresenceStatus) -> None:
        now = self.services.clock.now()
        self.services.directory.set_presence(person, Presence(status, now))
        self.expectations.presence[person] = (status, now)

    @invariant()
    def each_conversation_keeps_its_promises(self) -> None:
        for thread in self.services.table.threads.values():
            for promise in invariants.OF_A_CONVERSATION:
                promise(thread)

    @invariant()
    def nobody_owns_more_than_they_may(self) -> None:
        invariants.nobody_owns_more_than_they_may(self.services.table)

    @invariant()
    def what_is_stored_is_what_was_expected(self) -> None:
        self.expectations.agree_with(self.services.table)

    @invariant()
    def what_was_acknowledged_is_in_the_log_for_ever(self) -> None:
        """I3"""
        for (place, seq), sent in self.expectations.acknowledged.items():
            entry = self.services.table.threads[place.bot, place.conversation_id].entries[seq]
            assert (entry.kind, entry.seq) == (Kind.MESSAGE, seq)
            assert (entry.record.text, entry.record.message_id) == (
                sent.text,
                sent.message_id,
            )

    # One request

    def fitting(self, place: int) -> st.SearchStrategy[Draft]:
        return FITTING[self.expectations.state(self.places[place])["status"]]

    def made_from(self, draft: Draft, place: int) -> Sent:
        address = self.places[place]
        state = self.expectations.state(address)
        sent = sent_from(draft, address, state["epoch"], state["owner"])
        self.sent.append(sent)
        return sent

    def do(self, sent: Sent, trouble: Trouble | None = None, torn: bool = False) -> None:
        self.store.trouble = trouble
        address = self.expectations.meant(sent)
        came = self.outcome(sent)
        met = trouble if self.store.trouble is None else None
        self.store.disarm()
        # A rival who comes while the rows are read may have begun the conversation at the address.
        sent = dataclasses.replace(sent, address=self.expectations.meant(sent) if torn else address)
        expected = self.expectations.of(sent)
        refused = came.code if isinstance(came, BatonError) else None
        if torn and expected.is_known and refused not in (None, expected.code):
            # Read in pieces, a repetition may be refused; a success must be the first one.
            expected = self.expectations.of(sent, first_time=True)
        self.compare(sent, expected, came, met)

    def outcome(self, sent: Sent) -> Answer | BatonError:
        place = sent.address.conversation_id if sent.by_id else sent.address
        try:
            return execute(
                self.services, sent.caller, place, sent.command, key=sent.key, agent=sent.agent
            )
        except BatonError as refused:
            return refused

    def compare(
        self, sent: Sent, expected: Expected, came: Answer | BatonError, met: Trouble | None
    ) -> None:
        if met is Trouble.DOWN:
            assert isinstance(came, TemporarilyUnavailable)
            return
        self.expectations.settle(sent, expected, came if isinstance(came, Answer) else None)
        if met is Trouble.LOST_ANSWER and expected.code != "at_capacity":
            assert isinstance(came, TemporarilyUnavailable)
        elif isinstance(came, BatonError):
            assert came.code == expected.code
            self.names_the_winner(sent, came)
        else:
            assert expected.code is None
            self.answers_as_expected(sent, expected, came)

    def answers_as_expected(self, sent: Sent, expected: Expected, came: Answer) -> None:
        """I2, I12"""
        assert replace(came, head=None) == expected.answer
        if sent.claims:
            winner = self.expectations.winners.setdefault(
                (came.conversation_id, came.epoch), sent.caller.id
            )
            assert winner == sent.caller.id

    def names_the_winner(self, sent: Sent, refused: BatonError) -> None:
        """I2"""
        if isinstance(refused, AlreadyClaimed):
            assert refused.facts["owner"] == self.expectations.state(sent.address)["owner"]


Lives.TestCase.settings = settings(
    max_examples=200, stateful_step_count=40, deadline=None, print_blob=True
)
TestLives = Lives.TestCase
