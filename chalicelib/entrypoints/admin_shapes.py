"""What admins send and see of keys, webhooks, people, replies and bots."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from chalicelib.domain.access import Scope
from chalicelib.entrypoints.parsing import Strict, words
from chalicelib.entrypoints.requests import NAME
from chalicelib.usecases import representation as rep
from chalicelib.usecases.records import Key

Moment = Annotated[datetime, Meta(tz=True)]
Overlap = Annotated[int, Meta(ge=0, le=30 * 24 * 60 * 60)]
"""Seconds."""
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
