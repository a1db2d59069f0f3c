"""The frames of clients: `{"id", "action", …}` and the fields of the action's body.

An action that exists in REST, too, has the body of REST."""

import msgspec
from msgspec import Struct

from chalicelib.domain.errors import InvalidRequest, PayloadTooLarge, invalid_field
from chalicelib.domain.routing.members import PresenceStatus
from chalicelib.entrypoints.http.schemas.parsing import Strict, parse


class SyncBody(Strict):
    cursor: str | None = None


class WatchBody(Strict):
    after: int = 0


class ReadBody(Strict):
    seq: int

    def __post_init__(self) -> None:
        if self.seq < 0:
            raise invalid_field("seq", "it is the number of an entry")


class PresenceBody(Strict):
    """`agent` is the id of a colleague whose status a supervisor sets, in the frame's `bot`."""

    status: PresenceStatus
    agent: str | None = None


class PingBody(Strict):
    """`hidden` says whether the person sees the page. Without it, nothing changes."""

    hidden: bool | None = None


class SubscribeBody(Strict):
    """The list replaces earlier ones; an empty list ends the subscription."""

    events: list[str]


class ListenBody(Strict):
    """The types of events; all of them if the list is missing or empty."""

    events: tuple[str, ...] = ()


class Envelope(msgspec.Struct):
    """`id` is chosen by the client and comes back in the reply. Without a `bot`, the conversation
    is searched among the person's bots."""

    id: str | int
    action: str
    conversation_id: str | None = None
    bot: str | None = None


ENVELOPE = frozenset(Envelope.__struct_fields__)


class Frame(Struct, frozen=True):
    envelope: Envelope
    fields: dict[str, object]

    @property
    def conversation_id(self) -> str:
        """Raises InvalidRequest."""
        if self.envelope.conversation_id is None:
            raise invalid_field(
                "conversation_id", f"`{self.envelope.action}` needs a `conversation_id`."
            )
        return self.envelope.conversation_id


def read_frame(raw: bytes) -> Frame:
    """Raises InvalidRequest, PayloadTooLarge."""
    fields = parse(raw, dict[str, object])
    return Frame(parse(raw, Envelope), {k: v for k, v in fields.items() if k not in ENVELOPE})


def id_of(raw: bytes) -> str | int | None:
    """The id of a frame that may be malformed, so that the reply can carry it."""
    try:
        return parse(raw, _OnlyId).id
    except (InvalidRequest, PayloadTooLarge):
        return None


class _OnlyId(msgspec.Struct):
    id: str | int | None = None
