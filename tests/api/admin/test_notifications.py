"""Notifications to the members of a bot: what a bot may send, and mentions in notes."""

from typing import Any

import pytest

from chalicelib.usecases import reactions
from chalicelib.usecases.records.stream import CommittedEntry
from tests.api.conversation_setup import BOT, id_of, log, ok, online, person, waiting
from tests.api.live.socket_client import SocketClient
from tests.api.simulation import run_reactions
from tests.support.api import Api
from tests.support.services import MemoryServices

NOTIFICATIONS = f"{BOT}/notifications"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JavaScript:alert(1)", " https://x.test", "data:text/html,x", "/x", ""],
)
def test_only_web_addresses_are_taken(url: str, bot: Api, ana: Api) -> None:
    answer = bot.post(NOTIFICATIONS, {"message": "Look.", "url": url})

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "url")
    assert ok(ana.get(NOTIFICATIONS))["items"] == []


@pytest.mark.parametrize("url", ["http://x.test", "HTTPS://x.test/a?b=c#d", None])
def test_a_web_address_comes_back_as_it_was_sent(url: str | None, bot: Api, ana: Api) -> None:
    ok(bot.post(NOTIFICATIONS, {"message": "Look.", "url": url}))

    assert ok(ana.get(NOTIFICATIONS))["items"][0]["url"] == url


# Mentions


def received(who: Api) -> list[Any]:
    items: list[Any] = ok(who.get(NOTIFICATIONS))["items"]
    return items


def test_a_mentioned_colleague_receives_one_notification_however_often_the_stream_repeats(
    services: MemoryServices, bot: Api, ana: Api, bo: Api, sam: Api
) -> None:
    path, colleague = waiting(bot), online(bo)

    mentions = ["bo@example.test", colleague, online(ana)]
    ok(ana.post(f"{path}/notes", {"text": "@Bo, you know her.", "mentions": mentions}))
    run_reactions(services, path, times=2)

    [told] = received(bo)
    about = {name: told[name] for name in ("kind", "conversation_id", "read", "message")}
    assert about == {
        "kind": "mention",
        "conversation_id": id_of(path),
        "read": False,
        "message": "Ana mentioned you in a note.",
    }
    assert (told["author"]["name"], received(ana), received(sam)) == ("Ana", [], [])
    assert log(ana, path)[-1]["payload"] == {"mentions": [colleague, online(ana)]}
    assert ana.post(f"{NOTIFICATIONS}/{told['id']}/read").status == 404
    assert bo.post(f"{NOTIFICATIONS}/{told['id']}/read").status == 200
    assert received(bo)[0]["read"]


def test_a_mention_is_pushed_to_the_mentioned_person_and_published_nowhere(
    services: MemoryServices, bot: Api, ana: Api, bo: Api, sam: Api
) -> None:
    path, colleague = waiting(bot), online(bo)
    sockets = {name: SocketClient(services, who, name) for name, who in (("bo", bo), ("sam", sam))}
    ok(ana.post(f"{path}/notes", {"text": "@Bo?", "mentions": [colleague]}))
    run_reactions(services, path)
    published = len(services.topic.published)

    for each in services.notifications.latest("demo", None, 9):
        reactions.react(services, each)

    pushed = {
        name: [e["notification"]["kind"] for e in socket.events if e["event"] == "notification"]
        for name, socket in sockets.items()
    }
    assert pushed == {"bo": ["mention"], "sam": []}
    assert len(services.topic.published) == published


def test_a_mention_of_somebody_who_may_not_read_the_note_is_refused_and_stores_nothing(
    services: MemoryServices, bot: Api, sam: Api
) -> None:
    path = waiting(bot, "support")
    outsider = person(services, "kim", queues=frozenset({"sales"}))
    before = log(sam, path)

    for who, reason in ((outsider, "Kim may not read this"), ("p_none", "has no agent p_none")):
        refused = sam.post(f"{path}/notes", {"text": "@?", "mentions": [online(sam), who]})
        [error] = refused.json["errors"]
        assert (refused.status, error["field"]) == (400, "mentions[1]")
        assert reason in error["message"]

    assert log(sam, path) == before


def test_an_erasure_takes_the_mention_with_the_note(
    services: MemoryServices, bot: Api, ana: Api, bo: Api, owner: Api
) -> None:
    path, colleague = waiting(bot), online(bo)
    for text in ("@Bo, look.", "@Bo, again."):
        ok(ana.post(f"{path}/notes", {"text": text, "mentions": [colleague]}))
    entries = services.conversations.entries_after("demo", id_of(path), 0, 99)
    reactions.react(services, CommittedEntry("demo", id_of(path), entries[-2]))
    assert len(received(bo)) == 1

    assert owner.send("DELETE", f"{BOT}/users/web/u-1").status == 202
    reactions.react(services, CommittedEntry("demo", id_of(path), entries[-1]))

    assert received(bo) == []
