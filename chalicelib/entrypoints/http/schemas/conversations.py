"""The bodies of the native API, as its contract names them. Sizes are the contract's, too."""

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, field

from chalicelib.domain.access import Caller
from chalicelib.domain.address import Address, person_id
from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    BotMessage,
    IfUnavailable,
    MessageCommand,
    Pause,
    PauseAndClaim,
    Profile,
    Unpause,
    UserMessage,
)
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.conversation.handoff import Outcome, Request, Resumption
from chalicelib.domain.errors import InvalidRequest
from chalicelib.domain.routing.members import PresenceStatus
from chalicelib.entrypoints.http.schemas.parsing import Strict, identifier, json_object, words

SHORT, LONG = 32, 128
"""Bytes: of a bot, channel or queue; of a user, thread or message."""
NAME, TEXT, REASON = 64, 4000, 1000
TAGS, TAG = 10, 24
HIGHEST_PRIORITY = 9
JsonObject = dict[str, object]


class Level(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class User(Strict):
    id: str
    name: str | None = None
    attributes: JsonObject | None = None

    def __post_init__(self) -> None:
        identifier("id", self.id, LONG)
        identifier("name", self.name, 4 * NAME)
        words("name", self.name, NAME)
        json_object("attributes", self.attributes)

    def profile(self) -> Profile | None:
        if self.name is None and self.attributes is None:
            return None
        return Profile(self.name, self.attributes)


class Spoken(Strict):
    """What every message carries: `text`, or for any other type a `payload`."""

    type: str = "text"
    text: str | None = None
    payload: JsonObject | None = None
    message_id: str | None = None
    epoch: int | None = None

    def __post_init__(self) -> None:
        identifier("type", self.type, SHORT)
        identifier("message_id", self.message_id, LONG)
        words("text", self.text, TEXT)
        json_object("payload", self.payload)
        wanted, other = ("text", "payload") if self.type == "text" else ("payload", "text")
        if getattr(self, wanted) is None or getattr(self, other) is not None:
            raise ValueError(f"a message of type {self.type} has a `{wanted}` and no `{other}`")

    @property
    def said(self) -> Body:
        return Body(self.type, self.text, self.payload)


class NewMessage(Spoken, kw_only=True, rename={"sender": "from"}):
    """POST /messages"""

    channel: str
    user: User
    sender: From
    thread: str | None = None

    def __post_init__(self) -> None:
        Spoken.__post_init__(self)
        identifier("channel", self.channel, SHORT)
        identifier("thread", self.thread, LONG)
        if self.sender not in (From.USER, From.BOT):
            raise ValueError("`from` is user or bot")

    def address(self, bot: str) -> Address:
        return Address(bot, self.channel, self.user.id, self.thread)

    def command(self) -> MessageCommand:
        if self.sender is From.USER:
            return UserMessage(self.said, self.message_id, self.user.profile())
        return BotMessage(self.said, self.message_id, self.epoch, self.user.profile())


class SpokenByAgent(Spoken):
    """In the agent's own words, or as the bot has suggested in entry number `suggestion`."""

    suggestion: Annotated[int, Meta(ge=1)] | None = None

    def __post_init__(self) -> None:
        if self.suggestion is None:
            Spoken.__post_init__(self)
            return
        identifier("message_id", self.message_id, LONG)
        if (self.type, self.text, self.payload) != ("text", None, None):
            raise ValueError("a `suggestion` is sent as it is, without `text` or `payload`")

    def by_agent(self) -> AgentMessage:
        return AgentMessage(self.said, self.message_id, self.epoch, self.suggestion)


class MessageInConversation(SpokenByAgent, kw_only=True, rename={"sender": "from"}):
    """POST /conversations/{id}/messages: a person speaks as the owner, a bot's key says who."""

    sender: From | None = None

    def command(self, caller: Caller) -> MessageCommand:
        if caller.is_person:
            if self.sender is not None:
                raise InvalidRequest("`from` is for bots; people speak for themselves.")
            return self.by_agent()
        if self.suggestion is not None:
            raise InvalidRequest("`suggestion` is for people: the owner sends it.")
        if self.sender is From.USER:
            return UserMessage(self.said, self.message_id)
        if self.sender is From.BOT:
            return BotMessage(self.said, self.message_id, self.epoch)
        raise InvalidRequest("`from` is user or bot, and required.")


class PauseRequest(Strict):
    reason: str | None = None
    queue: str | None = None
    priority: int = 0
    agent: str | None = None
    language: str | None = None
    context: JsonObject | None = None
    if_unavailable: IfUnavailable = IfUnavailable.QUEUE

    def __post_init__(self) -> None:
        words("reason", self.reason, REASON)
        identifier("queue", self.queue, SHORT)
        identifier("agent", self.agent, LONG)
        identifier("language", self.language, SHORT)
        json_object("context", self.context)
        if not 0 <= self.priority <= HIGHEST_PRIORITY:
            raise ValueError(f"`priority` is 0 to {HIGHEST_PRIORITY}, the highest goes first")

    @property
    def request(self) -> Request:
        return Request(
            reason=self.reason,
            queue=self.queue,
            priority=self.priority,
            language=self.language,
            context=self.context,
        )

    @property
    def named(self) -> str | None:
        return person(self.agent)

    def command(self, caller: Caller) -> Pause | PauseAndClaim:
        """A person who names themself takes the conversation at once."""
        if caller.is_person and self.named == caller.id:
            return PauseAndClaim(self.request)
        return Pause(self.request, if_unavailable=self.if_unavailable)


class PauseByAddress(PauseRequest, kw_only=True):
    """POST /pause. `user` is an id, or the same object as in POST /messages."""

    channel: str
    user: str | User
    thread: str | None = None

    def __post_init__(self) -> None:
        PauseRequest.__post_init__(self)
        identifier("channel", self.channel, SHORT)
        identifier("thread", self.thread, LONG)
        if isinstance(self.user, str):
            identifier("user", self.user, LONG)

    def address(self, bot: str) -> Address:
        user = self.user if isinstance(self.user, str) else self.user.id
        return Address(bot, self.channel, user, self.thread)

    @property
    def profile(self) -> Profile | None:
        return self.user.profile() if isinstance(self.user, User) else None


class UnpauseRequest(Strict):
    outcome: Outcome = Outcome.RESOLVED
    note: str | None = None
    resume_at: str | None = None
    variables: JsonObject | None = None
    epoch: int | None = None

    def __post_init__(self) -> None:
        words("note", self.note, TEXT)
        words("resume_at", self.resume_at, LONG)
        json_object("variables", self.variables)

    def command(self) -> Unpause:
        said = Resumption(self.outcome, self.note, self.resume_at, self.variables)
        return Unpause(said, self.epoch)


class WithEpoch(Strict):
    """POST …/claim and …/release"""

    epoch: int | None = None


class TransferRequest(Strict):
    agent: str | None = None
    queue: str | None = None
    note: str | None = None
    epoch: int | None = None

    def __post_init__(self) -> None:
        identifier("agent", self.agent, LONG)
        identifier("queue", self.queue, SHORT)
        words("note", self.note, TEXT)
        if (self.agent is None) == (self.queue is None):
            raise ValueError("a transfer names an `agent` or a `queue`, one of the two")

    @property
    def named(self) -> str | None:
        return person(self.agent)


class Nothing(Strict):
    """For calls that are told everything by their path."""


class TextRequest(Strict):
    """POST …/notes and …/suggestions, PUT …/replies/{name}"""

    text: str

    def __post_init__(self) -> None:
        words("text", self.text, TEXT)


class TypingRequest(Strict):
    """POST …/typing: who does, as the bot's channel has seen it."""

    sender: Literal["user"] = field(name="from")


class TagsRequest(Strict):
    tags: list[str]

    def __post_init__(self) -> None:
        if len(self.tags) > TAGS:
            raise ValueError(f"at most {TAGS} tags")
        for tag in self.tags:
            identifier("tags", tag, TAG)

    @property
    def distinct(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.tags))


class NotificationRequest(Strict):
    message: str
    level: Level = Level.INFO
    url: str | None = None
    conversation_id: str | None = None

    def __post_init__(self) -> None:
        words("message", self.message, REASON)
        words("url", self.url, 2 * REASON)
        identifier("conversation_id", self.conversation_id, LONG)


class StatusRequest(Strict):
    status: PresenceStatus


class Login(Strict):
    email: str
    password: str


class Refresh(Strict):
    refresh: str


def person(reference: str | None) -> str | None:
    """People are named by their id, or by the e-mail address they log in with."""
    return person_id(reference) if reference and "@" in reference else reference
