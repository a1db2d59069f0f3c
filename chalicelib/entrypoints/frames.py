"""What a client sends over the WebSocket: one shape per action, told apart by `action`.

The commands are those of REST under another hat.
"""

from msgspec import Struct

from chalicelib.domain.routing import PresenceStatus
from chalicelib.entrypoints import requests


class Frame(Struct, forbid_unknown_fields=True, kw_only=True, tag_field="action"):
    """`id` is the client's own: it finds its reply by it."""

    id: str | int


class InConversation(Frame, kw_only=True):
    """`bot` may be left out: the conversation is looked for among the person's bots."""

    conversation_id: str
    bot: str | None = None


class Sync(Frame, kw_only=True, tag="sync"):
    cursor: str | None = None


class Watch(InConversation, kw_only=True, tag="watch"):
    after: int = 0


class Unwatch(InConversation, kw_only=True, tag="unwatch"):
    pass


class SendMessage(InConversation, requests.Spoken, kw_only=True, tag="message"):
    pass


class PauseFrame(InConversation, requests.PauseRequest, kw_only=True, tag="pause"):
    pass


class UnpauseFrame(InConversation, requests.UnpauseRequest, kw_only=True, tag="unpause"):
    pass


class ClaimFrame(InConversation, kw_only=True, tag="claim"):
    epoch: int | None = None


class ReleaseFrame(InConversation, kw_only=True, tag="release"):
    epoch: int | None = None


class TransferFrame(InConversation, requests.TransferRequest, kw_only=True, tag="transfer"):
    pass


class NoteFrame(InConversation, requests.TextRequest, kw_only=True, tag="note"):
    pass


class Typing(InConversation, kw_only=True, tag="typing"):
    pass


class SetPresence(Frame, kw_only=True, tag="presence"):
    status: PresenceStatus


class Ping(Frame, kw_only=True, tag="ping"):
    pass


AnyFrame = (
    Sync
    | Watch
    | Unwatch
    | SendMessage
    | PauseFrame
    | UnpauseFrame
    | ClaimFrame
    | ReleaseFrame
    | TransferFrame
    | NoteFrame
    | Typing
    | SetPresence
    | Ping
)
