"""Calls to servers that listen, badly and well."""

import ssl
from socket import socket

import pytest

from chalicelib.adapters.webhook_http.client import HttpWebhookClient, system_connect
from chalicelib.usecases.ports.webhooks import Unreachable
from tests.adapters.servers import (
    Certificate,
    answering,
    header,
    here,
    running,
    tls_receiver,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HEADERS = {"webhook-id": "c_1:7", "content-type": "application/json"}
BODY = '{"text":"Grüße"}'.encode()


def test_the_request_arrives_as_it_was_sent() -> None:
    with answering(OK) as server:
        status = HttpWebhookClient(True).post(here(server, "/hook?a=1"), HEADERS, BODY)

    request = server.requests[0]
    assert status == 200
    assert request.startswith(b"POST /hook?a=1 HTTP/1.1\r\n")
    assert request.endswith(b"\r\n\r\n" + BODY)
    assert header(request, b"webhook-id") == b"c_1:7"
    assert header(request, b"content-type") == b"application/json"
    assert header(request, b"host") == f"127.0.0.1:{server.port}".encode()
    assert header(request, b"content-length") == str(len(BODY)).encode()


@pytest.mark.parametrize("status", [200, 201, 204, 299, 400, 401, 404, 410, 429, 500, 503])
def test_the_status_is_the_servers(status: int) -> None:
    with answering(f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n".encode()) as server:
        assert HttpWebhookClient(True).post(here(server), HEADERS, BODY) == status


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_status_and_leads_nowhere(status: int) -> None:
    connected: list[str] = []

    def connect(address: str, port: int, timeout: float) -> socket:
        connected.append(address)
        return system_connect(address, port, timeout)

    location = b"Location: http://169.254.169.254/latest/meta-data/\r\nContent-Length: 0\r\n\r\n"
    with answering(f"HTTP/1.1 {status} x\r\n".encode() + location) as server:
        answered = HttpWebhookClient(True, connect=connect).post(here(server), HEADERS, BODY)

    assert answered == status
    assert connected == ["127.0.0.1"]


def test_a_name_is_called_with_its_own_name_over_tls(certificate: Certificate) -> None:
    with answering(OK, certificate) as server:
        receiver = tls_receiver(certificate.trusted())

        status = receiver.post(f"https://hook.test:{server.port}/hook", HEADERS, BODY)

    assert status == 200
    assert certificate.names_asked_for[-1] == "hook.test"
    assert header(server.requests[0], b"host") == f"hook.test:{server.port}".encode()


def test_the_webs_own_port_is_not_part_of_the_name(certificate: Certificate) -> None:
    with answering(OK, certificate) as server:
        receiver = HttpWebhookClient(
            True,
            resolve=lambda *_: ["127.0.0.1"],
            connect=lambda address, _, timeout: system_connect(address, server.port, timeout),
            tls=certificate.trusted,
        )

        receiver.post("https://hook.test/", HEADERS, BODY)

    assert header(server.requests[0], b"host") == b"hook.test"


def test_a_certificate_that_nobody_vouches_for_ends_the_call(certificate: Certificate) -> None:
    with answering(OK, certificate) as server:
        receiver = tls_receiver(ssl.create_default_context())

        with pytest.raises(Unreachable, match=r"No TLS connection to hook\.test: self-signed"):
            receiver.post(f"https://hook.test:{server.port}/", HEADERS, BODY)

    assert server.requests == []


def test_a_certificate_for_another_name_ends_the_call(certificate: Certificate) -> None:
    with answering(OK, certificate) as server:
        receiver = tls_receiver(certificate.trusted())

        with pytest.raises(Unreachable, match="Hostname mismatch"):
            receiver.post(f"https://other.test:{server.port}/", HEADERS, BODY)

    assert server.requests == []


def test_a_server_without_tls_is_not_spoken_to_over_https() -> None:
    with (
        running(lambda accepted: accepted.sendall(OK)) as server,
        pytest.raises(Unreachable, match="No TLS connection"),
    ):
        HttpWebhookClient(True).post(f"https://127.0.0.1:{server.port}/", HEADERS, BODY)


def test_nobody_listening_is_told_as_such() -> None:
    with running(lambda accepted: None) as server:
        pass

    with pytest.raises(Unreachable, match=r"^127\.0\.0\.1 does not accept a connection\.$"):
        HttpWebhookClient(True).post(here(server), HEADERS, BODY)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n",
        b"SSH-2.0-s3cret\r\n",
        b"s3cret",
        b"HTTP/1.1 s3cret\r\n\r\n",
        b"HTTP/1.1 99 s3cret\r\n\r\n",
        b"HTTP/1.1 1000 s3cret\r\n\r\n",
        b"HTTP/1.1 -200 s3cret\r\n\r\n",
        b"HTTP/3 \r\n\r\n",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nX: s3cr",
        b"HTTP/1.1 200 OK\r\nX: s3cret\r\n",
        b"HTTP/1.1 200" + b"s3cret" * 20_000,
        b"HTTP/1.1 200 OK\r\n" + b"X: s3cret\r\n" * 1000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"s3cret" * 20_000,
        b"\xff\xfe\x00s3cret",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 3,
    ],
)
def test_what_is_no_answer_in_http_is_none_and_nothing_of_it_is_told(answer: bytes) -> None:
    with answering(answer) as server, pytest.raises(Unreachable) as refusal:
        HttpWebhookClient(True).post(here(server), HEADERS, BODY)

    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 100\r\n\r\nshort",
        b"Content-Length: -5\r\n\r\nx",
        b"Content-Length: x\r\n\r\nx",
        b"Content-Length: 99999999999999999999999999\r\n\r\nx",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 4000 + b"\r\nx",
        b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 200_000,
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"Content-Encoding: gzip\r\n\r\n\x1f\x8bnot gzip",
        b"\xff\xfe: \xff\r\n\r\n",
    ],
)
def test_a_broken_body_does_not_change_the_status(rest: bytes) -> None:
    with answering(b"HTTP/1.1 200 OK\r\n" + rest) as server:
        assert HttpWebhookClient(True).post(here(server), HEADERS, BODY) == 200


def test_certificates_are_loaded_once_and_only_for_https(certificate: Certificate) -> None:
    made: list[ssl.SSLContext] = []

    def tls() -> ssl.SSLContext:
        made.append(certificate.trusted())
        return made[-1]

    receiver = HttpWebhookClient(True, resolve=lambda *_: ["127.0.0.1"], tls=tls)
    with answering(OK) as plain:
        receiver.post(here(plain), HEADERS, BODY)
    assert made == []

    with answering(OK, certificate) as server:
        for _ in range(3):
            receiver.post(f"https://hook.test:{server.port}/", HEADERS, BODY)

    assert len(made) == 1
