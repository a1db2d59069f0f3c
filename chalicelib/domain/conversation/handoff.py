"""A handoff: one episode from the request for a person to the return to the bot.

Times are in milliseconds since 1970 (UTC).
"""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from chalicelib.domain.conversation.authors import Author


class Outcome(StrEnum):
    RESOLVED = "resolved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    USER_LEFT = "user_left"
    MESSAGE_LEFT = "message_left"
    BOT_DOWN = "bot_down"


LONGEST_VALUE, MOST_VALUES = 64, 20
"""Characters of a value of the context, and values, by which a conversation is found."""


def context_values(context: Mapping[str, object] | None) -> tuple[str, ...]:
    """The strings and numbers of a context, such as an order number, by which people find the
    conversation: those of the object itself and of the objects and lists in it, each once. Longer
    texts, and what is nested deeper, are left out."""
    found = list[str]()
    for value in (context or {}).values():
        inner = list(value.values()) if isinstance(value, dict) else value
        for each in inner if isinstance(inner, list) else [inner]:
            if isinstance(each, str | int | float) and not isinstance(each, bool):
                found.append(str(each))
    fitting = (value for value in found if value.strip() and len(value) <= LONGEST_VALUE)
    return tuple(dict.fromkeys(fitting))[:MOST_VALUES]


class Request(Struct, frozen=True):
    """The bot's request for a person.

    `summary` is the bot's own account of the conversation so far. `timeout` is in milliseconds: a
    handoff that nobody has claimed by then expires.
    """

    reason: str | None = None
    queue: str | None = None
    priority: int = 0
    agent: str | None = None
    language: str | None = None
    context: Mapping[str, object] | None = None
    timeout: int | None = None
    summary: str | None = None


class Resumption(Struct, frozen=True):
    """The values that the bot receives when a handoff ends.

    `outcome` is an `Outcome`, or the text that a newer release has stored in its place.
    """

    outcome: str = Outcome.RESOLVED
    note: str | None = None
    resume_at: str | None = None
    variables: Mapping[str, object] | None = None


class Rating(Struct, frozen=True):
    """The user's answer to the question how the handoff was: `score` is 1 to 5, 5 is the best."""

    score: int
    comment: str | None
    at: int


class Handoff(Struct, frozen=True):
    """The row that reports and the bot read. `resumption` is None while the handoff is open."""

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
    rating: Rating | None = None


class HandoffChange(Struct, frozen=True):
    """The changes of a handoff's row by one command. A field that is None stays as it is."""

    id: str
    owner: Author | None = None
    claimed_at: int | None = None
    queue: str | None = None
    reason: str | None = None
    summary: str | None = None
    context: Mapping[str, object] | None = None
    priority: int | None = None
    returned_at: int | None = None
    returned_seq: int | None = None
    resumption: Resumption | None = None
    rating: Rating | None = None


class Offer(Struct, frozen=True):
    """Until `until`, only this agent and supervisors may claim the conversation."""

    agent: Author
    until: int


class OpenHandoff(Struct, frozen=True):
    """The part of an open handoff that the head holds.

    `agent` is the id of the agent whom the request names; `claimed_at` is the time of the first
    claim.
    """

    id: str
    requested_at: int
    opened_seq: int
    reason: str | None = None
    agent: str | None = None
    claimed_at: int | None = None
