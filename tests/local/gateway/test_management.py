"""boto3's own client posts to connections, reads them and closes them through the gateway."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from infra.local.gateway.limits import KB, Limits
from infra.local.gateway.server import Gateway
from tests.local.conftest import Serve
from tests.local.gateway.http import call
from tests.local.gateway.tiny_app import Seen
from tests.local.waiting import eventually


@pytest.fixture
def client(gateway: Gateway) -> Iterator[Connection]:
    with connect(gateway.socket_url) as connected:
        yield connected


@pytest.fixture
def api(gateway: Gateway) -> Any:
    return management_api(gateway)


def management_api(gateway: Gateway) -> Any:
    return boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=gateway.url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def test_posted_data_arrives_at_its_connection(api: Any, client: Connection, seen: Seen) -> None:
    api.post_to_connection(ConnectionId=seen.connection_id, Data="grüße".encode())

    assert client.recv(5) == "grüße"


def test_a_connection_id_with_a_slash_is_found(gateway: Gateway, api: Any, seen: Seen) -> None:
    with ExitStack() as opened:
        client = opened.enter_context(connect(gateway.socket_url))
        while not {"/", "+"} & set(seen.connection_id):
            client = opened.enter_context(connect(gateway.socket_url))
        api.post_to_connection(ConnectionId=seen.connection_id, Data=b"found")

        assert client.recv(5) == "found"


def test_get_returns_the_facts_of_a_connection(api: Any, client: Connection, seen: Seen) -> None:
    facts = api.get_connection(ConnectionId=seen.connection_id)

    assert datetime.now(UTC) - facts["ConnectedAt"] < timedelta(seconds=5)
    assert facts["LastActiveAt"] >= facts["ConnectedAt"]
    assert facts["Identity"]["SourceIp"] == "127.0.0.1"


def test_deleting_a_connection_closes_it_and_calls_disconnect(
    api: Any, client: Connection, seen: Seen
) -> None:
    api.delete_connection(ConnectionId=seen.connection_id)

    with pytest.raises(ConnectionClosed):
        client.recv(5)
    assert eventually(lambda: seen.disconnects)


def test_an_unknown_connection_is_answered_with_410(api: Any) -> None:
    with pytest.raises(api.exceptions.GoneException):
        api.post_to_connection(ConnectionId="L0SM9cOFvHcCIhw=", Data=b"?")


def test_a_closed_connection_is_answered_with_410(api: Any, client: Connection, seen: Seen) -> None:
    client.close()
    assert eventually(lambda: seen.disconnects)

    for method in (api.post_to_connection, api.get_connection, api.delete_connection):
        data = {"Data": b"?"} if method == api.post_to_connection else {}
        with pytest.raises(api.exceptions.GoneException):
            method(ConnectionId=seen.connection_id, **data)


def test_a_connection_is_answered_with_410_until_connect_has_returned(
    gateway: Gateway, api: Any, seen: Seen
) -> None:
    errors: list[Exception] = []

    def post(connection_id: str) -> None:
        try:
            api.post_to_connection(ConnectionId=connection_id, Data=b"too early")
        except api.exceptions.GoneException as error:
            errors.append(error)

    seen.during_connect = post
    with connect(gateway.socket_url) as client:
        api.post_to_connection(ConnectionId=seen.connection_id, Data=b"in time")

        assert client.recv(5) == "in time"
    assert len(errors) == 1


def test_a_message_over_128_kb_is_refused(api: Any, client: Connection, seen: Seen) -> None:
    api.post_to_connection(ConnectionId=seen.connection_id, Data=b"x" * 128 * KB)
    with pytest.raises(api.exceptions.PayloadTooLargeException):
        api.post_to_connection(ConnectionId=seen.connection_id, Data=b"x" * (128 * KB + 1))

    assert len(client.recv(5)) == 128 * KB


def test_concurrent_messages_all_arrive_complete(
    gateway: Gateway, client: Connection, seen: Seen
) -> None:
    api = management_api(gateway)
    sent = [f"{n:02}" * 20_000 for n in range(40)]

    with ThreadPoolExecutor(10) as senders:
        list(senders.map(lambda m: _post(api, seen.connection_id, m), sent))

    assert sorted(sent) == sorted(str(client.recv(5)) for _ in sent)


def test_a_client_that_does_not_read_is_disconnected_and_blocks_nobody(
    serve: Serve, seen: Seen
) -> None:
    gateway = serve(limits=Limits(send_seconds=0.3))
    api = management_api(gateway)
    deaf = socket.create_connection(("127.0.0.1", gateway.port))
    deaf.sendall(HANDSHAKE)
    assert eventually(lambda: seen.connects)
    assert deaf.recv(12) == b"HTTP/1.1 101"

    with pytest.raises(api.exceptions.GoneException):
        _post_many(api, seen.connection_id)

    assert eventually(lambda: seen.disconnects)
    assert seen.disconnects[0]["requestContext"]["disconnectStatusCode"] == 1006
    assert call(gateway, "GET", "/echo").status == 200
    deaf.close()


HANDSHAKE = b"\r\n".join(
    [
        b"GET /ws HTTP/1.1",
        b"Host: localhost",
        b"Connection: Upgrade",
        b"Upgrade: websocket",
        b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        b"",
        b"",
    ]
)


def _post(api: Any, connection_id: str, text: str) -> None:
    api.post_to_connection(ConnectionId=connection_id, Data=text.encode())


def _post_many(api: Any, connection_id: str) -> None:
    for _ in range(200):
        _post(api, connection_id, "x" * 128 * KB)
