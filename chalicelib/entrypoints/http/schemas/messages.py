"""Bodies of the routes that record and send messages."""

from typing import Annotated, Literal

from msgspec import Meta, field

from chalicelib.domain.access import Caller
from chalicelib.domain.address import Address
from chalicelib.domain.characters import REPLACEMENT, without_controls
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
from chalicelib.entrypoints.http.schemas.decoration import (
    Misfit,
    fitting_name,
    fitting_object,
    fitting_text,
)
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
    """The name and the attributes only decorate: what does not fit is cut or ignored."""

    id: str
    name: object = None
    attributes: object = None

    def __post_init__(self) -> None:
        identifier("id", self.id, LONG)

    @property
    def profile(self) -> Profile | None:
        name, _ = fitting_name("user.name", self.name, NAME)
        attributes, _ = fitting_object("user.attributes", self.attributes)
        if name is None and attributes is None:
            return None
        return Profile(name, attributes)

    @property
    def misfits(self) -> list[Misfit]:
        _, name = fitting_name("user.name", self.name, NAME)
        _, attributes = fitting_object("user.attributes", self.attributes)
        return [misfit for misfit in (name, attributes) if misfit]


class WordsFields(Strict):
    """The content of a message. One of type `text` has a `text`; each other one has a `payload`, a
    `text` or both.

    The user's text is cut if it is too long, because its writer cannot be asked for a shorter one.
    """

    type: str = "text"
    text: str | None = None
    payload: JsonObject | None = None

    def __post_init__(self) -> None:
        identifier("type", self.type, SHORT)
        json_object("payload", self.payload)
        if self.text:
            # The user has sent something, even if there is nothing to show.
            self.text = without_controls(self.text) or REPLACEMENT
        elif self.payload is not None:
            self.text = None
        if not self.is_from_user:
            words("text", self.text, TEXT)
        if not self.text and self.payload is None:
            wanted = "text" if self.type == "text" else "payload"
            raise FieldError(wanted, f"a message of type {self.type} has a `{wanted}`")

    @property
    def is_from_user(self) -> bool:
        return False

    @property
    def said(self) -> Body:
        text, _ = fitting_text("text", self.text, TEXT)
        return Body(self.type, text, self.payload)

    @property
    def misfits(self) -> list[Misfit]:
        _, text = fitting_text("text", self.text, TEXT)
        return [text] if text else []


class MessageFields(WordsFields):
    """The fields of every message."""

    message_id: str | None = None
    epoch: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        identifier("message_id", self.message_id, LONG)


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

    @property
    def is_from_user(self) -> bool:
        return self.sender is From.USER

    @property
    def misfits(self) -> list[Misfit]:
        return super().misfits + self.user.misfits

    def address(self, bot: str) -> Address:
        return Address(bot, self.channel, self.user.id, self.thread)

    def command(self) -> MessageCommand:
        if self.is_from_user:
            return UserMessage(self.said, self.message_id, self.user.profile)
        return BotMessage(self.said, self.message_id, self.epoch, self.user.profile)


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

    @property
    def is_from_user(self) -> bool:
        return self.sender is From.USER

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
