"""Alerts by web push: who gets one, what it says, and what follows from the answer of the push
service. The browser decrypts with an independent implementation."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec import json as encoding

from chalicelib.domain.access import Role
from chalicelib.domain.address import person_id
from chalicelib.entrypoints.events import push_queue
from chalicelib.usecases.reactions import react
from tests.api.conversation_setup import (
    BOT,
    begun,
    id_of,
    message,
    ok,
    online,
    owned,
    person,
    waiting,
)
from tests.api.live.socket_client import SocketClient
from tests.api.simulation import MINUTE, Simulation
from tests.support.api import Api
from tests.support.fakes import FakeWebhookClient
from tests.support.network.push_service import Browser
from tests.support.services import MemoryServices

PATH = "/auth/push-subscription"
WHO, KIM = person_id("ana@example.test"), person_id("kim@example.test")
SECRET_WORDS = "My card number is 4111"
Subscribe = Callable[..., Browser]


@pytest.fixture
def kim(bot: Api, services: MemoryServices) -> Api:
    """An agent of the queue `support`."""
    person(services, "kim", queues=frozenset({"support"}))
    return bot.login("kim")


@pytest.fixture
def simulation(services: MemoryServices) -> Simulation:
    return Simulation(services)


@pytest.fixture
def subscribe(services: MemoryServices) -> Subscribe:
    def subscribe(caller: Api, **more: object) -> Browser:
        made = Browser(f"https://push.test/send/{len(services.memory.push_subscriptions)}")
        keys = {"p256dh": made.public, "auth": made.auth}
        ok(caller.put(PATH, {"endpoint": made.endpoint, "keys": keys, **more}))
        return made

    return subscribe


@pytest.fixture
def push_service(services: MemoryServices) -> FakeWebhookClient:
    services.webhook_client = FakeWebhookClient(otherwise=201)
    return services.webhook_client


def told(services: MemoryServices) -> list[tuple[str, str]]:
    return [(each.kind, each.person) for each in services.push_queue.alerts]


def deliver(services: MemoryServices, receives: int = 1) -> list[str]:
    """Hands the queued alerts to the function. Returns those that SQS would deliver again."""
    waiting_now, services.push_queue.alerts = services.push_queue.alerts, []
    again: list[str] = []
    for number, alert in enumerate(waiting_now):
        record = {
            "messageId": str(number),
            "receiptHandle": f"receipt-{number}",
            "body": encoding.encode(alert).decode(),
            "attributes": {"ApproximateReceiveCount": str(receives)},
        }
        failed: Any = push_queue.handle(services, {"Records": [record]})["batchItemFailures"]
        again += (each["itemIdentifier"] for each in failed)
    return again


def user_writes(bot: Api) -> None:
    ok(bot.post(f"{BOT}/messages", message(text=SECRET_WORDS, message_id="m-2")))


def test_a_users_message_alerts_the_owner_who_sees_no_console(
    bot: Api,
    kim: Api,
    services: MemoryServices,
    simulation: Simulation,
    subscribe: Subscribe,
    push_service: FakeWebhookClient,
) -> None:
    phone = subscribe(kim)
    path = owned(bot, kim, "support")
    simulation.run_reactions()
    services.push_queue.alerts.clear()

    user_writes(bot)
    simulation.run_reactions()

    assert told(services) == [("message", KIM)]
    assert SECRET_WORDS not in str(services.push_queue.alerts)
    assert deliver(services) == []
    [sent] = push_service.requests
    assert sent.url == phone.endpoint
    assert sent.headers["content-encoding"] == "aes128gcm"
    assert (sent.headers["ttl"], sent.headers["urgency"]) == (str(4 * 60 * 60), "normal")
    assert sent.headers["authorization"].startswith("vapid t=")
    assert json.loads(phone.decrypt(sent.body)) == {
        "title": "New message from a customer",
        "body": "support · Demo bot",
        "tag": id_of(path),
        "lang": "en",
        "dir": "ltr",
        "hash": f"#demo/{id_of(path)}",
    }


def test_all_alerts_have_the_same_length(
    bot: Api,
    ana: Api,
    sam: Api,
    services: MemoryServices,
    simulation: Simulation,
    subscribe: Subscribe,
    push_service: FakeWebhookClient,
) -> None:
    subscribe(ana, language="ar")
    online(ana)
    path = waiting(bot)
    ok(sam.post(f"{path}/transfer", {"agent": WHO}))
    user_writes(bot)
    simulation.run_reactions()

    deliver(services)

    assert len(push_service.requests) == 2
    assert len({len(each.body) for each in push_service.requests}) == 1


def test_a_person_who_sees_a_console_is_not_alerted(
    bot: Api,
    ana: Api,
    services: MemoryServices,
    simulation: Simulation,
    subscribe: Subscribe,
) -> None:
    subscribe(ana)
    owned(bot, ana)
    client = SocketClient(services, ana, "c-1")

    user_writes(bot)
    simulation.run_reactions()
    seen = told(services)
    client.do("ping", hidden=True)
    ok(bot.post(f"{BOT}/messages", message(message_id="m-3")))
    simulation.run_reactions()
    hidden = told(services)
    client.do("ping", hidden=False)
    ok(bot.post(f"{BOT}/messages", message(message_id="m-4")))
    simulation.run_reactions()

    assert (seen, hidden) == ([], [("message", WHO)])
    assert told(services) == hidden


def test_an_offer_alerts_the_agent_until_it_ends(
    bot: Api,
    kim: Api,
    services: MemoryServices,
    simulation: Simulation,
    subscribe: Subscribe,
    push_service: FakeWebhookClient,
) -> None:
    person(services, "ada", Role.ADMIN)
    limits = {"mode": "offer", "offer_seconds": 60}
    ok(bot.login("ada").put(f"{BOT}/queues/support", limits))
    subscribe(kim)
    online(kim)

    waiting(bot, "support")
    simulation.run_reactions()

    assert told(services) == [("offered", KIM)]
    [alert] = services.push_queue.alerts
    deliver(services)
    assert push_service.requests[0].headers["ttl"] == "60"
    assert push_service.requests[0].headers["urgency"] == "high"
    services.clock.advance(61_000)
    services.push_queue.alerts = [alert]
    assert deliver(services) == []
    assert len(push_service.requests) == 1


def test_a_supervisor_who_gives_a_conversation_alerts_its_agent_and_not_themself(
    bot: Api,
    ana: Api,
    sam: Api,
    services: MemoryServices,
    simulation: Simulation,
    subscribe: Subscribe,
) -> None:
    for each in (ana, sam):
        subscribe(each)
        online(each)
    path = waiting(bot)

    ok(sam.post(f"{path}/transfer", {"agent": WHO}))
    simulation.run_reactions()
    ok(sam.post(f"{path}/transfer", {"agent": ok(sam.get("/auth/me"))["id"]}))
    simulation.run_reactions()

    assert told(services) == [("assigned", WHO)]


def test_only_people_who_chose_it_are_told_who_begins_to_wait(
    bot: Api,
    ana: Api,
    bo: Api,
    sam: Api,
    services: MemoryServices,
    simulation: Simulation,
    subscribe: Subscribe,
) -> None:
    for each in (ana, sam):
        subscribe(each, waiting=True)
    subscribe(bo)
    ok(sam.put("/agents/me/status", {"status": "away"}))

    waiting(bot)
    simulation.run_reactions()

    assert told(services) == [("waiting", WHO)]


def test_a_mentioned_colleague_is_alerted(
    bot: Api,
    ana: Api,
    bo: Api,
    services: MemoryServices,
    simulation: Simulation,
    subscribe: Subscribe,
    push_service: FakeWebhookClient,
) -> None:
    phone, path = subscribe(bo), waiting(bot)
    ok(ana.post(f"{path}/notes", {"text": "@Bo?", "mentions": ["bo@example.test"]}))

    simulation.run_reactions()
    for each in services.notifications.latest("demo", None, 9):
        react(services, each)

    assert told(services) == [("mentioned", person_id("bo@example.test"))]
    deliver(services)
    shown = json.loads(phone.decrypt(push_service.requests[0].body))
    assert shown["title"] == "A colleague mentioned you in a note"


def test_messages_to_the_bot_and_of_agents_alert_nobody(
    bot: Api, ana: Api, services: MemoryServices, simulation: Simulation, subscribe: Subscribe
) -> None:
    subscribe(ana, waiting=True)
    begun(bot)
    simulation.run_reactions()
    path = owned(bot, ana)
    services.push_queue.alerts.clear()
    ok(ana.post(f"{path}/messages", {"text": "Hello!"}))
    ok(ana.post(f"{path}/notes", {"text": "Calm."}))
    simulation.run_reactions()

    assert [kind for kind, _ in told(services) if kind != "waiting"] == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_the_push_service_has_forgotten_is_removed(
    bot: Api,
    ana: Api,
    services: MemoryServices,
    simulation: Simulation,
    subscribe: Subscribe,
    push_service: FakeWebhookClient,
    status: int,
) -> None:
    subscribe(ana)
    owned(bot, ana)
    user_writes(bot)
    simulation.run_reactions()
    services.webhook_client = FakeWebhookClient([status])

    assert deliver(services) == []
    assert ok(ana.get(PATH))["subscription"] is None


@pytest.mark.parametrize("status", [429, 500, 503, None])
def test_an_alert_is_tried_again_a_few_times_and_then_given_up(
    bot: Api,
    ana: Api,
    services: MemoryServices,
    simulation: Simulation,
    subscribe: Subscribe,
    push_service: FakeWebhookClient,
    status: int | None,
) -> None:
    subscribe(ana)
    owned(bot, ana)
    user_writes(bot)
    simulation.run_reactions()
    [alert] = services.push_queue.alerts
    services.webhook_client = FakeWebhookClient(otherwise=status)

    tried = []
    for receives in range(1, 6):
        services.push_queue.alerts = [alert]
        tried.append(deliver(services, receives))

    assert tried == [["0"]] * 4 + [[]]
    assert [seconds for _, seconds in services.push_queue.delayed] == [5, 30, 120, 600]
    assert ok(ana.get(PATH))["subscription"]


def test_an_alert_that_the_push_service_refuses_is_not_repeated(
    bot: Api,
    ana: Api,
    services: MemoryServices,
    simulation: Simulation,
    subscribe: Subscribe,
    push_service: FakeWebhookClient,
) -> None:
    subscribe(ana)
    owned(bot, ana)
    user_writes(bot)
    simulation.run_reactions()
    services.webhook_client = FakeWebhookClient(otherwise=403)

    assert deliver(services) == []
    assert services.push_queue.delayed == []


def test_a_conversation_that_has_moved_on_alerts_nobody_any_more(
    bot: Api,
    ana: Api,
    services: MemoryServices,
    simulation: Simulation,
    subscribe: Subscribe,
    push_service: FakeWebhookClient,
) -> None:
    subscribe(ana, waiting=True)
    path = owned(bot, ana)
    user_writes(bot)
    simulation.run_reactions()
    assert told(services)

    ok(ana.post(f"{path}/unpause", {}))

    assert deliver(services) == []
    assert push_service.requests == []


def test_no_alert_reaches_the_browser_of_a_session_that_has_ended(
    bot: Api,
    ana: Api,
    services: MemoryServices,
    simulation: Simulation,
    subscribe: Subscribe,
    push_service: FakeWebhookClient,
) -> None:
    subscribe(ana)
    owned(bot, ana)
    user_writes(bot)
    simulation.run_reactions()
    assert told(services)
    [alert] = services.push_queue.alerts

    services.clock.advance(services.session_limits.idle)
    services.push_queue.alerts = [
        type(alert)(
            alert.kind,
            alert.person,
            alert.session,
            alert.bot,
            alert.conversation_id,
            services.clock.now() + MINUTE,
        )
    ]

    assert deliver(services) == []
    assert push_service.requests == []
    assert services.push_subscriptions.of_person(WHO) == []


def test_while_nobody_uses_web_push_a_message_costs_no_further_read(
    bot: Api, ana: Api, services: MemoryServices, simulation: Simulation
) -> None:
    assert not services.push_subscriptions.are_used()
    owned(bot, ana)

    user_writes(bot)
    simulation.run_reactions()

    assert told(services) == []
