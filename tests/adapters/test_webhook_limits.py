"""No server holds Baton for longer, or has it read more, than the limits say."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from threading import Event

import pytest

from chalicelib.adapters.webhook_http.client import HttpWebhookClient, Limits
from chalicelib.usecases.ports.webhooks import Unreachable
from tests.adapters.servers import Behaviour, Certificate, here, read_request, running, tls_receiver

HASTY = Limits(connect=0.5, total=0.5)
TOO_LATE = r"^127\.0\.0\.1 did not answer in time\.$"
BODY = b"{}"


@pytest.fixture
def released() -> Iterator[Event]:
    """Set when the test is over: what a server that hangs waits for."""
    over = Event()
    yield over
    over.set()


def test_a_resolver_that_hangs_holds_nobody_for_longer_than_the_limit(released: Event) -> None:
    def resolve(host: str, port: int) -> list[str]:
        released.wait(10)
        return ["127.0.0.1"]

    with in_time(), pytest.raises(Unreachable, match="leads nowhere"):
        HttpWebhookClient(True, resolve=resolve, limits=HASTY).post("http://x.test/", {}, BODY)


def test_a_server_that_says_nothing_is_left_in_time(released: Event) -> None:
    with (
        running(lambda accepted: wait(released)) as server,
        in_time(),
        pytest.raises(Unreachable, match=TOO_LATE),
    ):
        HttpWebhookClient(True, limits=HASTY).post(here(server), {}, BODY)


def test_a_server_that_says_nothing_to_a_tls_greeting_is_left_in_time(released: Event) -> None:
    with (
        running(lambda accepted: wait(released)) as server,
        in_time(),
        pytest.raises(Unreachable, match="did not answer in time"),
    ):
        HttpWebhookClient(True, limits=HASTY).post(f"https://127.0.0.1:{server.port}/", {}, BODY)


@pytest.mark.parametrize(
    "beginning", [b"", b"HTTP/1.1 200 OK\r\nX: "], ids=["the status", "a header"]
)
def test_a_server_that_drips_its_head_is_left_in_time(beginning: bytes, released: Event) -> None:
    with (
        running(dripping(beginning, released)) as server,
        in_time(),
        pytest.raises(Unreachable, match="did not answer in time"),
    ):
        HttpWebhookClient(True, limits=HASTY).post(here(server), {}, BODY)


@pytest.mark.parametrize(
    "framing", ["Content-Length: 1000", "Transfer-Encoding: chunked\r\n\r\nfff", "X: to the end"]
)
def test_a_server_that_drips_its_body_has_answered_and_is_left_in_time(
    framing: str, released: Event
) -> None:
    beginning = f"HTTP/1.1 202 Accepted\r\n{framing}\r\n\r\n".encode()

    with running(dripping(beginning, released)) as server, in_time():
        status = HttpWebhookClient(True, limits=HASTY).post(here(server), {}, BODY)

    assert status == 202


@pytest.mark.parametrize("secure", [False, True])
def test_a_server_that_takes_no_more_of_a_large_body_is_left_in_time(
    secure: bool, certificate: Certificate, released: Event
) -> None:
    receiver = tls_receiver(certificate.trusted(), HASTY)

    with (
        running(lambda accepted: wait(released), certificate if secure else None) as server,
        in_time(),
    ):
        url = f"https://hook.test:{server.port}/" if secure else here(server)
        with pytest.raises(Unreachable, match="did not answer in time"):
            receiver.post(url, {}, b"x" * 20_000_000)


@pytest.mark.parametrize("secure", [False, True])
def test_a_server_that_takes_a_large_body_in_small_bites_is_left_in_time(
    secure: bool, certificate: Certificate
) -> None:
    receiver = tls_receiver(certificate.trusted(), HASTY)

    with running(nibble, certificate if secure else None) as server, in_time():
        url = f"https://hook.test:{server.port}/" if secure else here(server)
        with pytest.raises(Unreachable, match="did not answer in time"):
            receiver.post(url, {}, b"x" * 20_000_000)


def test_of_a_body_without_end_64_kilobytes_are_read() -> None:
    sent: list[int] = []
    done = Event()

    def behave(accepted: socket) -> None:
        read_request(accepted)
        accepted.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
        try:
            while True:
                sent.append(accepted.send(b"\0" * 65536))
        finally:
            done.set()

    with running(behave) as server:
        status = HttpWebhookClient(True).post(here(server), {}, BODY)

        assert status == 200
        assert done.wait(5), "The connection is still open."
    assert sum(sent) < 20_000_000  # what the system's buffers hold, and no more


@contextmanager
def in_time() -> Iterator[None]:
    """The half second of HASTY, and what two busy cores add to it."""
    start = time.monotonic()
    yield
    assert time.monotonic() - start < 2


def wait(released: Event) -> None:
    released.wait(10)


def nibble(accepted: socket) -> None:
    for _ in range(30):
        accepted.recv(65536)
        time.sleep(0.1)


def dripping(beginning: bytes, released: Event) -> Behaviour:
    def behave(accepted: socket) -> None:
        read_request(accepted)
        accepted.sendall(beginning)
        while not released.wait(0.05):
            accepted.sendall(b"H")

    return behave
