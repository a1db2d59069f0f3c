"""Cursors: where a list goes on. They are opaque, and valid for one bot and query only.

They are encrypted, because a list also reads what its caller may not see: the place where it
stopped may be the name of such a user.
"""

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING

from chalicelib.domain.errors import InvalidRequest, invalid_field

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

Secrets = tuple[str, ...]
"""The first one encrypts; all of them decrypt."""


def cursor(secrets: Secrets, query: object, position: str | None) -> str | None:
    if position is None:
        return None
    sealed = _cipher(secrets[0]).encrypt(position.encode(), [_bound(query)])
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def position(secrets: Secrets, query: object, cursor: str | None) -> str | None:
    """Raises InvalidRequest if the cursor does not belong to this list."""
    if cursor is None:
        return None
    for secret in secrets:
        opened = _opened(secret, query, cursor)
        if opened is not None:
            return opened
    raise _foreign()


def _opened(secret: str, query: object, cursor: str) -> str | None:
    from cryptography.exceptions import InvalidTag

    try:
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        opened = _cipher(secret).decrypt(sealed, [_bound(query)])
    except (ValueError, InvalidTag):
        return None
    # The last character may hold bits that base64 ignores.
    is_exact = base64.urlsafe_b64encode(sealed).decode().rstrip("=") == cursor
    return opened.decode() if is_exact else None


def _cipher(secret: str) -> "AESSIV":
    """It needs no nonce (RFC 5297): the same position gives the same cursor, which tells nothing
    new to who reads the list."""
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    return AESSIV(hmac.digest(secret.encode(), b"cursors", "sha512"))


def _bound(query: object) -> bytes:
    return hashlib.sha256(json.dumps(query, sort_keys=True).encode()).digest()


def _foreign() -> InvalidRequest:
    return invalid_field("cursor", "This `cursor` does not belong to this list; begin without one.")
