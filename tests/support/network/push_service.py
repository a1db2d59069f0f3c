"""A browser's side of web push. It decrypts with http_ece, which shares no code with Baton."""

import base64


class Browser:
    """A subscription and the private key that belongs to it, which a browser never shows."""

    def __init__(self, endpoint: str, private: str | None = None, auth: str | None = None) -> None:
        import os

        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        curve = ec.SECP256R1()
        self._key = (
            ec.derive_private_key(int.from_bytes(bytes_of(private)), curve)
            if private
            else ec.generate_private_key(curve)
        )
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.endpoint = endpoint
        self.public = text_of(point)
        self.auth = auth or text_of(os.urandom(16))

    def decrypt(self, body: bytes) -> bytes:
        import http_ece

        plaintext: bytes = http_ece.decrypt(
            body, private_key=self._key, auth_secret=bytes_of(self.auth), version="aes128gcm"
        )
        return plaintext


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
