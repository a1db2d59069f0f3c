"""The requests of the random histories, sensible or not."""

from dataclasses import dataclass

from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.authors import Author
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    BotMessage,
    Claim,
    ClaimAndReply,
    Command,
    EndOffer,
    Escalate,
    IfUnavailable,
    MakeOffer,
    Note,
    Pause,
    PauseAndClaim,
    Release,
    Snooze,
    Suggest,
    Tag,
    Transfer,
    Unpause,
    UpdateHandoff,
    UserMessage,
)
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.conversation.handoff import Offer, Request, Resumption
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.records.answers import IdempotencyKey
from tests.properties.model import LEAVE_WORD, Asked
from tests.properties.three_bots import caller
from tests.support.clock import START


@dataclass(frozen=True, slots=True)
class Draft:
    """A request, but for its place.

    `who` may be `OWNER`. `epoch_off` is how far its epoch is from the current one; None: it
    carries none. `key` is an Idempotency-Key; `by_id` names the place by its id.
    """

    who: str
    command: Command
    agent: str | None = None
    key: str | None = None
    epoch_off: int | None = None
    by_id: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it goes over the wire; sent again, it is exactly the same."""

    caller: Caller
    address: Address
    command: Command
    agent: str | None
    key: IdempotencyKey | None
    by_id: bool

    def asked(self, online: frozenset[str], now: int) -> Asked:
        return Asked(self.caller, self.command, self.agent, online, now)

    @property
    def is_message(self) -> bool:
        return isinstance(self.command, UserMessage | BotMessage | AgentMessage)

    @property
    def claims(self) -> bool:
        return isinstance(self.command, Claim | PauseAndClaim)

    @property
    def sender(self) -> str:
        return self.command.name.removesuffix(" message")

    @property
    def message_id(self) -> str | None:
        return self.command.message_id

    @property
    def said(self) -> str:
        """Differs for two messages that say different things."""
        command = self.command
        assert isinstance(command, UserMessage | BotMessage | AgentMessage)
        return repr((command.body, command.suggestion))

    @property
    def text(self) -> str | None:
        command = self.command
        if isinstance(command, UserMessage | BotMessage | AgentMessage):
            return command.body.text
        return None


def sent_from(draft: Draft, address: Address, epoch: int, owner: str | None) -> Sent:
    """`epoch` and `owner` are the conversation's current ones."""
    command = draft.command
    if draft.epoch_off is not None and isinstance(command, WITH_EPOCH):
        command = replace(command, epoch=epoch + draft.epoch_off)
    who = caller(address.bot, owner or "ana" if draft.who == OWNER else draft.who)
    fingerprint = repr((address, command, draft.agent, draft.by_id))
    key = IdempotencyKey(who.id, draft.key, fingerprint) if draft.key else None
    return Sent(who, address, command, draft.agent, key, draft.by_id)


BY_TIMER = (MakeOffer, EndOffer, Escalate)
WITH_EPOCH = (
    BotMessage,
    AgentMessage,
    Pause,
    PauseAndClaim,
    Unpause,
    Claim,
    Release,
    Transfer,
    Snooze,
    *BY_TIMER,
)

BODIES = st.builds(Body, text=st.sampled_from(["hi", "ho", "hi", "ho", f" {LEAVE_WORD.upper()} "]))
MESSAGE_IDS = st.sampled_from([None, None, "m0", "m1", "m2"])
REQUESTS = st.builds(Request, queue=st.sampled_from([None, "sales", "sales", "support", "nowhere"]))
PAUSES = st.builds(
    Pause,
    REQUESTS,
    if_unavailable=st.sampled_from(list(IfUnavailable)),
    someone_free=st.sampled_from([None, True, False]),
)
SAYS = st.sampled_from([None, Body(text="one moment")])
FAREWELLS = st.builds(
    Pause,
    REQUESTS,
    say=SAYS,
    if_unavailable=st.sampled_from(list(IfUnavailable)),
    someone_free=st.sampled_from([None, False]),
)
UPDATES = st.builds(
    UpdateHandoff, st.sampled_from([None, "two"]), priority=st.sampled_from([None, 0, 4])
)
UNPAUSE: st.SearchStrategy[Command] = st.builds(Unpause, st.builds(Resumption))
SAY: st.SearchStrategy[Command] = st.builds(AgentMessage, BODIES, MESSAGE_IDS)
TAKE_AND_SAY: st.SearchStrategy[Command] = st.builds(ClaimAndReply, BODIES, MESSAGE_IDS)
NOTES = st.sampled_from([None, "look"])

OF_BOTS: st.SearchStrategy[Command] = st.one_of(
    st.builds(UserMessage, BODIES, MESSAGE_IDS),
    st.builds(BotMessage, BODIES, MESSAGE_IDS),
    st.builds(Suggest, st.just("try this")),
    FAREWELLS,
    UPDATES,
)
HOUR = 3_600_000
SNOOZES = st.sampled_from([None, START + HOUR, START + HOUR, START + 3 * 24 * HOUR])
SNOOZE: st.SearchStrategy[Command] = st.builds(Snooze, SNOOZES)
OF_PEOPLE: st.SearchStrategy[Command] = st.one_of(
    st.builds(Claim),
    SAY,
    TAKE_AND_SAY,
    st.builds(Release),
    st.builds(PauseAndClaim, REQUESTS),
    st.builds(Note, st.just("psst")),
    SNOOZE,
)
OF_ALL: st.SearchStrategy[Command] = st.one_of(
    PAUSES,
    UNPAUSE,
    st.builds(Tag, st.sampled_from([(), ("a",), ("a", "b")])),
)
UNTILS = st.sampled_from([START + 60_000, START + 24 * 3_600_000, START + 365 * 24 * 3_600_000])
OFFERED = st.builds(Author, st.just("ana"), st.just("Ana")) | st.just(Author("bo", "Bo"))
OFFER: st.SearchStrategy[Command] = st.builds(
    MakeOffer, UNTILS, st.just(Member("ana", "Ana", "", Role.AGENT))
)
OF_TIMERS: st.SearchStrategy[Command] = st.one_of(
    st.builds(EndOffer, st.builds(Offer, OFFERED, UNTILS)),
    st.builds(Escalate, st.integers(1, 3)),
    st.builds(Release),
)
PERSON = st.sampled_from(["ana", "bo", "cy", "sam"])
OWNER = "the owner"
ANYBODY = st.sampled_from(["ana", "bo", "cy", "sam", "key", "timer"])
NOBODY: st.SearchStrategy[str | None] = st.none()
KEYS = st.sampled_from([None, None, None, "k0", "k1"])
EPOCHS_OFF = st.sampled_from([None, None, 0, 0, -1, 1])


def _by(
    who: str | st.SearchStrategy[str],
    command: st.SearchStrategy[Command],
    agent: st.SearchStrategy[str | None] = NOBODY,
) -> st.SearchStrategy[Draft]:
    callers = st.just(who) if isinstance(who, str) else who
    return st.builds(Draft, callers, command, agent, KEYS, EPOCHS_OFF, by_id=st.booleans())


TO_AGENT: st.SearchStrategy[Command] = st.builds(Transfer, note=NOTES)
TO_QUEUE: st.SearchStrategy[Command] = st.builds(Transfer, queue=st.just("support"), note=NOTES)
AGENTS = st.sampled_from(["ana", "bo", "cy", "sam"])
NAMED = st.sampled_from(["ana", "bo", "cy", "sam", "nobody"])

FITTING = {
    "bot": st.one_of(
        _by("key", OF_BOTS),
        _by(PERSON, st.builds(PauseAndClaim, REQUESTS)),
        _by(PERSON, TAKE_AND_SAY),
        _by(ANYBODY, PAUSES),
    ),
    "waiting": st.one_of(
        _by("key", OF_BOTS),
        _by(PERSON, st.builds(Claim)),
        _by(PERSON, st.builds(Claim)),
        _by(PERSON, TAKE_AND_SAY),
        _by("sam", TO_AGENT, AGENTS),
        _by("sam", TO_QUEUE),
        _by("timer", OFFER, AGENTS),
        _by("timer", OF_TIMERS),
        _by(PERSON, st.builds(Release)),
        _by(st.sampled_from(["sam", "key", "timer", "bo"]), UNPAUSE),
    ),
    "agent": st.one_of(
        _by("key", OF_BOTS),
        _by(st.sampled_from([OWNER, OWNER, "bo", "sam"]), SAY),
        _by(st.sampled_from([OWNER, "sam"]), st.builds(Release)),
        _by(st.sampled_from([OWNER, "sam"]), TO_AGENT, AGENTS),
        _by(st.sampled_from([OWNER, "sam"]), TO_QUEUE),
        _by(st.sampled_from([OWNER, "sam"]), SNOOZE),
        _by(PERSON, st.builds(Claim)),
        _by("timer", OF_TIMERS),
        _by(st.sampled_from([OWNER, "sam", "key", "timer"]), UNPAUSE),
    ),
}
"""By status: what goes on there, from those who may."""

DRAFTS = st.one_of(
    _by(ANYBODY, OF_BOTS),
    _by(ANYBODY, OF_PEOPLE),
    _by(ANYBODY, OF_ALL),
    _by(ANYBODY, TO_AGENT, NAMED),
    _by(ANYBODY, TO_QUEUE),
    _by(ANYBODY, OFFER, NAMED),
    _by(ANYBODY, OF_TIMERS),
)
"""Anything from anybody."""
