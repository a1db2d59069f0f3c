"""An entry that the webhook has refused eight times: it is marked, told, and can be sent again."""

from typing import Any

import pytest

from chalicelib.usecases.webhooks.worker import WAITS, deliver
from tests.api.conversation_setup import BOT, id_of, ok, owned
from tests.support.api import Api
from tests.support.fakes import FakeWebhookClient
from tests.support.services import MemoryServices

ATTEMPTS = len(WAITS) + 1
REQUESTED, CLAIMED, WORD = 2, 3, 4


@pytest.fixture
def conversation(owner: Api, bot: Api, ana: Api, services: MemoryServices) -> str:
    """Ana owns it, the webhook has received all of it, and she has just written entry 4."""
    ok(owner.put(f"{BOT}/webhook", {"url": "https://bot.example.test/hook"}))
    path = owned(bot, ana)
    deliver(services, "demo", id_of(path), "receipt")
    ok(ana.post(f"{path}/messages", {"text": "Your money is on its way."}))
    return path


def give_up(services: MemoryServices, path: str) -> None:
    for _ in range(ATTEMPTS):
        services.clock.advance(1)
        services.webhook_client = FakeWebhookClient([500])
        deliver(services, "demo", id_of(path), "receipt")


def entry(api: Api, path: str, seq: int) -> Any:
    (found,) = ok(api.get(f"{path}/entries", after=str(seq - 1), limit="1"))["items"]
    return found


def notified(services: MemoryServices) -> list[str]:
    latest = services.notifications.latest("demo", None, 10)
    return [f"{each.level} {each.message.split('.')[0]}" for each in latest]


def test_a_word_that_was_given_up_is_marked_as_failed_for_its_owner_and_for_supervisors(
    ana: Api, sam: Api, bot: Api, services: MemoryServices, conversation: str
) -> None:
    give_up(services, conversation)

    assert [entry(api, conversation, WORD)["delivery"] for api in (ana, sam, bot)] == ["failed"] * 3
    assert "delivery" not in entry(ana, conversation, CLAIMED)
    assert notified(services) == ["error Baton has given up delivering to the bot's server"]
    assert ok(ana.get(conversation))["status"] == "agent"


def test_an_entry_that_waits_for_its_next_attempt_is_not_marked(
    ana: Api, services: MemoryServices, conversation: str
) -> None:
    services.webhook_client = FakeWebhookClient([500])
    deliver(services, "demo", id_of(conversation), "receipt")

    assert "delivery" not in entry(ana, conversation, WORD)
    assert notified(services) == []


def test_the_owner_sends_a_word_again_and_its_mark_goes(
    ana: Api, bo: Api, services: MemoryServices, conversation: str
) -> None:
    give_up(services, conversation)
    services.clock.advance(1)
    services.webhook_client = FakeWebhookClient([503])

    refused = ok(ana.post(f"{conversation}/resend", {"seq": WORD}))
    marked = entry(ana, conversation, WORD).get("delivery")
    sent = ok(ana.post(f"{conversation}/resend", {"seq": WORD}))

    assert (refused["status"], marked, sent["status"]) == ("failed", "failed", "delivered")
    assert "delivery" not in entry(ana, conversation, WORD)
    first, second = services.webhook_client.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert bo.post(f"{conversation}/resend", {"seq": WORD}).status == 403
    assert ana.post(f"{conversation}/resend", {"seq": 1}).status == 404
    assert ana.post(f"{conversation}/resend", {"seq": 99}).status == 404


def test_many_words_that_are_given_up_give_one_notification(
    ana: Api, services: MemoryServices, conversation: str
) -> None:
    for _ in range(3):
        ok(ana.post(f"{conversation}/messages", {"text": "Hello?"}))

    for _ in range(4):
        give_up(services, conversation)

    assert len(notified(services)) == 1


def test_a_bot_that_never_learns_that_it_is_its_turn_loses_it_to_people(
    ana: Api, services: MemoryServices, conversation: str
) -> None:
    deliver(services, "demo", id_of(conversation), "receipt")
    ok(ana.post(f"{conversation}/unpause", {}))

    give_up(services, conversation)

    head = ok(ana.get(conversation))
    assert (head["status"], head["handoff"]["reason"]) == ("waiting", "bot_down")
    assert notified(services) == ["error Baton has given up delivering to the bot's server"]
    give_up(services, conversation)
    assert ok(ana.get(conversation))["last_seq"] == head["last_seq"]
