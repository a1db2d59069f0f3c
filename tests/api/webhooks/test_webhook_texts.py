"""The texts for the user that webhooks contain."""

from typing import Any

import pytest

from chalicelib.domain.conversation.entries import Entry
from chalicelib.usecases.webhooks.body import webhook_body
from tests.api.conversation_setup import BOT, begun, id_of, ok, online, owned, waiting
from tests.api.simulation import run_reactions
from tests.support.api import Api
from tests.support.services import MemoryServices

CLOSED = {"hours": {"time_zone": "UTC", "weekly": {}}}
MINUTE = 60_000


def told(services: MemoryServices, path: str, back: int = 1) -> Any:
    """`text` of the last entry but so many, as the webhook has it."""
    entries = services.conversations.entries_after("demo", id_of(path), 0, 1000)
    return data_of(services, path, entries[-back])["text"]


def data_of(services: MemoryServices, path: str, entry: Entry) -> Any:
    head = services.conversations.head("demo", id_of(path))
    assert head
    return webhook_body(services, head, entry)["data"]


def pause(bot: Api, **asked: object) -> str:
    path = begun(bot)
    ok(bot.post(f"{path}/pause", asked))
    return path


def say(owner: Api, texts: object, **settings: object) -> None:
    ok(owner.put(f"{BOT}/settings", {"texts": texts, **settings}))


def test_each_change_has_its_text(
    services: MemoryServices, bot: Api, ana: Api, bo: Api, sam: Api
) -> None:
    path = pause(bot)
    texts = [told(services, path)]
    online(bo)
    for caller, move, body in (
        (ana, "claim", {}),
        (ana, "release", {}),
        (sam, "transfer", {"agent": "bo@example.test"}),
        (bo, "transfer", {"queue": "billing"}),
        (bot, "unpause", {"outcome": "expired"}),
    ):
        ok(caller.post(f"{path}/{move}", body))
        texts.append(told(services, path))

    assert texts == [
        "We are looking for somebody to help you. One moment, please.",
        "You are now talking to Ana.",
        "You are back in the queue. Somebody will be with you as soon as possible.",
        "You are now talking to Bo.",
        "You are back in the queue. Somebody will be with you as soon as possible.",
        "Sorry, nobody was available in time. You are talking to the bot again. You can ask for a"
        " person again at any time.",
    ]


def test_a_closed_queue_has_its_own_text(services: MemoryServices, owner: Api, bot: Api) -> None:
    ok(owner.put(f"{BOT}/queues/sales", CLOSED))

    path = pause(bot, queue="sales")

    assert told(services, path).startswith("Our team is not available right now.")


def test_the_text_depends_on_the_opening_hours_at_the_time_of_the_entry(
    services: MemoryServices, owner: Api, bot: Api
) -> None:
    first_hour = {"time_zone": "UTC", "weekly": {"thursday": [["00:00", "01:00"]]}}
    ok(owner.put(f"{BOT}/queues/sales", {"hours": first_hour}))
    path = pause(bot, queue="sales")

    services.clock.advance(120 * MINUTE)

    assert told(services, path).startswith("We are looking for somebody")


@pytest.mark.parametrize(
    ("language", "beginning"),
    [
        ("es-MX", "Ahora estás hablando con Ana."),
        ("ar", "محادثتك الآن مع Ana."),
        ("tlh", "You are now talking to Ana."),
        (None, "You are now talking to Ana."),
    ],
)
def test_the_text_is_in_the_language_of_the_handoff(
    language: str | None, beginning: str, services: MemoryServices, bot: Api, ana: Api
) -> None:
    path = pause(bot, language=language)
    ok(ana.post(f"{path}/claim"))

    assert told(services, path) == beginning


def test_the_text_is_in_the_bots_default_language_if_the_handoff_has_none(
    services: MemoryServices, owner: Api, bot: Api
) -> None:
    say(owner, {}, default_locale="es")

    assert told(services, pause(bot)).startswith("Estamos buscando")


def test_a_disabled_text_is_null(services: MemoryServices, owner: Api, bot: Api) -> None:
    say(owner, {"en": {"requested": None}})

    assert told(services, pause(bot)) is None


def test_a_text_of_the_queue_overrides_the_bots_text(
    services: MemoryServices, owner: Api, bot: Api
) -> None:
    say(owner, {"en": {"requested": "bot"}})
    ok(owner.put(f"{BOT}/queues/sales", {"texts": {"en": {"requested": "{queue}"}}}))

    assert told(services, pause(bot, queue="sales")) == "sales"


def test_a_text_is_only_text(services: MemoryServices, owner: Api, bot: Api, ana: Api) -> None:
    hostile = "{0.__class__} {agent.__class__} {{agent}} {secret} %s {agent}"
    say(owner, {"en": {"claimed": hostile}})
    path = owned(bot, ana)

    assert told(services, path) == "{0.__class__} {agent.__class__} {{agent}} {secret} %s Ana"


def test_texts_contain_the_position_and_the_wait_of_the_queue(
    services: MemoryServices, owner: Api, bot: Api
) -> None:
    before = waiting(bot, "sales", user={"id": "u-0"})
    say(owner, {"en": {"requested": "{position} / {wait}"}})
    services.clock.advance(3 * MINUTE)
    path = pause(bot, queue="sales")

    unknown = told(services, path)
    sam = bot.login("sam")
    ok(sam.post(f"{before}/claim"))
    ok(sam.post(f"{before}/unpause"))
    run_reactions(services, before)

    assert unknown == "2 / ?"
    assert told(services, path) == "1 / 4"


def test_a_text_for_a_conversation_claimed_since_then_has_position_one(
    services: MemoryServices, owner: Api, bot: Api, ana: Api
) -> None:
    say(owner, {"en": {"requested": "{position}"}})
    path = waiting(bot)
    services.clock.advance(1000)
    ok(ana.post(f"{path}/claim"))

    assert told(services, path, back=2) == "1"


def test_a_pause_for_oneself_has_no_waiting_text(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    path = begun(bot)
    ok(ana.post(f"{path}/pause", {"agent": "ana@example.test"}))

    assert told(services, path, back=2) is None
    assert told(services, path) == "You are now talking to Ana."


def test_a_message_of_the_agent_has_no_other_text(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    path = owned(bot, ana)
    ok(ana.post(f"{path}/messages", {"text": "Hello."}))

    entry = services.conversations.entries_before("demo", id_of(path), None, 1)[0]
    data = data_of(services, path, entry)

    assert "text" not in data


def test_a_user_who_left_gets_the_closing_text(
    services: MemoryServices, owner: Api, bot: Api
) -> None:
    say(owner, {}, leave_words=["/end"])
    path = waiting(bot)
    ok(bot.post(f"{path}/messages", {"from": "user", "text": "/end"}))

    assert told(services, path).startswith("You have left the conversation")


def test_a_message_that_was_left_is_acknowledged(services: MemoryServices, bot: Api) -> None:
    path = begun(bot)
    ok(bot.post(f"{path}/pause", {"if_unavailable": "leave_message", "language": "es"}))

    assert told(services, path).startswith(
        "Nuestro equipo no está disponible en este momento. Hemos guardado"
    )


def test_a_return_brings_the_bot_its_context_and_its_summary(
    services: MemoryServices, bot: Api
) -> None:
    path = pause(bot, context={"order": 7}, summary="The parcel broke.")
    ok(bot.send("PATCH", f"{path}/handoff", {"summary": "Two parcels broke."}))
    ok(bot.post(f"{path}/unpause", {}))

    returned = services.conversations.entries_after("demo", id_of(path), 0, 1000)[-1]
    data = data_of(services, path, returned)

    assert (data["context"], data["summary"]) == ({"order": 7}, "Two parcels broke.")
