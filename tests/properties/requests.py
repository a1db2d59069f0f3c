"""What anybody may ask for, sensible or not, and where."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from chalicelib.domain.access import Caller
from chalicelib.domain.address import Address
from chalicelib.domain.commands import (
    AgentMessage,
    BotMessage,
    Claim,
    Command,
    IfUnavailable,
    Note,
    Pause,
    Release,
    Suggest,
    Tag,
    Take,
    Transfer,
    Unpause,
    UserMessage,
)
from chalicelib.domain.entries import Body
from chalicelib.domain.handoff import Request, Resumption
from chalicelib.usecases.records import IdempotencyKey
from tests.properties.model import Asked
from tests.properties.three_bots import caller


@dataclass(frozen=True, slots=True)
class Draft:
    """A request, but for its place. `epoch_off` is how far its epoch is from the current one; None:
    it carries none. `key` is an Idempotency-Key; `by_id` names the place by its id."""

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

    def asked(self, online: frozenset[str]) -> Asked:
        return Asked(self.caller, self.command, self.agent, online)

    @property
    def is_message(self) -> bool:
        return isinstance(self.command, UserMessage | BotMessage | AgentMessage)

    @property
    def claims(self) -> bool:
        return isinstance(self.command, Claim | Take)

    @property
    def sender(self) -> str:
        return self.command.name.removesuffix(" message")

    @property
    def message_id(self) -> str | None:
        found: str | None = getattr(self.command, "message_id", None)
        return found

    @property
    def text(self) -> str | None:
        command = self.command
        if isinstance(command, UserMessage | BotMessage | AgentMessage):
            return command.body.text
        return None


def sent_from(draft: Draft, address: Address, epoch: int) -> Sent:
    """`epoch` is the conversation's current one."""
    command = draft.command
    if draft.epoch_off is not None and isinstance(command, WITH_EPOCH):
        command = replace(command, epoch=epoch + draft.epoch_off)
    who = caller(address.bot, draft.who)
    fingerprint = repr((address, command, draft.agent, draft.by_id))
    key = IdempotencyKey(who.id, draft.key, fingerprint) if draft.key else None
    return Sent(who, address, command, draft.agent, key, draft.by_id)


WITH_EPOCH = (BotMessage, AgentMessage, Unpause, Claim, Release, Transfer)

BODIES = st.builds(Body, text=st.sampled_from(["hi", "ho"]))
MESSAGE_IDS = st.sampled_from([None, None, "m0", "m1", "m2"])
REQUESTS = st.builds(Request, queue=st.sampled_from([None, "sales", "sales", "support"]))
PAUSES = st.builds(
    Pause,
    REQUESTS,
    if_unavailable=st.sampled_from(list(IfUnavailable)),
    someone_free=st.sampled_from([None, True, False]),
)
NOTES = st.sampled_from([None, "look"])

OF_BOTS: st.SearchStrategy[Command] = st.one_of(
    st.builds(UserMessage, BODIES, MESSAGE_IDS),
    st.builds(BotMessage, BODIES, MESSAGE_IDS),
    st.builds(Suggest, st.just("try this")),
)
OF_PEOPLE: st.SearchStrategy[Command] = st.one_of(
    st.builds(Claim),
    st.builds(AgentMessage, BODIES, MESSAGE_IDS),
    st.builds(Release),
    st.builds(Take, REQUESTS),
    st.builds(Note, st.just("psst")),
)
OF_ALL: st.SearchStrategy[Command] = st.one_of(
    PAUSES,
    st.builds(Unpause, st.builds(Resumption)),
    st.builds(Tag, st.sampled_from([(), ("a",), ("a", "b")])),
)
COMMANDS: st.SearchStrategy[Command] = OF_BOTS | OF_PEOPLE | OF_ALL

PERSON = st.sampled_from(["ana", "bo", "sam"])
ANYBODY = st.sampled_from(["ana", "bo", "sam", "key", "timer"])
NOBODY: st.SearchStrategy[str | None] = st.none()
KEYS = st.sampled_from([None, None, None, "k0", "k1"])
EPOCHS_OFF = st.sampled_from([None, None, 0, 0, -1, 1])


def _drafts(
    who: st.SearchStrategy[str],
    command: st.SearchStrategy[Command],
    agent: st.SearchStrategy[str | None] = NOBODY,
) -> st.SearchStrategy[Draft]:
    return st.builds(Draft, who, command, agent, KEYS, EPOCHS_OFF, by_id=st.booleans())


DRAFTS = st.one_of(
    _drafts(st.just("key"), OF_BOTS),
    _drafts(PERSON, OF_PEOPLE),
    _drafts(PERSON, OF_PEOPLE),
    _drafts(ANYBODY, OF_ALL),
    _drafts(ANYBODY, OF_ALL),
    _drafts(PERSON, st.builds(Transfer, note=NOTES), st.sampled_from(["ana", "bo", "nobody"])),
    _drafts(PERSON, st.builds(Transfer, queue=st.just("support"), note=NOTES)),
    _drafts(ANYBODY, COMMANDS),
)
"""Mostly what the one who asks may do in some status; the last are for anything at all."""
