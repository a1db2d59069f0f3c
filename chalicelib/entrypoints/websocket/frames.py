"""What a client sends over the WebSocket: `{"id", "action", …}`, and beside them the fields of the
REST body of the same name."""

import msgspec
from msgspec import Struct

from chalicelib.domain.errors import InvalidRequest
from chalicelib.domain.routing.members import PresenceStatus
from chalicelib.entrypoints.http.schemas.parsing import Strict, parse


class SyncBody(Strict):
    cursor: str | None = None


class WatchBody(Strict):
    after: int = 0


class PresenceBody(Strict):
    status: PresenceStatus


class SubscribeBody(Strict):
    """All that the connection wants from now on, by Botpress' names; none ends it."""

    events: list[str]


class Empty(Strict):
    pass


class Envelope(msgspec.Struct):
    """`id` is the client's own: it finds its reply by it. `bot` may be left out: the conversation
    is looked for among the person's bots."""

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
            raise InvalidRequest(f"`{self.envelope.action}` needs a `conversation_id`.")
        return self.envelope.conversation_id


def read_frame(raw: bytes) -> Frame:
    """Raises InvalidRequest, PayloadTooLarge."""
    fields = parse(raw, dict[str, object])
    return Frame(parse(raw, Envelope), {k: v for k, v in fields.items() if k not in ENVELOPE})


def id_of(raw: bytes) -> str | int | None:
    """Of a frame that may be none, so that its sender can be answered."""
    try:
        return msgspec.json.decode(raw, type=_OnlyId).id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


class _OnlyId(msgspec.Struct):
    id: str | int | None = None
