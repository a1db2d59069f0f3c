"""What admins send and see of keys, webhooks, people, replies and bots."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from chalicelib.domain.access import Scope
from chalicelib.entrypoints.parsing import Strict, words
from chalicelib.entrypoints.requests import NAME
from chalicelib.usecases import representation as rep
from chalicelib.usecases.delivery import webhook_id
from chalicelib.usecases.records import CannedReply, Key, Webhook, WebhookFormat
from chalicelib.usecases.replaying import Told

Moment = Annotated[datetime, Meta(tz=True)]
Overlap = Annotated[int, Meta(ge=0, le=30 * 24 * 60 * 60)]
"""Seconds."""
URL = 2000
DAY = 24 * 60 * 60


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


def milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)


def key(of: Key) -> rep.Json:
    return {
        "id": of.id,
        "name": of.name,
        "scopes": sorted(of.scopes),
        "created_at": rep.optional_timestamp(of.created_at),
        "expires_at": rep.optional_timestamp(of.expires_at),
    }


def webhook(of: Webhook, now: int) -> rep.Json:
    return {
        "url": of.url,
        "format": of.format,
        "switched_off": of.off,
        "since": rep.timestamp(of.since),
        "older_secrets_until": [rep.timestamp(each.ends_at) for each in of.retiring_at(now)],
    }


def delivery(of: Told) -> rep.Json:
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
        "at": rep.timestamp(attempt.at),
    }


def reply(of: CannedReply) -> rep.Json:
    return {"name": of.name, "text": of.text}
