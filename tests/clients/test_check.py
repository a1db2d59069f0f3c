"""`baton check` passes for a webhook of the client, and fails for each planted fault."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from baton_client import Baton, WebhookRefused
from baton_client.cli.webhook_kit.check import CheckedWebhook, checks
from baton_client.signatures import WebhookVerifier
from tests.api.live.socket_client import MESSAGES, misfits

SECRET = "whsec_YSBzZWNyZXQgdGhhdCBvbmx5IHRlc3RzIGtub3cgb2Y="
URL = "http://127.0.0.1/api/v1/bots/demo"
Server = Callable[[httpx.Request], int]


def failed(transport: httpx.BaseTransport) -> list[str]:
    """The names of the checks that fail."""
    with httpx.Client(transport=transport) as http:
        found = list(checks(CheckedWebhook(http, "http://bot.test/hook", SECRET)))
    assert len(found) == 14
    return [each.check for each in found if not each.passed]


def test_the_clients_own_webhook_passes_every_check() -> None:
    with Baton(URL, "bk_1", SECRET) as baton:
        assert failed(httpx.WSGITransport(app=baton.wsgi())) == []


class FaultyBot:
    """Verifies as it should, with one fault."""

    def __init__(self, fault: str) -> None:
        self.fault, self.seen, self.highest = fault, set[str](), 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(self._status(request))

    def _status(self, request: httpx.Request) -> int:
        headers, body = dict(request.headers), request.content
        tolerance = 1e9 if self.fault == "replays" else 300
        if self.fault == "unverified":
            return 204
        if self.fault == "one signature":
            headers["webhook-signature"] = headers["webhook-signature"].partition(" ")[0]
        if self.fault == "parsed body":
            body = body.strip()
        try:
            event = WebhookVerifier(SECRET, tolerance).verify(headers, body)
        except WebhookRefused:
            return 500 if self.fault == "crashes" else 401
        seq = int(event.id.rpartition(":")[2])
        if self.fault == "repeats" and event.id in self.seen:
            return 409
        if self.fault == "order" and seq < self.highest:
            return 409
        if self.fault == "types" and event.type == "conversation.invented":
            return 400
        if self.fault == "returns" and event.type == "conversation.returned":
            raise httpx.ReadTimeout("planted")
        self.seen.add(event.id)
        self.highest = max(self.highest, seq)
        return 204


REFUSALS = [
    "refuses an event without a signature",
    "refuses a body that was changed",
    "refuses another event's signature",
    "refuses an event that is signed long ago",
]


@pytest.mark.parametrize(
    ("fault", "checks_that_fail"),
    [
        ("none", []),
        ("unverified", REFUSALS),
        ("crashes", REFUSALS),
        ("parsed body", REFUSALS[1:2]),
        ("replays", REFUSALS[3:]),
        ("one signature", ["accepts the second of two signatures"]),
        ("repeats", ["accepts an event that comes again"]),
        ("order", ["accepts events out of order"]),
        ("types", ["accepts an event of an unknown type"]),
        ("returns", ["accepts conversation.returned"]),
    ],
)
def test_each_planted_fault_fails_its_check(fault: str, checks_that_fail: list[str]) -> None:
    assert failed(httpx.MockTransport(FaultyBot(fault))) == checks_that_fail


def test_the_invented_events_fit_the_document() -> None:
    sent: list[Any] = []

    def keep(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content))
        return httpx.Response(204)

    failed(httpx.MockTransport(keep))
    webhooks = [name for name, each in MESSAGES.items() if "headers" in each]
    known = [body for body in sent if body["type"] != "conversation.invented"]

    for body in known:
        assert any(not misfits(body, name) for name in webhooks), body
