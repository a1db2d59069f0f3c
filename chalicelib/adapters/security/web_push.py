"""The bodies and headers of web push messages: RFC 8291 encrypts, RFC 8292 (VAPID) says who sends.

docs/design.md says why this is our own code over `cryptography` and PyJWT.
"""

import base64
import binascii
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

RECORD_SIZE = 4096
"""Bytes; a push service must take messages of this size, and takes no larger ones."""
SALT_SIZE, KEY_SIZE, NONCE_SIZE = 16, 16, 12
TOKEN_LIFE = 12 * 60 * 60
"""Seconds; at most 24 hours (RFC 8292, section 2)."""


class WebPushEncoder:
    """Keys and secrets are in base64url without padding, as browsers give them. A private key is
    the 32 bytes of its number, a public key the 65 bytes of its uncompressed point."""

    def __init__(
        self,
        new_salt: Callable[[int], bytes] = os.urandom,
        new_sender: "Callable[[], EllipticCurvePrivateKey] | None" = None,
    ) -> None:
        """Only the test vectors of RFC 8291 give `new_salt` and `new_sender`."""
        self._new_salt = new_salt
        self._new_sender = new_sender or _new_key

    def new_key(self) -> tuple[str, str]:
        """A new private key and its public key, which names this installation to push services."""
        key = _new_key()
        number = key.private_numbers().private_value
        return _text(number.to_bytes(32)), _text(_point(key))

    def encrypt(self, public: str, auth: str, plaintext: bytes) -> bytes:
        """The body for the browser that has these keys (RFC 8291, section 4). Raises ValueError if
        they are no keys, or if the plaintext is too long for one record."""
        from cryptography.hazmat.primitives.asymmetric.ec import (
            ECDH,
            SECP256R1,
            EllipticCurvePublicKey,
        )
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        receiver = _bytes(public)
        theirs = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), receiver)
        sender, salt = self._new_sender(), self._new_salt(SALT_SIZE)
        own = _point(sender)
        shared = sender.exchange(ECDH(), theirs)
        secret = _derive(shared, _bytes(auth), b"WebPush: info\0" + receiver + own, 32)
        key = _derive(secret, salt, b"Content-Encoding: aes128gcm\0", KEY_SIZE)
        nonce = _derive(secret, salt, b"Content-Encoding: nonce\0", NONCE_SIZE)
        # The octet 2 marks the last record (RFC 8188, section 2).
        sealed = AESGCM(key).encrypt(nonce, plaintext + b"\x02", None)
        body = salt + RECORD_SIZE.to_bytes(4) + bytes([len(own)]) + own + sealed
        if len(body) > RECORD_SIZE:
            raise ValueError(f"A push message has at most {RECORD_SIZE} bytes.")
        return body

    def authorization(
        self, endpoint: str, private: str, public: str, subject: str, now: int
    ) -> Mapping[str, str]:
        """The header that names this installation to the push service (RFC 8292). `subject` is the
        `mailto:` or `https:` address of its operator; `now` is in milliseconds since 1970."""
        import jwt

        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": now // 1000 + TOKEN_LIFE,
            "sub": subject,
        }
        token = jwt.encode(claims, _private_key(private), algorithm="ES256")
        return {"authorization": f"vapid t={token}, k={public}"}


def _new_key() -> "EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

    return generate_private_key(SECP256R1())


def _private_key(text: str) -> "EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

    return derive_private_key(int.from_bytes(_bytes(text)), SECP256R1())


def _point(key: "EllipticCurvePrivateKey") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derive(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length, salt, info).derive(key)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("A key is in base64url.") from error
