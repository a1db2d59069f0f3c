"""How far what an agent said has come, for whoever has the conversation open."""

from typing import Any

import pytest

from chalicelib.usecases.webhooks.worker import WAITS, deliver
from tests.api.conversation_setup import id_of, ok, owned
from tests.api.live.socket_client import Client, fits
from tests.support.api import DEMO_KEY, Api
from tests.support.fakes import FakeReceiver
from tests.support.services import MemoryServices


@pytest.fixture
def services() -> MemoryServices:
    return MemoryServices("https://bot.test/")


@pytest.fixture
def path(bot: Api, ana: Api) -> str:
    return owned(bot, ana)


def watching(services: MemoryServices, who: Api, path: str) -> Client:
    client = Client(services, who, "c-1")
    client.do("watch", conversation_id=id_of(path), after=0)
    return client


def signs(client: Client) -> list[tuple[int, int, int | None]]:
    found: list[Any] = [event for event in client.events if event["event"] == "delivery"]
    for sign in found:
        fits(sign, ["deliveryEvent"])
    return [(sign["through"], sign["attempts"], sign["failed"]) for sign in found]


def says(agent: Api, path: str) -> int:
    seq: int = ok(agent.post(f"{path}/messages", {"text": "Hello."}))["seq"]
    return seq


def test_whoever_looks_sees_that_the_bots_server_has_taken_it(
    services: MemoryServices, path: str, ana: Api
) -> None:
    client = watching(services, ana, path)
    seq = says(ana, path)

    deliver(services, "demo", id_of(path), "receipt")

    assert signs(client) == [(seq, 0, None)]


def test_what_is_tried_again_and_then_given_up_is_said_to_be_so(
    services: MemoryServices, path: str, ana: Api
) -> None:
    deliver(services, "demo", id_of(path), "receipt")
    services.webhook_client = FakeReceiver(otherwise=None)
    client = watching(services, ana, path)
    seq = says(ana, path)

    for _ in range(len(WAITS) + 1):
        deliver(services, "demo", id_of(path), "receipt")

    *retried, last = signs(client)
    assert [attempts for _, attempts, _ in retried] == list(range(1, len(WAITS) + 1))
    assert last == (seq, 0, seq)


def test_who_looks_later_is_told_how_far_it_has_come(
    services: MemoryServices, path: str, ana: Api
) -> None:
    seq = says(ana, path)
    deliver(services, "demo", id_of(path), "receipt")
    says(ana, path)

    reply = Client(services, ana, "late").do("watch", conversation_id=id_of(path), after=0)

    assert reply["result"]["delivery"] == {"through": seq, "attempts": 0}


def test_a_bot_without_a_webhook_fetches_by_itself_and_nothing_is_said(bot: Api, ana: Api) -> None:
    services = MemoryServices()
    bot = Api(services, DEMO_KEY)
    ana = bot.login("ana")
    path = owned(bot, ana)

    reply = Client(services, ana, "c").do("watch", conversation_id=id_of(path), after=0)

    assert reply["result"]["delivery"] is None


def test_changes_of_who_may_speak_are_delivered_without_a_sign(
    services: MemoryServices, path: str, ana: Api
) -> None:
    client = watching(services, ana, path)

    deliver(services, "demo", id_of(path), "receipt")

    assert signs(client) == []
