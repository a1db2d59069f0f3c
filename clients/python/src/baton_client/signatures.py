"""Webhooks as https://www.standardwebhooks.com signs them, and what they say."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from baton_client.errors import WebhookRefused
from baton_client.transcript import content_of

TOLERANCE = 300
"""Seconds that the time of a webhook may differ from this machine's."""


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """`id` is the same for each attempt to deliver one event."""

    id: str
    type: str
    timestamp: str
    data: Mapping[str, Any]

    @property
    def conversation_id(self) -> str:
        return str(self.data["conversation_id"])

    @property
    def channel(self) -> str:
        return str(self.data["channel"])

    @property
    def user(self) -> str:
        """The user's id on the channel."""
        return str(self.data["user"])

    @property
    def thread(self) -> str | None:
        thread: str | None = self.data.get("thread")
        return thread

    @property
    def epoch(self) -> int:
        return int(self.data["epoch"])

    @property
    def text(self) -> str | None:
        """The text for the user: the agent's words, or Baton's text about the change.

        None if there is nothing to show.
        """
        entry = self.data.get("entry")
        if entry and entry["kind"] == "message":
            return content_of(entry)
        text: str | None = self.data.get("text")
        return text


class WebhookVerifier:
    """Accepts a signature of any of the secrets. During a rotation, give the old and the new one.

    Raises ValueError if a secret is malformed.
    """

    def __init__(
        self,
        secrets: str | Sequence[str],
        tolerance: float = TOLERANCE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        given = [secrets] if isinstance(secrets, str) else secrets
        self._keys = [signing_key(secret) for secret in given]
        self._tolerance = tolerance
        self._clock = clock

    def verify(self, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
        """Raises WebhookRefused. `body` must be the bytes as they were received."""
        named = {name.lower(): value for name, value in headers.items()}
        try:
            webhook_id, seconds = named["webhook-id"], named["webhook-timestamp"]
            signatures = named["webhook-signature"].split()
        except KeyError as missing:
            raise WebhookRefused(f"The header {missing.args[0]} is missing.") from None
        self._check_time(seconds)
        signed = f"{webhook_id}.{seconds}.".encode() + body
        wanted = [_signature(key, signed) for key in self._keys]
        equal = [hmac.compare_digest(a.encode(), b) for a in signatures for b in wanted]
        if not any(equal):
            raise WebhookRefused("No signature fits a secret of this webhook.")
        return _event(webhook_id, body)

    def _check_time(self, seconds: str) -> None:
        if not (seconds.isascii() and seconds.isdigit()):
            raise WebhookRefused("webhook-timestamp is not a number of seconds.")
        if abs(self._clock() - int(seconds)) > self._tolerance:
            raise WebhookRefused(
                f"The webhook is more than {self._tolerance:g} s old or ahead: it may be a replay, "
                "or a clock is wrong."
            )


def _event(webhook_id: str, body: bytes) -> WebhookEvent:
    try:
        content = json.loads(body)
        return WebhookEvent(webhook_id, content["type"], content["timestamp"], content["data"])
    except (ValueError, KeyError, TypeError):
        raise WebhookRefused("The signed body is no event of Baton.") from None


def _signature(key: bytes, signed: bytes) -> bytes:
    return b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())


def signing_key(secret: str) -> bytes:
    """Raises ValueError if the secret is malformed."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if not key:
        raise ValueError("A webhook secret is whsec_ and base64, as Baton showed it.")
    return key
