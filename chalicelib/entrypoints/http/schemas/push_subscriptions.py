"""Bodies of the routes of web push subscriptions."""

import base64
import binascii

from msgspec import Struct

from chalicelib.entrypoints.http.schemas.parsing import FieldError, Strict
from chalicelib.usecases.records.mail import MailLanguage

ENDPOINT = 2048
"""Characters."""
POINT_SIZE, AUTH_SIZE = 65, 16
"""Bytes."""
UNCOMPRESSED = 4
PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
COEFFICIENT = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
"""The curve P-256: y² = x³ - 3x + COEFFICIENT (FIPS 186-4, D.1.2.3)."""


class BrowserKeys(Struct, forbid_unknown_fields=True):
    """`keys` of a browser's `PushSubscription.toJSON()`."""

    p256dh: str
    auth: str

    def __post_init__(self) -> None:
        if not _is_point(_raw(self.p256dh)):
            raise FieldError("p256dh", "`p256dh` is a point of the curve P-256 in base64url")
        if len(_raw(self.auth)) != AUTH_SIZE:
            raise FieldError("auth", f"`auth` has {AUTH_SIZE} bytes in base64url")


class PushSubscriptionRequest(Strict):
    """PUT /auth/push-subscription"""

    endpoint: str
    keys: BrowserKeys
    language: MailLanguage = MailLanguage.ENGLISH
    waiting: bool = False

    def __post_init__(self) -> None:
        if not 0 < len(self.endpoint) <= ENDPOINT:
            raise FieldError("endpoint", f"`endpoint` takes 1 to {ENDPOINT} characters")


def _raw(text: str) -> bytes:
    """b"" if it is not base64url."""
    try:
        padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        return base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return b""


def _is_point(raw: bytes) -> bool:
    """A key that is no point could tell an attacker about ours; and no message would arrive."""
    if len(raw) != POINT_SIZE or raw[0] != UNCOMPRESSED:
        return False
    x, y = int.from_bytes(raw[1:33]), int.from_bytes(raw[33:])
    return max(x, y) < PRIME and (y * y - (x**3 - 3 * x + COEFFICIENT)) % PRIME == 0
