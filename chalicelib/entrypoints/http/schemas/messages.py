"""Bodies of the routes that record and send messages."""

from typing import Annotated, Literal

from msgspec import Meta, field

from chalicelib.domain.access import Caller
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    BotMessage,
    MessageCommand,
    Profile,
    UserMessage,
)
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.errors import invalid_field
from chalicelib.entrypoints.http.schemas.limits import LONG, NAME, SHORT, TEXT
from chalicelib.entrypoints.http.schemas.parsing import (
    FieldError,
    JsonObject,
    Strict,
    identifier,
    json_object,
    words,
)


class UserProfile(Strict):
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


class MessageFields(Strict):
    """The fields of every message. A message of type `text` has a `text`, each other type has a
    `payload`."""

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
            field = wanted if getattr(self, wanted) is None else other
            what = f"a message of type {self.type} has a `{wanted}` and no `{other}`"
            raise FieldError(field, what)

    @property
    def said(self) -> Body:
        return Body(self.type, self.text, self.payload)


class MessageRequest(MessageFields, kw_only=True, rename={"sender": "from"}):
    """POST /messages"""

    channel: str
    user: UserProfile
    sender: From
    thread: str | None = None

    def __post_init__(self) -> None:
        MessageFields.__post_init__(self)
        identifier("channel", self.channel, SHORT)
        identifier("thread", self.thread, LONG)
        if self.sender not in (From.USER, From.BOT):
            raise FieldError("from", "`from` is user or bot")

    def address(self, bot: str) -> Address:
        return Address(bot, self.channel, self.user.id, self.thread)

    def command(self) -> MessageCommand:
        if self.sender is From.USER:
            return UserMessage(self.said, self.message_id, self.user.profile())
        return BotMessage(self.said, self.message_id, self.epoch, self.user.profile())


class AgentMessageRequest(MessageFields):
    """A message of an agent: its own text or payload, or the number of the entry (`suggestion`) in
    which the bot has suggested the text."""

    suggestion: Annotated[int, Meta(ge=1)] | None = None

    def __post_init__(self) -> None:
        if self.suggestion is None:
            MessageFields.__post_init__(self)
            return
        identifier("message_id", self.message_id, LONG)
        if (self.type, self.text, self.payload) != ("text", None, None):
            what = "a `suggestion` is sent as it is, without `text` or `payload`"
            raise FieldError("suggestion", what)

    def by_agent(self) -> AgentMessage:
        return AgentMessage(self.said, self.message_id, self.epoch, self.suggestion)


class ConversationMessageRequest(AgentMessageRequest, kw_only=True, rename={"sender": "from"}):
    """POST …/messages. A person speaks as the owner; a bot's key says in `from` who has spoken."""

    sender: From | None = None

    def command(self, caller: Caller) -> MessageCommand:
        if caller.is_person:
            if self.sender is not None:
                raise invalid_field("from", "`from` is for bots; people speak for themselves.")
            return self.by_agent()
        if self.suggestion is not None:
            raise invalid_field("suggestion", "`suggestion` is for people: the owner sends it.")
        if self.sender is From.USER:
            return UserMessage(self.said, self.message_id)
        if self.sender is From.BOT:
            return BotMessage(self.said, self.message_id, self.epoch)
        raise invalid_field("from", "`from` is user or bot, and required.")


class TypingRequest(Strict):
    """POST …/typing: the bot's channel reports that its user is typing."""

    sender: Literal["user"] = field(name="from")
