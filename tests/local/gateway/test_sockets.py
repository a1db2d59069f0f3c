"""The gateway calls WebSocket handlers and closes sockets as API Gateway does."""

import json
import re
import time
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from infra.local.gateway.limits import KB, Limits
from infra.local.gateway.server import Gateway
from tests.local.conftest import Serve
from tests.local.gateway.tiny_app import Seen
from tests.local.waiting import eventually


def test_a_connect_event_has_api_gateways_shape(gateway: Gateway, seen: Seen) -> None:
    with connect(f"{gateway.socket_url}?a=1&a=2", user_agent_header="me"):
        event = seen.connects[0]

    context = event["requestContext"]
    assert (context["routeKey"], context["eventType"]) == ("$connect", "CONNECT")
    assert re.fullmatch(r"[A-Za-z0-9+/]{15}=", context["connectionId"])
    assert context["identity"] == {"sourceIp": "127.0.0.1", "userAgent": "me"}
    assert abs(time.time() * 1000 - context["connectedAt"]) < 5000
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"]}
    assert event["headers"]["Upgrade"] == "websocket"
    assert event["headers"]["Sec-WebSocket-Version"] == "13"


def test_a_connect_event_without_a_query_string_has_no_query_keys(
    gateway: Gateway, seen: Seen
) -> None:
    with connect(gateway.socket_url):
        assert not {key for key in seen.connects[0] if "uery" in key}


def test_a_message_event_names_its_connection(gateway: Gateway, seen: Seen) -> None:
    with connect(gateway.socket_url) as client:
        client.send("héllo")
        assert eventually(lambda: seen.messages)

    event = seen.messages[0]
    context = event["requestContext"]
    assert (event["body"], event["isBase64Encoded"]) == ("héllo", False)
    assert (context["routeKey"], context["eventType"]) == ("$default", "MESSAGE")
    assert seen.connection_id == context["connectionId"]
    assert context["messageId"]


def test_a_disconnect_event_contains_the_clients_close_code(gateway: Gateway, seen: Seen) -> None:
    with connect(gateway.socket_url) as client:
        client.close(4001, "lunch")

    context = the_disconnect(seen)
    assert (context["routeKey"], context["eventType"]) == ("$disconnect", "DISCONNECT")
    assert (context["disconnectStatusCode"], context["disconnectReason"]) == (4001, "lunch")


def test_a_broken_connection_is_reported_with_1006(gateway: Gateway, seen: Seen) -> None:
    with connect(gateway.socket_url) as client:
        client.socket.shutdown(2)

        assert the_disconnect(seen)["disconnectStatusCode"] == 1006


def test_disconnect_events_can_be_turned_off(serve: Serve, seen: Seen) -> None:
    gateway = serve(fires_disconnect=False)
    with connect(gateway.socket_url):
        pass
    gateway.stop()

    assert seen.disconnects == []


def test_a_refused_connect_answers_the_handshake_with_its_status_and_body(
    gateway: Gateway, seen: Seen
) -> None:
    assert refusal(gateway, "refuse") == (401, b"Who are you?")
    assert not eventually(lambda: seen.disconnects, within=0.1)


def test_a_failing_connect_is_answered_with_502(gateway: Gateway) -> None:
    status, body = refusal(gateway, "fail")

    assert status == 502
    assert json.loads(body) == {"message": "Internal server error"}


def test_a_slow_connect_is_answered_with_504(serve: Serve, impatient: Limits) -> None:
    assert refusal(serve(limits=impatient), "dawdle")[0] == 504


def test_a_websocket_on_another_path_is_answered_with_403(gateway: Gateway) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(f"{gateway.socket_url}/other"):
        pass

    assert refused.value.response.status_code == 403


def test_connect_selects_the_subprotocol(gateway: Gateway) -> None:
    with connect(f"{gateway.socket_url}?do=choose", subprotocols=offered("first", "second")) as c:
        assert c.subprotocol == "second"


def test_a_failing_message_handler_is_reported_and_the_socket_stays_open(
    gateway: Gateway, seen: Seen
) -> None:
    with connect(gateway.socket_url) as client:
        client.send("fail")
        report = json.loads(client.recv(5))
        client.send("next")

        assert eventually(lambda: seen.bodies == ["next"])

    assert report["message"] == "Internal server error"
    assert seen.connection_id == report["connectionId"]
    assert report["requestId"]


def test_frames_of_one_connection_are_handled_concurrently(gateway: Gateway, seen: Seen) -> None:
    with connect(gateway.socket_url) as client:
        client.send("sleep 0.3")
        client.send("quick")

        assert eventually(lambda: seen.bodies == ["quick", "sleep 0.3"])


def test_a_frame_over_32_kb_closes_the_socket_with_1009(gateway: Gateway, seen: Seen) -> None:
    with connect(gateway.socket_url) as client:
        client.send("x" * 32 * KB)
        assert eventually(lambda: seen.messages)
        client.send("x" * (32 * KB + 1))

        assert close_code(client) == 1009


def test_a_message_may_have_128_kb_and_a_longer_one_closes_the_socket_with_1009(
    gateway: Gateway, seen: Seen
) -> None:
    with connect(gateway.socket_url) as client:
        client.send(["x" * 32 * KB] * 4)
        assert eventually(lambda: seen.messages)
        client.send([*["x" * 32 * KB] * 4, "x"])

        assert close_code(client) == 1009
    assert [len(body) for body in seen.bodies] == [128 * KB]


def test_a_binary_frame_closes_the_socket_with_1003(gateway: Gateway, seen: Seen) -> None:
    with connect(gateway.socket_url) as client:
        client.send(b"\x00")

        assert close_code(client) == 1003
    assert the_disconnect(seen)["disconnectStatusCode"] == 1003


def test_an_idle_connection_is_closed_with_1001(serve: Serve, seen: Seen) -> None:
    gateway = serve(limits=Limits(idle_seconds=0.4))
    began = time.monotonic()
    with connect(gateway.socket_url) as client:
        time.sleep(0.25)
        client.send("still here")

        assert close_code(client) == 1001
    assert time.monotonic() - began > 0.6
    assert the_disconnect(seen)["disconnectStatusCode"] == 1001


def test_a_connection_is_closed_at_its_maximum_age_even_if_it_is_busy(serve: Serve) -> None:
    gateway = serve(limits=Limits(life_seconds=0.4))
    with connect(gateway.socket_url) as client, pytest.raises(ConnectionClosed) as closed:
        keep_busy(client)

    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1001


def test_stopping_closes_all_sockets_with_1001_and_calls_disconnect(
    gateway: Gateway, seen: Seen
) -> None:
    with connect(gateway.socket_url) as one, connect(gateway.socket_url) as two:
        began = time.monotonic()
        gateway.stop()

        assert time.monotonic() - began < 1.5
        assert [close_code(one), close_code(two)] == [1001, 1001]
    assert [event["requestContext"]["disconnectStatusCode"] for event in seen.disconnects] == [
        1001,
        1001,
    ]


def keep_busy(client: Connection) -> None:
    for _ in range(40):
        client.send("busy")
        time.sleep(0.02)


def offered(*names: str) -> Any:
    return list(names)


def the_disconnect(seen: Seen) -> dict[str, Any]:
    assert eventually(lambda: seen.disconnects)
    context: dict[str, Any] = seen.disconnects[0]["requestContext"]
    return context


def refusal(gateway: Gateway, do: str) -> tuple[int, bytes]:
    with pytest.raises(InvalidStatus) as refused, connect(f"{gateway.socket_url}?do={do}"):
        pass
    response = refused.value.response
    return response.status_code, bytes(response.body or b"")


def close_code(client: Connection) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        client.recv(5)
    assert closed.value.rcvd
    return closed.value.rcvd.code
