"""A handoff: one episode from the request for a person to the return to the bot."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from chalicelib.domain.conversation.entries import Author


class Outcome(StrEnum):
    RESOLVED = "resolved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    USER_LEFT = "user_left"
    MESSAGE_LEFT = "message_left"
    BOT_DOWN = "bot_down"


class Request(Struct, frozen=True):
    """What the bot tells people when it asks for one. `timeout` is in milliseconds: a handoff that
    nobody has claimed by then expires."""

    reason: str | None = None
    queue: str | None = None
    priority: int = 0
    agent: str | None = None
    language: str | None = None
    context: Mapping[str, object] | None = None
    timeout: int | None = None


class Resumption(Struct, frozen=True):
    """What the bot is told when it gets the turn back."""

    outcome: Outcome = Outcome.RESOLVED
    note: str | None = None
    resume_at: str | None = None
    variables: Mapping[str, object] | None = None


class Handoff(Struct, frozen=True):
    """The row that reports and the bot read. Times are in milliseconds since 1970 (UTC)."""

    id: str
    conversation_id: str
    bot: str
    request: Request
    requested_by: Author
    requested_at: int
    opened_seq: int
    owner: Author | None = None
    claimed_at: int | None = None
    returned_at: int | None = None
    returned_seq: int | None = None
    resumption: Resumption | None = None


class HandoffChange(Struct, frozen=True):
    """What an arrow of the state table changes in a handoff's row; None leaves a field alone."""

    id: str
    owner: Author | None = None
    claimed_at: int | None = None
    queue: str | None = None
    returned_at: int | None = None
    returned_seq: int | None = None
    resumption: Resumption | None = None


class Offer(Struct, frozen=True):
    """Nobody else may claim it before `until`, but who may overrule."""

    agent: Author
    until: int


class OpenHandoff(Struct, frozen=True):
    """What the head keeps of the handoff it is in; `expires_at` until somebody claims it, `offer`
    while it is offered to one agent."""

    id: str
    requested_at: int
    opened_seq: int
    reason: str | None = None
    agent: str | None = None
    claimed_at: int | None = None
    expires_at: int | None = None
    offer: Offer | None = None
