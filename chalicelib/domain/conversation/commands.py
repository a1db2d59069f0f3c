"""The commands: everything that can be asked of a conversation. The state table decides on them.

A command that carries an `epoch` is refused as stale if the conversation's epoch is another one.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct, field

from chalicelib.domain.access import Action
from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.conversation.handoff import Handoff, Offer, Request, Resumption
from chalicelib.domain.routing.members import Member
from chalicelib.domain.routing.queues import Queue


class IfUnavailable(StrEnum):
    """The effect of a pause if no agent is available."""

    QUEUE = "queue"
    REFUSE = "refuse"
    LEAVE_MESSAGE = "leave_message"


class Cause(StrEnum):
    """The reason for a change that no caller asked for."""

    TIMEOUT = "timeout"
    GIVE_UP = "give_up"
    FALLBACK = "fallback"
    AGENT_IDLE = "agent_idle"
    AGENT_LOST = "agent_lost"
    USER_IDLE = "user_idle"
    MAX_LENGTH = "max_length"
    DECLINED = "declined"
    QUEUE_REMOVED = "queue_removed"


class Profile(Struct, frozen=True):
    """The name and the attributes that the channel sends about its user."""

    name: str | None = None
    attributes: Mapping[str, object] | None = None


class BaseCommand(Struct, frozen=True):
    """The attributes of every command. Those that most commands lack have neutral values.

    `name` stands in error details. `action` is the permission that the caller needs. `sender` is
    the party that speaks, if the command is a message. `queue` is the queue that it names.
    """

    name: ClassVar[str]
    action: ClassVar[Action]
    sender: ClassVar[From | None] = None

    @property
    def epoch(self) -> int | None:
        return None

    @property
    def cause(self) -> Cause | None:
        return None

    @property
    def message_id(self) -> str | None:
        return None

    @property
    def profile(self) -> Profile | None:
        return None

    @property
    def suggestion(self) -> int | None:
        return None

    @property
    def queue(self) -> str | None:
        return None


class UserMessage(BaseCommand, frozen=True):
    """`is_leave_word`: the text is one of the bot's leave words, which end a handoff."""

    name: ClassVar[str] = "user message"
    action: ClassVar[Action] = Action.RECORD
    sender: ClassVar[From | None] = From.USER
    body: Body
    message_id: str | None = None
    profile: Profile | None = None
    is_leave_word: bool = False


class BotMessage(BaseCommand, frozen=True):
    """With an old `epoch` it is a leak: a reply that the bot thought up before a handoff."""

    name: ClassVar[str] = "bot message"
    action: ClassVar[Action] = Action.RECORD
    sender: ClassVar[From | None] = From.BOT
    body: Body
    message_id: str | None = None
    epoch: int | None = None
    profile: Profile | None = None


class AgentMessage(BaseCommand, frozen=True):
    """`suggestion` is the number of the entry whose text the agent sends as their own."""

    name: ClassVar[str] = "agent message"
    action: ClassVar[Action] = Action.SAY
    sender: ClassVar[From | None] = From.AGENT
    body: Body
    message_id: str | None = None
    epoch: int | None = None
    suggestion: int | None = None


class ClaimAndReply(AgentMessage, frozen=True):
    """An agent replies to a conversation that they do not own: the same commit claims it."""

    name: ClassVar[str] = "agent message"


class Pause(BaseCommand, frozen=True):
    """Asks for a person.

    `say` is the bot's last word: it is stored in the same commit, before the request, if this
    command asks for the person. `agent` is the member whom the request names, as stored now.
    `queue_settings` are those of the queue that it names. `someone_free` is None if availability
    was not checked; the conversation then waits in any case. `unknown_queue` is the queue that the
    bot has named and that does not exist: the request then has none.
    """

    name: ClassVar[str] = "pause"
    action: ClassVar[Action] = Action.PAUSE
    request: Request = field(default_factory=Request)
    agent: Member | None = None
    if_unavailable: IfUnavailable = IfUnavailable.QUEUE
    someone_free: bool | None = None
    profile: Profile | None = None
    queue_settings: Queue | None = None
    say: Body | None = None
    epoch: int | None = None
    unknown_queue: str | None = None

    @property
    def queue(self) -> str | None:
        return self.request.queue


class PauseAndClaim(BaseCommand, frozen=True):
    """A person pauses a conversation and names themself: the same commit claims it."""

    name: ClassVar[str] = "pause"
    action: ClassVar[Action] = Action.CLAIM
    request: Request = field(default_factory=Request)
    queue_settings: Queue | None = None
    epoch: int | None = None

    @property
    def queue(self) -> str | None:
        return self.request.queue


class UpdateHandoff(BaseCommand, frozen=True):
    """Corrects what the request said while the handoff is open; a field that is None stays."""

    name: ClassVar[str] = "handoff update"
    action: ClassVar[Action] = Action.UPDATE_HANDOFF
    reason: str | None = None
    summary: str | None = None
    context: Mapping[str, object] | None = None
    priority: int | None = None


class Unpause(BaseCommand, frozen=True):
    name: ClassVar[str] = "unpause"
    action: ClassVar[Action] = Action.UNPAUSE
    resumption: Resumption = field(default_factory=Resumption)
    epoch: int | None = None
    cause: Cause | None = None


class Claim(BaseCommand, frozen=True):
    name: ClassVar[str] = "claim"
    action: ClassVar[Action] = Action.CLAIM
    epoch: int | None = None


class Release(BaseCommand, frozen=True):
    """Puts the conversation back into its queue, or declines an offer to the caller."""

    name: ClassVar[str] = "release"
    action: ClassVar[Action] = Action.RELEASE
    epoch: int | None = None
    cause: Cause | None = None


class Transfer(BaseCommand, frozen=True):
    """To an agent (the member as stored now), or to a queue with its settings."""

    name: ClassVar[str] = "transfer"
    action: ClassVar[Action] = Action.TRANSFER
    agent: Member | None = None
    queue: str | None = None
    note: str | None = None
    epoch: int | None = None
    queue_settings: Queue | None = None
    cause: Cause | None = None


class MakeOffer(BaseCommand, frozen=True):
    """Until `until`, only this agent (the member as stored now) and supervisors may claim."""

    name: ClassVar[str] = "offer"
    action: ClassVar[Action] = Action.OFFER
    until: int
    agent: Member
    epoch: int | None = None


class EndOffer(BaseCommand, frozen=True):
    """Ends exactly this offer, because its time is over."""

    name: ClassVar[str] = "end of an offer"
    action: ClassVar[Action] = Action.OFFER
    offer: Offer
    epoch: int | None = None


class Escalate(BaseCommand, frozen=True):
    """Raises an alert because the user has waited too long: the first (`step` 1), or the next."""

    name: ClassVar[str] = "escalation"
    action: ClassVar[Action] = Action.ESCALATE
    step: int
    epoch: int | None = None


class Snooze(BaseCommand, frozen=True):
    """The inactivity timers wait until `until` (milliseconds since 1970, UTC). None ends that."""

    name: ClassVar[str] = "snooze"
    action: ClassVar[Action] = Action.SNOOZE
    until: int | None
    epoch: int | None = None


class Note(BaseCommand, frozen=True):
    """`handoff` is the id of the handoff that the note is about, if its author names one.
    `mentions` holds the ids of members who may read the conversation."""

    name: ClassVar[str] = "note"
    action: ClassVar[Action] = Action.NOTE
    text: str
    handoff: str | None = None
    mentions: tuple[str, ...] = ()


class Tag(BaseCommand, frozen=True):
    """Replaces the conversation's tags."""

    name: ClassVar[str] = "tag"
    action: ClassVar[Action] = Action.TAG
    tags: tuple[str, ...]


class Suggest(BaseCommand, frozen=True):
    name: ClassVar[str] = "suggestion"
    action: ClassVar[Action] = Action.SUGGEST
    text: str


class RateHandoff(BaseCommand, frozen=True):
    """The user rates a handoff that has ended. `handoff` is that handoff, as stored now."""

    name: ClassVar[str] = "rating"
    action: ClassVar[Action] = Action.RATE
    handoff_id: str
    score: int
    comment: str | None = None
    handoff: Handoff | None = None


class Erase(BaseCommand, frozen=True):
    """Erases what the log holds about the user; an open handoff ends as cancelled. `erasure` is the
    id of the order to do so. `keeps_profile`: name and attributes stay for other conversations."""

    name: ClassVar[str] = "erasure"
    action: ClassVar[Action] = Action.ERASE
    erasure: str
    keeps_profile: bool = False


MessageCommand = UserMessage | BotMessage | AgentMessage | ClaimAndReply
TimerCommand = MakeOffer | EndOffer | Escalate
Command = (
    MessageCommand
    | Pause
    | PauseAndClaim
    | UpdateHandoff
    | Unpause
    | Claim
    | Release
    | Transfer
    | TimerCommand
    | Snooze
    | Note
    | Tag
    | Suggest
    | RateHandoff
    | Erase
)


def said_in(command: Command) -> Body | None:
    """Returns the message that the command stores, or None."""
    if isinstance(command, MessageCommand):
        return command.body
    return command.say if isinstance(command, Pause) else None
