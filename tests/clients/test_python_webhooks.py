"""Webhooks in the Python clients: signatures of the standard's own library, and Baton's events."""

import asyncio
import base64
import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from baton_client import AsyncBaton, Baton, WebhookEvent, WebhookRefused
from baton_client.signatures import WebhookVerifier
from chalicelib.usecases.webhooks.worker import deliver
from tests.clients.app_server import AppServer

OLD, NEW = ("whsec_" + base64.b64encode(bytes([byte] * 32)).decode() for byte in (1, 2))
URL, KEY = "https://baton.example.test/api/v1/bots/shop", "bk_shop_secret"
BODY = json.dumps(
    {
        "type": "agent.message",
        "timestamp": "2026-01-01T00:00:00.000Z",
        "data": {
            "conversation_id": "c_1",
            "channel": "web",
            "user": "u-1",
            "thread": None,
            "epoch": 3,
            "text": None,
            "entry": {"kind": "message", "type": "text", "text": "Hello", "payload": None},
        },
    }
).encode()

Post = Callable[..., int]


def signed(
    body: bytes = BODY, secret: str = OLD, id: str = "w-1", age: float = 0.0
) -> dict[str, str]:
    at = datetime.now(UTC) - timedelta(seconds=age)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id, at, body.decode()),
    }


def over_asgi(app: Any) -> Post:
    def post(headers: dict[str, str], body: bytes = BODY, method: str = "POST") -> int:
        async def call() -> int:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://bot") as http:
                answer = await http.request(method, "/hook", headers=headers, content=body)
                return answer.status_code

        return asyncio.run(call())

    return post


def over_wsgi(app: Any) -> Post:
    def post(headers: dict[str, str], body: bytes = BODY, method: str = "POST") -> int:
        with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://bot") as http:
            answer = http.request(method, "/hook", headers=headers, content=body)
            return answer.status_code

    return post


@pytest.fixture(params=["blocking, WSGI", "blocking, ASGI", "asynchronous"])
def bot(request: pytest.FixtureRequest) -> Iterator[tuple[Post, list[WebhookEvent]]]:
    """How to post to the bot's webhook, and the events that its handler has got."""
    got: list[WebhookEvent] = []
    if request.param == "asynchronous":
        asynchronous = AsyncBaton(URL, KEY, OLD)

        @asynchronous.on("agent.message")
        async def receive(event: WebhookEvent) -> None:
            await asyncio.sleep(0)
            got.append(event)

        yield over_asgi(asynchronous.asgi()), got
        return
    with Baton(URL, KEY, OLD) as baton:
        baton.on("agent.message")(got.append)
        app = over_wsgi(baton.wsgi()) if "WSGI" in request.param else over_asgi(baton.asgi())
        yield app, got


def test_a_signed_event_reaches_its_handler_once(bot: tuple[Post, list[WebhookEvent]]) -> None:
    post, got = bot

    assert [post(signed()), post(signed()), post(signed(id="w-2"))] == [204, 204, 204]
    assert [event.id for event in got] == ["w-1", "w-2"]
    assert (got[0].conversation_id, got[0].user, got[0].text) == ("c_1", "u-1", "Hello")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed() | {"webhook-signature": "v1,AAAA"},
        signed(secret=NEW),
        signed(body=BODY + b" "),
        signed() | {"webhook-id": "w-2"},
        signed() | {"webhook-timestamp": "soon"},
        signed() | {"webhook-signature": signed()["webhook-signature"].replace("v1,", "v2,")},
    ],
    ids=["nothing", "nonsense", "another secret", "another body", "another id", "no time", "v2"],
)
def test_a_forged_event_is_refused(
    bot: tuple[Post, list[WebhookEvent]], headers: dict[str, str]
) -> None:
    post, got = bot

    assert (post(headers), got) == (401, [])


@pytest.mark.parametrize("age", [301, -302], ids=["old", "ahead"])
def test_an_event_outside_of_the_replay_window_is_refused(
    bot: tuple[Post, list[WebhookEvent]], age: float
) -> None:
    post, got = bot

    assert (post(signed(age=age)), got) == (401, [])


def test_other_methods_and_large_bodies_are_refused(bot: tuple[Post, list[WebhookEvent]]) -> None:
    post, got = bot

    assert [post({}, method="GET"), post({}, b"x" * 1_000_001), got] == [405, 413, []]


@pytest.mark.parametrize("secrets", [(OLD, NEW), (NEW, OLD), (NEW,)])
def test_a_rotated_secret_is_accepted(secrets: Sequence[str]) -> None:
    """During a rotation Baton signs with both secrets, so each of them is enough."""
    both = signed() | {
        "webhook-signature": " ".join(
            signed(secret=each)["webhook-signature"] for each in (OLD, NEW)
        )
    }
    with Baton(URL, KEY, secrets) as baton:
        assert baton.verify(both, BODY).type == "agent.message"
        assert baton.verify(signed(secret=NEW), BODY).id == "w-1"


def test_an_event_whose_handler_failed_is_delivered_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with Baton(URL, KEY, OLD) as baton:
        failing = [True]

        @baton.on("agent.message")
        def receive(event: WebhookEvent) -> None:
            if failing:
                raise OSError("The channel is down.")

        with caplog.at_level(logging.ERROR):
            first = baton.receive(signed(), BODY)
        failing.clear()

        assert (first, baton.receive(signed(), BODY)) == (500, 204)
        assert "The channel is down." in caplog.text


def test_an_event_that_is_still_being_handled_is_put_off() -> None:
    with Baton(URL, KEY, OLD) as baton:
        begun, go_on = threading.Event(), threading.Event()

        @baton.on("agent.message")
        def receive(event: WebhookEvent) -> None:
            begun.set()
            go_on.wait(5)

        first = threading.Thread(target=baton.receive, args=(signed(), BODY))
        first.start()
        begun.wait(5)
        meanwhile = baton.receive(signed(), BODY)
        go_on.set()
        first.join()

        assert (meanwhile, baton.receive(signed(), BODY)) == (503, 204)


def test_a_client_without_a_secret_says_so() -> None:
    with Baton(URL, KEY) as baton, pytest.raises(ValueError, match="webhook_secret"):
        baton.receive(signed(), BODY)
    with pytest.raises(ValueError, match="whsec_"):
        Baton(URL, KEY, "no base64!")


def test_a_signed_body_that_is_no_event_is_refused() -> None:
    with Baton(URL, KEY, OLD) as baton, pytest.raises(WebhookRefused, match="no event"):
        baton.verify(signed(b"[]"), b"[]")


def test_a_handler_of_an_unknown_event_is_warned_about() -> None:
    with Baton(URL, KEY, OLD) as baton, pytest.warns(UserWarning, match=r"agent\.mesage"):
        baton.on("agent.mesage")(print)


def test_the_events_of_a_whole_handoff_are_understood(server: AppServer) -> None:
    """Baton itself makes and signs them."""
    services = server.services
    webhook = {"url": "https://bot.example.test/hook"}
    secret = server.control({"owner": ["PUT", "/bots/demo/webhook", webhook]})["secret"]
    verifier = WebhookVerifier(secret, clock=lambda: services.clock.now() / 1000)
    with Baton(server.url, server.key) as baton:
        turn = baton.heard("web", "events", text="A person")
        assert turn.hand_over("asked", say="One moment")
    path = f"/bots/demo/conversations/{turn.conversation_id}"
    server.control({"ana": ["POST", f"{path}/claim", {}]})
    server.control({"ana": ["POST", f"{path}/messages", {"text": "Here I am."}]})
    server.control({"ana": ["POST", f"{path}/unpause", {"note": "Done."}]})
    services.clock.advance(1)
    deliver(services, "demo", turn.conversation_id, "receipt")

    events = [verifier.verify(each.headers, each.body) for each in services.webhook_client.requests]

    assert [event.type for event in events] == [
        *("handoff.requested", "handoff.claimed", "agent.message", "conversation.returned")
    ]
    assert [event.text for event in events[1:3]] == ["You are now talking to Ana.", "Here I am."]
    assert {event.conversation_id for event in events} == {turn.conversation_id}
    assert (events[3].data["outcome"], events[3].data["note"]) == ("resolved", "Done.")
