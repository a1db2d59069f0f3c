"""Webhook signatures, as https://github.com/standard-webhooks/standard-webhooks defines them."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

PREFIX = "whsec_"
MIN_BYTES = 24
MAX_BYTES = 64


def new_secret(random_bytes: bytes) -> str:
    """Makes a secret of 24 to 64 random bytes. Raises ValueError for fewer or more bytes."""
    if not MIN_BYTES <= len(random_bytes) <= MAX_BYTES:
        raise ValueError(f"A webhook secret has {MIN_BYTES} to {MAX_BYTES} bytes.")
    return PREFIX + base64.b64encode(random_bytes).decode()


def sign(secrets: Iterable[str], webhook_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: one signature per secret. A receiver needs to verify one.

    `timestamp` is in seconds since 1970 (UTC). Raises ValueError if there is no secret or if one is
    malformed.
    """
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    signatures = [_signature(_key(secret), signed) for secret in secrets]
    if not signatures:
        raise ValueError("A webhook without a secret cannot be signed.")
    return " ".join(signatures)


def _signature(key: bytes, signed: bytes) -> str:
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(PREFIX) or not MIN_BYTES <= len(key) <= MAX_BYTES:
        raise ValueError(f"A webhook secret is {PREFIX} and base64 of 24 to 64 bytes.")
    return key
