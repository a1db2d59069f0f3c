"""The settings of bots and of their queues."""

from datetime import date

import pytest
from msgspec.structs import replace

from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.conversation.commands import Suggest
from chalicelib.domain.conversation.entries import Kind
from chalicelib.domain.routing.hours import Hours
from chalicelib.domain.routing.queues import Limits, Mode, Queue
from chalicelib.usecases.ports.conversations import Query
from chalicelib.usecases.records.bots import Bot
from chalicelib.usecases.records.webhooks import Webhook
from tests.contract.store_setup import ADDRESS, BOT, CID, DEMO, act, member, said_times
from tests.support.engines import Stores

HOURS = Hours(
    "Europe/Madrid",
    {"monday": (("09:00", "13:00"), ("16:00", "24:00")), "friday": ()},
    (date(2026, 12, 25), date(2027, 1, 1)),
)
FULL = Queue(
    "sales #1/ñ",
    priority=7,
    mode=Mode.OFFER,
    offer_seconds=45,
    fallback="support",
    hours=HOURS,
    limits=Limits(60, (120, 300), 900, 600, 1200, 86_400),
    texts={"es-MX": {"claimed": "Hola, soy {agent} 🎉", "closed": None}},
)
SETTINGS = BotSettings(
    ("/end", "عودة"), "ar", {"en": {"expired": None, "resolved": "{0} {{x}}"}}, True
)


@pytest.mark.parametrize("queue", [Queue("sales"), FULL])
def test_a_queue_comes_back_as_it_was_set(stores: Stores, queue: Queue) -> None:
    stores.directory.put_queue(BOT, queue)

    assert stores.directory.queue(BOT, queue.name) == queue


def test_a_queue_that_is_set_again_is_replaced(stores: Stores) -> None:
    stores.directory.put_queue(BOT, FULL)
    stores.directory.put_queue(BOT, Queue(FULL.name))

    assert stores.directory.queue(BOT, FULL.name) == Queue(FULL.name)


def test_the_queues_of_a_bot_are_listed_by_name_and_no_other_bots(stores: Stores) -> None:
    for name in ("support", "sales", "#", "sales#2"):
        stores.directory.put_queue(BOT, Queue(name))
    stores.directory.put_queue("other", FULL)
    stores.directory.put_member(BOT, member("ana"))

    names = [queue.name for queue in stores.directory.queues(BOT)]

    assert names == ["#", "sales", "sales#2", "support"]
    assert stores.directory.queues("other") == [FULL]


def test_a_queue_without_settings_is_not_found(stores: Stores) -> None:
    assert stores.directory.queue(BOT, "sales") is None
    assert stores.directory.queues(BOT) == []


def test_a_queue_that_is_removed_is_gone_and_may_be_removed_again(stores: Stores) -> None:
    stores.directory.put_queue(BOT, FULL)
    stores.directory.put_queue("other", FULL)

    for _ in range(2):
        stores.directory.delete_queue(BOT, FULL.name)

    assert stores.directory.queue(BOT, FULL.name) is None
    assert stores.directory.queue("other", FULL.name) == FULL


def test_a_bots_settings_come_back_as_they_were_set(stores: Stores) -> None:
    bot = Bot(BOT, "Demo", Webhook("https://example.test", ("whsec_a",)))
    stores.directory.put_bot(bot)

    known = stores.directory.put_settings(BOT, SETTINGS)

    assert known is True
    assert stores.directory.bot(BOT) == replace(bot, settings=SETTINGS)
    assert stores.directory.bot_and_key(BOT, "k")[0] == replace(bot, settings=SETTINGS)


def test_settings_may_come_with_a_new_bot(stores: Stores) -> None:
    stores.directory.put_bot(Bot(BOT, "Demo", settings=SETTINGS))

    assert stores.directory.bot(BOT) == Bot(BOT, "Demo", settings=SETTINGS)


def test_a_bot_that_is_not_there_has_no_settings(stores: Stores) -> None:
    assert stores.directory.put_settings(BOT, SETTINGS) is False
    assert stores.directory.bot(BOT) is None
    assert stores.directory.bot_ids() == []


# What a command is told of them


def test_a_command_learns_of_the_queue_that_it_asks_for(stores: Stores) -> None:
    stores.directory.put_queue(BOT, FULL)
    stores.directory.put_queue("other", Queue("support"))

    assert stores.conversations.load(Query(BOT, CID, queue=FULL.name)).queue == FULL
    assert stores.conversations.load(Query(BOT, CID, queue="support")).queue is None
    assert stores.conversations.load(Query(BOT, CID)).queue is None


def test_a_command_learns_of_the_suggestion_that_it_names(stores: Stores) -> None:
    said_times(stores, 1)
    act(stores, DEMO, ADDRESS, Suggest("try this"))

    found = stores.conversations.load(Query(BOT, CID, suggestion=2)).suggestion

    assert found is not None
    assert (found.seq, found.kind, found.record.text) == (2, Kind.SUGGESTION, "try this")


@pytest.mark.parametrize("number", [-1, 0, 3, 10**13, 10**40])
def test_an_entry_that_is_not_there_is_no_suggestion(stores: Stores, number: int) -> None:
    said_times(stores, 2)

    assert stores.conversations.load(Query(BOT, CID, suggestion=number)).suggestion is None
