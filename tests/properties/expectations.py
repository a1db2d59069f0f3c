"""Expectations beside the conversations: first answers, winners, acknowledged messages."""

from collections import Counter
from dataclasses import dataclass

from msgspec.structs import replace

from chalicelib.domain.address import Address, handoff_id
from chalicelib.domain.conversation.commands import BotMessage, ClaimAndReply, Pause, UserMessage
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.routing.members import PresenceStatus
from chalicelib.usecases.records.answers import Answer, AnswerWarning, StoredMessage
from tests.properties import model
from tests.properties.model import NEW, State
from tests.properties.requests import Sent
from tests.properties.three_bots import PEOPLE
from tests.support.clock import ManualClock
from tests.support.memory import MemoryTable

ELEVEN_MINUTES = 11 * 60_000
SEVEN_DAYS = 7 * 24 * 60 * 60_000

NO_QUEUE = AnswerWarning(
    "unknown_queue",
    "queue",
    "There is no queue nowhere. The conversation waits without one: all agents see it.",
)
KeyName = tuple[str, str, str]
MessageName = tuple[Address, str, str]


@dataclass(frozen=True, slots=True)
class Expected:
    """`state` is what is stored afterwards; `is_known` is a request that was answered before."""

    state: State
    code: str | None = None
    answer: Answer | None = None
    is_known: bool = False


class Expectations:
    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.states: dict[Address, State] = {}
        self.keys: dict[KeyName, tuple[str, Answer, int]] = {}
        self.messages: dict[MessageName, StoredMessage] = {}
        self.presence: dict[str, tuple[PresenceStatus, int]] = {}
        self.kept: dict[tuple[str, str], int] = {}
        self.winners: dict[tuple[str, int], str] = {}
        self.acknowledged: dict[tuple[Address, int], Sent] = {}

    def state(self, address: Address) -> State:
        return self.states.get(address, NEW)

    def meant(self, sent: Sent) -> Address:
        """A message to an address without a thread may mean the user's only conversation."""
        address = sent.address
        is_message = isinstance(sent.command, UserMessage | BotMessage)
        if sent.by_id or not is_message or address.thread or address in self.states:
            return address
        user = (address.bot, address.channel, address.user)
        own = [each for each in self.states if (each.bot, each.channel, each.user) == user]
        return own[0] if len(own) == 1 else address

    def of(self, sent: Sent, first_time: bool = False) -> Expected:
        """`first_time`: as if nothing were known of the key and the message id."""
        state = self.state(sent.address)
        if not model.may(sent.asked(frozenset(), 0)):
            return Expected(state, "forbidden")
        known = None if first_time else self._known(sent)
        return known or self._decided(sent, state)

    def _known(self, sent: Sent) -> Expected | None:
        state = self.state(sent.address)
        said = self.messages.get(_message_name(sent)) if sent.message_id else None
        if sent.key and (kept := self.keys.get(_key_name(sent))):
            fingerprint, answer, expires_at = kept
            if expires_at > self._clock.now():
                if fingerprint != sent.key.fingerprint:
                    return Expected(state, "idempotency_mismatch", is_known=True)
                if not said:
                    return Expected(state, None, answer, is_known=True)
                return self._repeated(sent, said, state, created=answer.created)
        return self._repeated(sent, said, state) if said else None

    def _repeated(
        self, sent: Sent, said: StoredMessage, state: State, *, created: bool = False
    ) -> Expected:
        """The number of the first message, and the turn of now."""
        if not model.sees(sent.caller, state):
            return Expected(state, "not_found")
        if said.fingerprint != sent.said:
            return Expected(state, "message_id_mismatch", is_known=True)
        now = replace(
            _answer(sent, state, state),
            seq=said.seq,
            created=created,
            handoff_ended=said.handoff_ended,
        )
        return Expected(state, answer=now, is_known=True)

    def _decided(self, sent: Sent, state: State) -> Expected:
        is_there = sent.address in self.states or not sent.by_id
        is_seen = is_there and model.sees(sent.caller, state)
        if not is_seen or sent.agent not in {None, *PEOPLE}:
            return Expected(state, "not_found")
        if _names_unknown_queue(sent) and sent.caller.is_person:
            return Expected(state, "not_found")
        after, code = model.outcome(state, sent.asked(self._online(), self._clock.now()))
        if self._is_full(sent.address, state, after):
            return Expected(state, "at_capacity")
        return Expected(after, code, _answer(sent, state, after))

    def settle(self, sent: Sent, expected: Expected, first: Answer | None) -> None:
        """The stored entries, whether or not their callers know."""
        before = self.state(sent.address)
        if expected.state != before:
            self.states[sent.address] = expected.state
            self._keep_seats(sent.address.bot, before, expected.state)
        if expected.is_known or expected.code or expected.answer is None:
            return
        if sent.key:
            kept = (sent.key.fingerprint, expected.answer, self._clock.now() + SEVEN_DAYS)
            self.keys[_key_name(sent)] = kept
        if sent.message_id:
            answer = expected.answer
            assert answer.seq is not None
            said = StoredMessage(answer.seq, sent.said, answer.handoff_ended)
            self.messages[_message_name(sent)] = said
        if sent.is_message and first and first.seq:
            self.acknowledged[sent.address, first.seq] = sent

    def agree_with(self, table: MemoryTable) -> None:
        """I8, I12: what should be stored is, and nothing else, for any bot."""
        heads = {thread.head.address: thread.head for thread in table.threads.values()}
        assert heads.keys() == self.states.keys()
        for address, head in heads.items():
            assert self.states[address] == {
                "status": head.status,
                "epoch": head.epoch,
                "owner": head.owner_id,
                "queue": head.queue,
                "handoff": head.handoff.opened_seq if head.handoff else None,
                "tags": head.tags,
                "seq": head.last_seq,
                "leaks": head.leaks,
                "offer": _offer_of(head),
                "unanswered": head.timing.unanswered_since is not None,
                "alerts": head.timing.alerts,
                "snoozed": head.snoozed_until,
                "priority": head.priority,
                "last_agent": head.last_agent,
                "last_queue": head.last_queue,
            }
        said = {
            (thread.head.address, *name): replace(stored, fingerprint=None)
            for thread in table.threads.values()
            for name, stored in thread.messages.items()
        }
        assert said == {
            name: replace(stored, fingerprint=None) for name, stored in self.messages.items()
        }
        answers = {name: kept.known.answer for name, kept in table.answers.items()}
        kept = {name: answer and replace(answer, head=None) for name, answer in answers.items()}
        assert kept == {name: answer for name, (_, answer, _) in self.keys.items()}

    def _online(self) -> frozenset[str]:
        now = self._clock.now()
        return frozenset(
            person
            for person, (status, seen_at) in self.presence.items()
            if status is PresenceStatus.ONLINE and now - seen_at <= ELEVEN_MINUTES
        )

    def _is_full(self, address: Address, before: State, after: State) -> bool:
        offered = (
            after["offer"][0] if after["offer"] != before["offer"] and after["offer"] else None
        )
        if offered and self.kept.get((address.bot, offered), 0) > self._clock.now():
            return True
        agent = offered or after["owner"]
        if agent in (None, before["owner"]):
            return False
        capacity = PEOPLE[agent].capacity
        owned = Counter(s["owner"] for a, s in self.states.items() if a.bot == address.bot)
        return capacity is not None and owned[agent] >= capacity

    def _keep_seats(self, bot: str, before: State, after: State) -> None:
        """An agent who has an offer has a seat kept until the offer or its time is over."""
        was, now = before["offer"], after["offer"]
        if was and not now and self._clock.now() < was[1]:
            self.kept[bot, was[0]] = 0
        if now and now != was:
            self.kept[bot, now[0]] = now[1]


def _answer(sent: Sent, before: State, after: State) -> Answer:
    conversation_id = sent.address.conversation_id
    opened_seq = after["handoff"]
    is_new = after["seq"] > before["seq"]
    left_message = isinstance(sent.command, Pause) and after["status"] == "bot"
    was_paused, is_with_bot = before["status"] != "bot", after["status"] == "bot"
    said_goodbye = isinstance(sent.command, UserMessage) and was_paused and is_with_bot
    # The word comes last where the conversation is taken with it, and first in all else.
    seq = after["seq"] if isinstance(sent.command, ClaimAndReply) else before["seq"] + 1
    return Answer(
        conversation_id,
        after["status"],
        after["epoch"],
        handoff_id(conversation_id, opened_seq) if opened_seq else None,
        seq if is_new else None,
        created=is_new and not left_message,
        handoff_ended="user_left" if said_goodbye else None,
        warnings=(NO_QUEUE,) if is_new and _names_unknown_queue(sent) else (),
    )


def _names_unknown_queue(sent: Sent) -> bool:
    return sent.command.queue not in {None, *model.QUEUES}


def _offer_of(head: Head) -> tuple[str, int] | None:
    offer = head.offer if head.handoff else None
    return (offer.agent.id, offer.until) if offer else None


def _key_name(sent: Sent) -> KeyName:
    assert sent.key is not None
    return sent.address.bot, sent.key.caller, sent.key.key


def _message_name(sent: Sent) -> MessageName:
    assert sent.message_id is not None
    return sent.address, sent.sender, sent.message_id
