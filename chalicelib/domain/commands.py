"""What can be asked of a conversation. A command says what is wanted; the state table decides.

`epoch`, where a command carries one, is the epoch under which it was thought up: under another it
is refused as stale.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from chalicelib.domain.entries import Body
from chalicelib.domain.handoff import Request, Resumption
from chalicelib.domain.routing import Member


class IfUnavailable(StrEnum):
    QUEUE = "queue"
    REFUSE = "refuse"
    LEAVE_MESSAGE = "leave_message"


@dataclass(frozen=True, slots=True)
class Profile:
    """What the channel knows of its user."""

    name: str | None = None
    attributes: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class UserMessage:
    """`leaves`: it is a word by which the user ends a handoff, where there is one."""

    name: ClassVar = "user message"
    body: Body
    message_id: str | None = None
    profile: Profile | None = None
    leaves: bool = False


@dataclass(frozen=True, slots=True)
class BotMessage:
    """Under another epoch than `epoch` it is a leak: a reply thought up before a handoff."""

    name: ClassVar = "bot message"
    body: Body
    message_id: str | None = None
    epoch: int | None = None
    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class AgentMessage:
    """`suggestion` is the number of the entry whose text the agent sends as their own."""

    name: ClassVar = "agent message"
    body: Body
    message_id: str | None = None
    epoch: int | None = None
    suggestion: int | None = None


@dataclass(frozen=True, slots=True)
class TakeAndSay(AgentMessage):
    """An agent who speaks without having the conversation: they take it in the same breath."""

    name: ClassVar = "agent message"


@dataclass(frozen=True, slots=True)
class Pause:
    """Ask for a person. `agent` is the member whom the request names, as they stand now;
    `someone_free` is None where nobody has asked (then the conversation queues in any case)."""

    name: ClassVar = "pause"
    request: Request = field(default_factory=Request)
    agent: Member | None = None
    if_unavailable: IfUnavailable = IfUnavailable.QUEUE
    someone_free: bool | None = None
    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class Take:
    """Pause, and claim in the same breath: a person who names themself."""

    name: ClassVar = "pause"
    request: Request = field(default_factory=Request)


@dataclass(frozen=True, slots=True)
class Unpause:
    name: ClassVar = "unpause"
    resumption: Resumption = field(default_factory=Resumption)
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    name: ClassVar = "claim"
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Release:
    name: ClassVar = "release"
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """To an agent (as they stand now) or to a queue, exactly one of the two."""

    name: ClassVar = "transfer"
    agent: Member | None = None
    queue: str | None = None
    note: str | None = None
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """`handoff` is the id of the handoff that it is about, where its writer names one."""

    name: ClassVar = "note"
    text: str
    handoff: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    name: ClassVar = "tag"
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggest:
    name: ClassVar = "suggestion"
    text: str


Message = UserMessage | BotMessage | AgentMessage | TakeAndSay
Command = Message | Pause | Take | Unpause | Claim | Release | Transfer | Note | Tag | Suggest
