"""Bodies of the routes of administration and of notifications."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from chalicelib.domain.access import BOT_SCOPES, Role, Scope
from chalicelib.domain.routing.members import Member
from chalicelib.entrypoints.http.schemas.limits import LONG, NAME, REASON, SHORT
from chalicelib.entrypoints.http.schemas.parsing import (
    FieldError,
    Strict,
    identifier,
    milliseconds_of,
    web_address,
    words,
)
from chalicelib.usecases.records.webhooks import NATIVE_FORMAT

Moment = Annotated[datetime, Meta(tz=True)]
Overlap = Annotated[int, Meta(ge=0, le=30 * 24 * 60 * 60)]
"""Seconds."""
DOT_SEGMENTS = (".", "..")
"""RFC 3986, 5.2.4: a client that follows it would call another route."""
URL = 2000
"""Characters."""
DAY = 24 * 60 * 60
"""Seconds."""


class BotRequest(Strict):
    """POST /bots"""

    id: str
    name: str | None = None

    def __post_init__(self) -> None:
        identifier("id", self.id, SHORT)
        if self.id in DOT_SEGMENTS:
            raise FieldError("id", "`id` is no `.` or `..`, which clients take out of addresses")
        self.name = words("name", self.name, NAME)


class BotNameRequest(Strict):
    """PUT /bots/{bot}"""

    name: str

    def __post_init__(self) -> None:
        self.name = words("name", self.name, NAME)


class KeyRequest(Strict):
    """POST …/keys"""

    name: str | None = None
    scopes: Annotated[tuple[Scope, ...], Meta(min_length=1)] = tuple(
        each for each in Scope if each in BOT_SCOPES
    )
    expires_at: Moment | None = None

    def __post_init__(self) -> None:
        self.name = words("name", self.name, NAME)


class RotateKeyRequest(Strict):
    """POST …/keys/{id}/rotate"""

    overlap_s: Overlap = DAY
    expires_at: Moment | None = None


class WebhookRequest(Strict):
    """PUT …/webhook"""

    url: str
    format: str = NATIVE_FORMAT

    def __post_init__(self) -> None:
        words("url", self.url, URL)
        words("format", self.format, NAME)


EventNames = Annotated[tuple[Annotated[str, Meta(max_length=NAME)], ...], Meta(max_length=20)]


class ChangedWebhookRequest(WebhookRequest):
    """PUT …/webhooks/{id}"""

    events: EventNames | None = None


class NewWebhookRequest(ChangedWebhookRequest):
    """POST …/webhooks"""

    channel: bool = False


class WebhookTestRequest(Strict):
    """POST …/webhook/test: without a URL, the webhook as it is stored."""

    url: str | None = None
    format: str = NATIVE_FORMAT
    events: EventNames | None = None

    def __post_init__(self) -> None:
        words("url", self.url, URL)
        words("format", self.format, NAME)
        if self.url is None and self.events is not None:
            raise FieldError("url", "`url` is needed to test other settings than the stored ones")


class RotateRequest(Strict):
    """POST …/webhook/rotate"""

    overlap_s: Overlap = DAY


MEMBER_ROLES = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
"""The roles of a bot's members; the owner belongs to the whole installation."""
QueueNames = Annotated[tuple[str, ...], Meta(max_length=50)]
Capacity = Annotated[int, Meta(ge=0, le=1000)]
EMAIL = 254
"""Characters: RFC 5321, 4.5.3.1.3."""
ADDRESS = r"[^@\s,;:<>()\[\]\\\"]+@[^@\s,;:<>()\[\]\\\"]+"
"""Without the characters that begin another address or another header."""


class MembershipRequest(Strict):
    """PUT …/agents/{id}"""

    role: str = Role.AGENT
    queues: QueueNames = ()
    capacity: Capacity | None = None

    def __post_init__(self) -> None:
        if self.role not in MEMBER_ROLES:
            raise FieldError("role", f"`role` is {', '.join(MEMBER_ROLES)}")
        for queue in self.queues:
            identifier("queues", queue, SHORT)

    @property
    def membership(self) -> Member:
        role, queues = Role(self.role), frozenset(self.queues)
        return Member("", "", "", role, queues, self.capacity)


class AgentRequest(MembershipRequest, kw_only=True):
    """POST …/agents"""

    email: str
    name: str

    def __post_init__(self) -> None:
        super().__post_init__()
        self.name = words("name", self.name, NAME)
        if (
            not re.fullmatch(ADDRESS, self.email)
            or len(self.email) > EMAIL
            or not self.email.isprintable()
        ):
            raise FieldError("email", "`email` takes one e-mail address")


class MissedQuery(Strict):
    after: Moment | None = None


def milliseconds(moment: datetime | None) -> int | None:
    """Since 1970 (UTC)."""
    return None if moment is None else milliseconds_of(moment)


class Level(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class NotificationRequest(Strict):
    """POST …/notifications"""

    message: str
    level: Level = Level.INFO
    url: str | None = None
    conversation_id: str | None = None

    def __post_init__(self) -> None:
        self.message = words("message", self.message, REASON)
        words("url", self.url, 2 * REASON)
        web_address("url", self.url)
        identifier("conversation_id", self.conversation_id, LONG)
