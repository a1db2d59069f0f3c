"""Real servers on this machine that behave as badly as one likes."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_server, socket
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.adapters.webhook_http.client import HttpWebhookClient, Limits

Behaviour = Callable[[socket], None]


class Server:
    """Does the same to everybody who connects; with a certificate, over TLS."""

    def __init__(self, behave: Behaviour, certificate: "Certificate | None" = None) -> None:
        self.requests: list[bytes] = []
        self._behave = behave
        self._tls = certificate.server_side() if certificate else None
        self._listening = create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                accepted, _ = self._listening.accept()
                Thread(target=self._attend, args=(accepted,), daemon=True).start()

    def stop(self) -> None:
        # A shutdown wakes the thread that waits in accept; closing alone does not.
        with suppress(OSError):
            self._listening.shutdown(2)
        self._listening.close()

    def _attend(self, accepted: socket) -> None:
        with suppress(OSError), self._secured(accepted) as channel:
            self._behave(channel)

    def _secured(self, accepted: socket) -> socket:
        return self._tls.wrap_socket(accepted, server_side=True) if self._tls else accepted


@contextmanager
def running(behave: Behaviour, certificate: "Certificate | None" = None) -> Iterator[Server]:
    server = Server(behave, certificate)
    Thread(target=server.serve, daemon=True).start()
    try:
        yield server
    finally:
        server.stop()


def read_request(accepted: socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += accepted.recv(65536) or b"\r\n\r\n"
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(header(head, b"content-length"))
    while len(body) < length:
        body += accepted.recv(65536) or b"?" * length
    return head + b"\r\n\r\n" + body


def header(request: bytes, name: bytes) -> bytes:
    for line in request.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.lower() == name:
            return value.strip()
    return b"0"


class Certificate:
    """A self-signed one for one host, and the two sides' views of it."""

    def __init__(self, folder: Path, host: str) -> None:
        self._file = folder / "certificate.pem"
        self._file.write_bytes(_self_signed(host))
        self.names_asked_for: list[str | None] = []

    def server_side(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._file)
        context.sni_callback = lambda _, name, __: self.names_asked_for.append(name)
        return context

    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self._file))


@contextmanager
def answering(answer: bytes, certificate: Certificate | None = None) -> Iterator[Server]:
    """Reads a whole request, then gives this answer; with a certificate, over TLS."""

    def behave(accepted: socket) -> None:
        server.requests.append(read_request(accepted))
        accepted.sendall(answer)

    with running(behave, certificate) as server:
        yield server


def _self_signed(host: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def here(server: Server, path: str = "/hook") -> str:
    return f"http://127.0.0.1:{server.port}{path}"


def tls_receiver(trusted: ssl.SSLContext, limits: Limits | None = None) -> HttpWebhookClient:
    return HttpWebhookClient(
        True, resolve=lambda *_: ["127.0.0.1"], tls=lambda: trusted, limits=limits
    )
