"""Viewers of a conversation see the delivery status of the agent's messages."""

from typing import Any

import pytest

from chalicelib.usecases.webhooks.worker import WAITS, deliver
from tests.api.conversation_setup import BOT, id_of, ok, owned
from tests.api.live.socket_client import SocketClient, fits
from tests.support.api import DEMO_KEY, Api
from tests.support.fakes import FakeWebhookClient
from tests.support.services import MemoryServices


@pytest.fixture
def services() -> MemoryServices:
    return MemoryServices("https://bot.test/")


@pytest.fixture
def path(bot: Api, ana: Api) -> str:
    return owned(bot, ana)


def watching(services: MemoryServices, who: Api, path: str) -> SocketClient:
    client = SocketClient(services, who, "c-1")
    client.do("watch", conversation_id=id_of(path), after=0)
    return client


def signs(client: SocketClient) -> list[tuple[int, int, int | None]]:
    found: list[Any] = [event for event in client.events if event["event"] == "delivery"]
    for sign in found:
        fits(sign, ["deliveryEvent"])
    return [(sign["through"], sign["attempts"], sign["failed"]) for sign in found]


def says(agent: Api, path: str) -> int:
    seq: int = ok(agent.post(f"{path}/messages", {"text": "Hello."}))["seq"]
    return seq


def test_viewers_see_that_the_webhook_accepted_a_message(
    services: MemoryServices, path: str, ana: Api
) -> None:
    client = watching(services, ana, path)
    seq = says(ana, path)

    deliver(services, "demo", id_of(path), "receipt")

    assert signs(client) == [(seq, 0, None)]


def test_viewers_see_that_a_delivery_is_retried_and_then_failed(
    services: MemoryServices, path: str, ana: Api
) -> None:
    deliver(services, "demo", id_of(path), "receipt")
    services.webhook_client = FakeWebhookClient(otherwise=None)
    client = watching(services, ana, path)
    seq = says(ana, path)

    for _ in range(len(WAITS) + 1):
        deliver(services, "demo", id_of(path), "receipt")

    *retried, last = signs(client)
    assert [attempts for _, attempts, _ in retried] == list(range(1, len(WAITS) + 1))
    assert last == (seq, 0, seq)


@pytest.mark.parametrize("by", ["resend", "replay"])
def test_viewers_see_that_a_message_was_sent_again(
    by: str, services: MemoryServices, path: str, bot: Api, ana: Api, sam: Api
) -> None:
    deliver(services, "demo", id_of(path), "receipt")
    services.webhook_client = FakeWebhookClient(otherwise=None)
    client = watching(services, sam, path)
    seq = says(ana, path)
    for _ in range(len(WAITS) + 1):
        deliver(services, "demo", id_of(path), "receipt")
    assert signs(client)[-1] == (seq, 0, seq)
    services.webhook_client = FakeWebhookClient()

    if by == "resend":
        ok(ana.post(f"{path}/resend", {"seq": seq}))
    else:
        owner = bot.login("owner")
        (dead,) = ok(owner.get(f"{BOT}/deliveries", status="dead", limit="1"))["items"]
        ok(owner.post(f"{BOT}/deliveries/{dead['id']}/replay", {}))

    last = client.events[-1]
    assert (last["event"], last["resent"], last["failed"]) == ("delivery", seq, None)


def test_a_later_viewer_sees_the_delivery_status(
    services: MemoryServices, path: str, ana: Api
) -> None:
    seq = says(ana, path)
    deliver(services, "demo", id_of(path), "receipt")
    says(ana, path)

    reply = SocketClient(services, ana, "late").do("watch", conversation_id=id_of(path), after=0)

    assert reply["result"]["delivery"] == {"through": seq, "attempts": 0}


def test_a_bot_without_a_webhook_has_no_delivery_status(bot: Api, ana: Api) -> None:
    services = MemoryServices()
    bot = Api(services, DEMO_KEY)
    ana = bot.login("ana")
    path = owned(bot, ana)

    reply = SocketClient(services, ana, "c").do("watch", conversation_id=id_of(path), after=0)

    assert reply["result"]["delivery"] is None


def test_ownership_changes_have_no_delivery_status(
    services: MemoryServices, path: str, ana: Api
) -> None:
    client = watching(services, ana, path)

    deliver(services, "demo", id_of(path), "receipt")

    assert signs(client) == []
