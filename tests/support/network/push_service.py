"""The other side of web push: a push service, and a browser that decrypts with http_ece, which
shares no code with Baton."""

import base64
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import Self


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


class PushService:
    """A push service on this machine. It answers 201 and keeps the bodies, as a browser that is off
    would find them."""

    def __init__(self) -> None:
        self.bodies: Queue[bytes] = Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}/send/1"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        bodies = self.bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                is_push = self.headers["content-encoding"] == "aes128gcm"
                is_signed = self.headers["authorization"].startswith("vapid t=")
                self.send_response(201 if is_push and is_signed and self.headers["ttl"] else 400)
                self.end_headers()
                bodies.put(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
