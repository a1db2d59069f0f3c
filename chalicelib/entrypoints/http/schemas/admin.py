"""What admins send and see of keys, webhooks, people, replies and bots."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from chalicelib.domain.access import Role, Scope
from chalicelib.domain.routing.members import Member
from chalicelib.entrypoints.http.schemas.conversations import NAME, SHORT
from chalicelib.entrypoints.http.schemas.parsing import Strict, identifier, words
from chalicelib.usecases import views
from chalicelib.usecases.admin.members import Invitation
from chalicelib.usecases.records.bots import Bot, BotKey, CannedReply
from chalicelib.usecases.records.webhooks import Webhook, WebhookFormat
from chalicelib.usecases.webhooks.admin import WebhookTestResult
from chalicelib.usecases.webhooks.replay import LoggedDelivery
from chalicelib.usecases.webhooks.worker import webhook_id

Moment = Annotated[datetime, Meta(tz=True)]
Overlap = Annotated[int, Meta(ge=0, le=30 * 24 * 60 * 60)]
"""Seconds."""
URL = 2000
DAY = 24 * 60 * 60


class BotRequest(Strict):
    """POST /bots"""

    id: str
    name: str | None = None

    def __post_init__(self) -> None:
        identifier("id", self.id, SHORT)
        words("name", self.name, NAME)


class BotNameRequest(Strict):
    """PUT /bots/{bot}"""

    name: str

    def __post_init__(self) -> None:
        words("name", self.name, NAME)


class KeyRequest(Strict):
    """POST …/keys"""

    name: str | None = None
    scopes: Annotated[tuple[Scope, ...], Meta(min_length=1)] = tuple(Scope)
    expires_at: Moment | None = None

    def __post_init__(self) -> None:
        words("name", self.name, NAME)


class RotateKeyRequest(Strict):
    """POST …/keys/{id}/rotate"""

    overlap_s: Overlap = DAY
    expires_at: Moment | None = None


class WebhookRequest(Strict):
    """PUT …/webhook"""

    url: str
    format: WebhookFormat = WebhookFormat.BATON

    def __post_init__(self) -> None:
        words("url", self.url, URL)


class RotateRequest(Strict):
    """POST …/webhook/rotate"""

    overlap_s: Overlap = DAY


PLACE_ROLES = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
"""Of a bot; the owner is the whole installation's."""
QueueNames = Annotated[tuple[str, ...], Meta(max_length=50)]
Capacity = Annotated[int, Meta(ge=0, le=1000)]
EMAIL = 254
"""Characters: RFC 5321, 4.5.3.1.3."""
PASSWORD = range(8, 257)
"""Characters: at least eight, and no rule beyond (NIST SP 800-63B, 5.1.1.2)."""


class PlaceRequest(Strict):
    """PUT …/agents/{id}"""

    role: str = Role.AGENT
    queues: QueueNames = ()
    capacity: Capacity | None = None

    def __post_init__(self) -> None:
        if self.role not in PLACE_ROLES:
            raise ValueError(f"`role` is {', '.join(PLACE_ROLES)}")
        for queue in self.queues:
            identifier("queues", queue, SHORT)

    @property
    def place(self) -> Member:
        role, queues = Role(self.role), frozenset(self.queues)
        return Member("", "", "", role, queues, self.capacity)


class AgentRequest(PlaceRequest, kw_only=True):
    """POST …/agents"""

    email: str
    name: str

    def __post_init__(self) -> None:
        super().__post_init__()
        words("name", self.name, NAME)
        local, at, host = self.email.rpartition("@")
        if not (local and at and host) or len(self.email) > EMAIL or " " in self.email:
            raise ValueError("`email` takes an e-mail address")


class InvitationRequest(Strict):
    """POST /auth/invitation"""

    invitation: str
    password: str

    def __post_init__(self) -> None:
        require_password("password", self.password)


class PasswordRequest(Strict):
    """POST /auth/password"""

    current: str
    new: str

    def __post_init__(self) -> None:
        require_password("new", self.new)


def require_password(name: str, value: str) -> None:
    if len(value) not in PASSWORD:
        raise ValueError(f"`{name}` takes {PASSWORD.start} to {PASSWORD.stop - 1} characters")


def milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)


def bot(bot: Bot) -> views.Json:
    return {"id": bot.id, "name": bot.name}


def key(of: BotKey) -> views.Json:
    return {
        "id": of.id,
        "name": of.name,
        "scopes": sorted(of.scopes),
        "created_at": views.optional_timestamp(of.created_at),
        "expires_at": views.optional_timestamp(of.expires_at),
    }


def webhook(of: Webhook, now: int) -> views.Json:
    return {
        "url": of.url,
        "format": of.format,
        "switched_off": of.disabled_reason,
        "since": views.timestamp(of.active_since),
        "older_secrets_until": [views.timestamp(each.ends_at) for each in of.retiring_at(now)],
    }


def delivery(of: LoggedDelivery) -> views.Json:
    attempt = of.delivery
    return {
        "id": attempt.id,
        "webhook_id": webhook_id(attempt.conversation_id, attempt.seq),
        "conversation_id": attempt.conversation_id,
        "seq": attempt.seq,
        "type": attempt.type,
        "attempt": attempt.attempt,
        "status": of.outcome,
        "http_status": attempt.status,
        "error": attempt.error,
        "at": views.timestamp(attempt.at),
    }


def tried(of: WebhookTestResult) -> views.Json:
    return {
        "succeeded": of.succeeded,
        "http_status": of.status,
        "duration_ms": of.took,
        "error": of.error,
    }


def reply(of: CannedReply) -> views.Json:
    return {"name": of.name, "text": of.text}


def invitation(of: Invitation | None) -> views.Json:
    """Nothing where none is needed."""
    if of is None:
        return {"invitation": None, "expires_at": None}
    return {"invitation": of.token, "expires_at": views.timestamp(of.expires_at)}
