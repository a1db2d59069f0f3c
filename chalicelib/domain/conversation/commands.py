"""What can be asked of a conversation. A command says what is wanted; the state table decides.

`epoch`, where a command carries one, is the epoch under which it was thought up: under another it
is refused as stale.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct, field

from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.conversation.handoff import Offer, Request, Resumption
from chalicelib.domain.routing.members import Member
from chalicelib.domain.routing.queues import Queue


class IfUnavailable(StrEnum):
    QUEUE = "queue"
    REFUSE = "refuse"
    LEAVE_MESSAGE = "leave_message"


class Cause(StrEnum):
    """Why something happened that nobody asked for."""

    TIMEOUT = "timeout"
    GIVE_UP = "give_up"
    FALLBACK = "fallback"
    AGENT_IDLE = "agent_idle"
    AGENT_LOST = "agent_lost"
    USER_IDLE = "user_idle"
    MAX_LENGTH = "max_length"
    DECLINED = "declined"


class Profile(Struct, frozen=True):
    """What the channel knows of its user."""

    name: str | None = None
    attributes: Mapping[str, object] | None = None


class UserMessage(Struct, frozen=True):
    """`leaves`: it is a word by which the user ends a handoff, where there is one."""

    name: ClassVar = "user message"
    body: Body
    message_id: str | None = None
    profile: Profile | None = None
    leaves: bool = False


class BotMessage(Struct, frozen=True):
    """Under another epoch than `epoch` it is a leak: a reply thought up before a handoff."""

    name: ClassVar = "bot message"
    body: Body
    message_id: str | None = None
    epoch: int | None = None
    profile: Profile | None = None


class AgentMessage(Struct, frozen=True):
    """`suggestion` is the number of the entry whose text the agent sends as their own."""

    name: ClassVar = "agent message"
    body: Body
    message_id: str | None = None
    epoch: int | None = None
    suggestion: int | None = None


class TakeAndSay(AgentMessage, frozen=True):
    """An agent who speaks without having the conversation: they take it in the same breath."""

    name: ClassVar = "agent message"


class Pause(Struct, frozen=True):
    """Ask for a person. `agent` is the member whom the request names, as they stand now, `settings`
    are those of the queue it names; `someone_free` is None where nobody has asked (then the
    conversation queues in any case)."""

    name: ClassVar = "pause"
    request: Request = field(default_factory=Request)
    agent: Member | None = None
    if_unavailable: IfUnavailable = IfUnavailable.QUEUE
    someone_free: bool | None = None
    profile: Profile | None = None
    settings: Queue | None = None


class Take(Struct, frozen=True):
    """Pause, and claim in the same breath: a person who names themself."""

    name: ClassVar = "pause"
    request: Request = field(default_factory=Request)
    settings: Queue | None = None


class Unpause(Struct, frozen=True):
    name: ClassVar = "unpause"
    resumption: Resumption = field(default_factory=Resumption)
    epoch: int | None = None
    cause: Cause | None = None


class Claim(Struct, frozen=True):
    name: ClassVar = "claim"
    epoch: int | None = None


class Release(Struct, frozen=True):
    """Put back into the queue; of what is offered to the caller: decline."""

    name: ClassVar = "release"
    epoch: int | None = None
    cause: Cause | None = None


class Transfer(Struct, frozen=True):
    """To an agent (as they stand now) or to a queue (`settings` are its own), exactly one of the
    two."""

    name: ClassVar = "transfer"
    agent: Member | None = None
    queue: str | None = None
    note: str | None = None
    epoch: int | None = None
    settings: Queue | None = None
    cause: Cause | None = None


class MakeOffer(Struct, frozen=True):
    """To one agent (as they stand now), who may claim it until `until` before anybody else."""

    name: ClassVar = "offer"
    until: int
    agent: Member | None = None
    epoch: int | None = None


class EndOffer(Struct, frozen=True):
    """The time of exactly this offer is over."""

    name: ClassVar = "end of an offer"
    offer: Offer
    epoch: int | None = None


class Escalate(Struct, frozen=True):
    """The user has waited too long: for the first time (`step` 1), or for one step more."""

    name: ClassVar = "escalation"
    step: int
    epoch: int | None = None


class Note(Struct, frozen=True):
    """`handoff` is the id of the handoff that it is about, where its writer names one."""

    name: ClassVar = "note"
    text: str
    handoff: str | None = None


class Tag(Struct, frozen=True):
    name: ClassVar = "tag"
    tags: tuple[str, ...]


class Suggest(Struct, frozen=True):
    name: ClassVar = "suggestion"
    text: str


Message = UserMessage | BotMessage | AgentMessage | TakeAndSay
Move = Pause | Take | Unpause | Claim | Release | Transfer
ByTimer = MakeOffer | EndOffer | Escalate
Command = Message | Move | ByTimer | Note | Tag | Suggest
