"""A request with a repeated `Idempotency-Key` gets the first answer and has no second effect."""

import json
from typing import Any

import pytest

from chalicelib.domain.access import Scope
from chalicelib.entrypoints.http import route_table
from chalicelib.entrypoints.http.framework import register
from chalicelib.entrypoints.http.route import Idempotency
from chalicelib.entrypoints.http.router import all_routes
from chalicelib.entrypoints.http.unknown_routes import BatonApp
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.notifications import Notification
from tests.api.calls import ROWS, Resource, filled, staged
from tests.api.conversation_setup import BOT, begun, key, log, message, ok, one, owned, waiting
from tests.support.api import DEMO_KEY, Api, ApiAnswer
from tests.support.memory import MemoryNotifications, MemoryTable
from tests.support.services import MemoryServices

MESSAGES = f"{BOT}/messages"
WEEK = 7 * 24 * 60 * 60 * 1000


def sent(caller: Api, path: str, body: object, name: str = "k-1") -> ApiAnswer:
    return caller.post(path, body, Idempotency_Key=name)


KEYED = [
    (route.method, route.path)
    for route in route_table.NATIVE
    if route.idempotency is Idempotency.COMMIT
]


@pytest.mark.parametrize("resource", KEYED)
def test_the_same_request_gets_the_first_answer_and_happens_once(
    resource: Resource, bot: Api, ana: Api
) -> None:
    row, caller, name = ROWS[resource], *_caller(resource, bot, ana)
    ids = staged(bot, ana, row.at)
    path = filled(resource[1], ids.of(resource[1]))

    first = sent(caller, path, row.body_from(name))
    after_first = log(bot, one(ids.conversation))
    again = sent(caller, path, row.body_from(name))

    assert first.status in (200, 201), first.text
    assert (again.status, again.text) == (first.status, first.text)
    assert log(bot, one(ids.conversation)) == after_first


@pytest.mark.parametrize("resource", KEYED)
def test_another_request_with_the_same_key_is_refused(
    resource: Resource, bot: Api, ana: Api
) -> None:
    row, caller, name = ROWS[resource], *_caller(resource, bot, ana)
    ids = staged(bot, ana, row.at)
    path = filled(resource[1], ids.of(resource[1]))
    ok(sent(caller, path, row.body_from(name)))

    other = sent(caller, path, _otherwise(row.body_from(name)))

    assert (other.status, other.json["code"]) == (422, "idempotency_mismatch")


def _caller(resource: Resource, bot: Api, ana: Api) -> tuple[Api, str]:
    return (ana, "agent") if "agent" in ROWS[resource].may else (bot, "bot")


def _otherwise(body: dict[str, Any] | None) -> bytes:
    """The same, written otherwise: another request all the same."""
    return b" " + json.dumps(body or {}).encode()


def test_a_command_and_a_notification_may_use_the_same_idempotency_key(bot: Api) -> None:
    path = begun(bot)
    notification = {"message": "Look."}
    ok(sent(bot, f"{path}/pause", {}, "command's"))
    ok(sent(bot, f"{BOT}/notifications", notification, "notification's"))

    refused = [
        sent(bot, f"{BOT}/notifications", notification, "command's"),
        sent(bot, f"{path}/unpause", {}, "notification's"),
    ]

    assert [(each.status, each.json["code"]) for each in refused] == [
        (422, "idempotency_mismatch")
    ] * 2
    assert ok(bot.get(path))["status"] == "waiting"


def test_a_repeated_key_gets_the_first_answer_even_if_the_conversation_changed(
    bot: Api, ana: Api
) -> None:
    path = begun(bot)
    first = sent(bot, f"{path}/pause", {"reason": "Refund."})
    ok(ana.post(f"{path}/claim", {}))
    ok(ana.post(f"{path}/unpause", {}))

    again = sent(bot, f"{path}/pause", {"reason": "Refund."})

    assert (again.status, again.text) == (200, first.text)
    assert bot.get(path).json["status"] == "bot"


def test_a_repeated_pause_by_address_gets_the_first_answer(bot: Api) -> None:
    where = {"channel": "web", "user": "u-1"}
    first = sent(bot, f"{BOT}/pause", where)
    begun(bot, thread="t-1")
    begun(bot, thread="t-2")

    again = sent(bot, f"{BOT}/pause", where)

    assert (again.status, again.text) == (200, first.text)


def test_a_message_keeps_its_201_under_a_key_and_its_200_under_its_id(bot: Api) -> None:
    said = message(message_id="m-1")

    statuses = [
        sent(bot, MESSAGES, said).status,
        sent(bot, MESSAGES, said).status,
        bot.post(MESSAGES, said).status,
        sent(bot, MESSAGES, said, "k-2").status,
    ]

    assert statuses == [201, 201, 200, 200]


def test_the_same_key_on_another_path_is_another_request(bot: Api) -> None:
    path = begun(bot)
    ok(sent(bot, f"{path}/pause", {}))

    assert sent(bot, f"{path}/unpause", {}).status == 422


def test_a_refusal_is_not_stored_for_an_idempotency_key(bot: Api, ana: Api) -> None:
    path = owned(bot, ana)
    reply = message(**{"from": "bot"})
    assert sent(bot, MESSAGES, reply).status == 409
    ok(bot.post(f"{path}/unpause", {}))

    assert sent(bot, MESSAGES, reply).status == 201


def test_an_idempotency_key_belongs_to_its_caller(
    services: MemoryServices, bot: Api, ana: Api, bo: Api
) -> None:
    second = bot.as_(key(services, "second", *Scope))
    path = waiting(bot)

    ok(sent(ana, f"{path}/claim", {}))
    lost = sent(bo, f"{path}/claim", {})
    said = [sent(caller, MESSAGES, message(text=t)) for caller, t in ((bot, "a"), (second, "b"))]

    assert (lost.status, lost.json["owner_name"]) == (409, "Ana")
    assert [answer.status for answer in said] == [201, 201]


def test_an_idempotency_key_belongs_to_its_bot(bot: Api, other_bot: Api) -> None:
    ok(sent(bot, MESSAGES, message()))

    assert sent(other_bot, "/bots/other/messages", message(text="Other.")).status == 201


def test_an_idempotency_key_expires_after_seven_days(services: MemoryServices, bot: Api) -> None:
    ok(sent(bot, MESSAGES, message()))
    services.clock.advance(WEEK)

    assert sent(bot, MESSAGES, message(text="Another.")).status == 201


@pytest.mark.parametrize("name", ["", "x" * 256])
def test_an_idempotency_key_has_1_to_255_characters(name: str, bot: Api) -> None:
    assert sent(bot, MESSAGES, message(), name).status == 400
    assert sent(bot, MESSAGES, message(), "x" * 255).status == 201


@pytest.mark.parametrize("name", ["#", "K#other#x", "é", "%23", "a b", "~", "'"])
def test_an_idempotency_key_may_contain_any_characters(name: str, bot: Api) -> None:
    first, again = (sent(bot, MESSAGES, message(), name) for _ in range(2))

    assert (first.status, again.text) == (201, first.text)


# Twice at the same moment


class SlowToKnow(MemoryNotifications):
    """The first read comes too early: the other request is not committed yet."""

    def __init__(self, table: MemoryTable) -> None:
        super().__init__(table)
        self._asked = False

    def find_by_key(self, bot: str, key: IdempotencyKey) -> tuple[str, Notification | None] | None:
        if not self._asked:
            self._asked = True
            return None
        return super().find_by_key(bot, key)


def test_a_notification_sent_twice_at_the_same_moment_is_one(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    table = MemoryTable()
    services.notifications = MemoryNotifications(table)
    first = sent(bot, f"{BOT}/notifications", {"message": "Look."})
    services.notifications = SlowToKnow(table)

    second = sent(bot, f"{BOT}/notifications", {"message": "Look."})

    assert (second.status, second.text) == (201, first.text)
    assert len(ana.get(f"{BOT}/notifications").json["items"]) == 1


def test_a_repetition_by_another_address_of_the_installation_is_recognised(
    services: MemoryServices,
) -> None:
    """A custom domain and execute-api differ in the stage, CloudFront in nothing, and one slash at
    the end means nothing."""
    app = BatonApp("two-addresses")
    register(app, all_routes(), lambda: services)
    body = json.dumps({"channel": "web", "user": "zoe"})

    answers = [
        app(rest_event(f"{start}{BOT}/pause{end}", body, "k-1"), None)
        for start, end in (("/api/api/v1", ""), ("/api/v1", ""), ("/base/api/v1", "/"))
    ]
    other = app(rest_event(f"/api/v1{BOT}/pause", body + " ", "k-1"), None)

    assert {(each["statusCode"], each["body"]) for each in answers} == {(200, answers[0]["body"])}
    assert other["statusCode"] == 422


def rest_event(path: str, body: str, key: str) -> dict[str, Any]:
    resource = "/api/v1/bots/{bot}/pause"
    context = {"httpMethod": "POST", "resourcePath": resource, "path": path, "requestId": "r"}
    return {
        "requestContext": context,
        "headers": {"Authorization": f"Bearer {DEMO_KEY}", "Idempotency-Key": key},
        "pathParameters": {"bot": "demo"},
        "multiValueQueryStringParameters": None,
        "stageVariables": None,
        "body": body,
    }
