"""Cursors: where a list goes on. They are opaque, signed, and valid for one bot and query only."""

import base64
import hashlib
import hmac
import json

from chalicelib.domain.errors import InvalidRequest, invalid_field

SIGNATURE_BYTES = 16
Secrets = tuple[str, ...]
"""The first one signs; all of them verify."""


def cursor(secrets: Secrets, query: object, position: str | None) -> str | None:
    if position is None:
        return None
    return _signed(secrets[0], query, position.encode())


def position(secrets: Secrets, query: object, cursor: str | None) -> str | None:
    """Raises InvalidRequest if the cursor does not belong to this list."""
    if cursor is None:
        return None
    try:
        whole = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise _foreign() from None
    data = whole[SIGNATURE_BYTES:]
    sound = (_signed(secret, query, data).encode() for secret in secrets)
    if not any(hmac.compare_digest(cursor.encode(), each) for each in sound):
        raise _foreign()
    return data.decode()


def _signed(secret: str, query: object, data: bytes) -> str:
    whole = _signature(secret, query, data) + data
    return base64.urlsafe_b64encode(whole).decode().rstrip("=")


def _signature(secret: str, query: object, data: bytes) -> bytes:
    bound = json.dumps(query, sort_keys=True).encode()
    return hmac.digest(secret.encode(), hashlib.sha256(bound).digest() + data, "sha256")[
        :SIGNATURE_BYTES
    ]


def _foreign() -> InvalidRequest:
    return invalid_field("cursor", "This `cursor` does not belong to this list; begin without one.")
