"""The owner of a conversation sees the bot's suggestions and sends them with one action."""

import json
from typing import Any

import pytest

from chalicelib.entrypoints.websocket import handlers
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.stream import CommittedEntry
from tests.api.conversation_setup import BOT, begun, id_of, log, ok, online, owned
from tests.support.api import Api
from tests.support.clock import START
from tests.support.services import MemoryServices

HOUR = 60 * 60 * 1000


@pytest.fixture
def path(bot: Api, ana: Api) -> str:
    """Ana has it, and the bot has suggested something."""
    path = owned(bot, ana)
    ok(bot.post(f"{path}/suggestions", {"text": "Offer a refund."}))
    return path


def suggestion(bot: Api, path: str) -> int:
    return next(int(e["seq"]) for e in log(bot, path) if e["kind"] == "suggestion")


def connect(services: MemoryServices, agent: Api, name: str, *watched: str) -> str:
    """Opens a socket; answers with the id of its connection."""
    who = online(agent)
    connection = SocketConnection(name, who, 1, ("demo",), START, START + HOUR)
    services.connections.put(connection)
    services.sockets.connect(name)
    for path in watched:
        services.connections.watch("demo", id_of(path), connection)
    return name


def heard(services: MemoryServices, connection: str) -> list[Any]:
    return [json.loads(frame) for frame in services.sockets.frames.get(connection, [])]


# Who sees it


def test_a_suggestion_is_visible_only_to_the_owner_and_the_bot(
    path: str, bot: Api, ana: Api, bo: Api, sam: Api
) -> None:
    seen = {
        name: "suggestion" in [entry["kind"] for entry in log(caller, path)]
        for name, caller in {"bot": bot, "ana": ana, "bo": bo, "sam": sam}.items()
    }

    assert seen == {"bot": True, "ana": True, "bo": False, "sam": False}


def test_a_new_owner_sees_earlier_suggestions(path: str, ana: Api, sam: Api) -> None:
    ok(sam.post(f"{path}/transfer", {"agent": "sam@example.test"}))

    assert [e["text"] for e in log(sam, path) if e["kind"] == "suggestion"] == ["Offer a refund."]
    assert "suggestion" not in [e["kind"] for e in log(ana, path)]


def test_a_suggestion_is_pushed_only_to_the_owner(
    path: str, services: MemoryServices, bot: Api, ana: Api, bo: Api, sam: Api
) -> None:
    owners, watchers, supervisors = (
        connect(services, caller, name, path)
        for caller, name in ((ana, "s-ana"), (bo, "s-bo"), (sam, "s-sam"))
    )
    entry = services.conversations.entries_before("demo", id_of(path), None, 1)[0]
    before = {name: len(heard(services, name)) for name in (owners, watchers, supervisors)}

    react(services, CommittedEntry("demo", id_of(path), entry))

    after = {name: len(heard(services, name)) for name in before}
    assert {name: after[name] - before[name] for name in before} == {
        owners: 1,
        watchers: 0,
        supervisors: 0,
    }
    assert heard(services, owners)[-1]["entry"]["text"] == "Offer a refund."


# Sending it


def test_a_sent_suggestion_becomes_the_owners_message(path: str, bot: Api, ana: Api) -> None:
    answer = ana.post(f"{path}/messages", {"suggestion": suggestion(bot, path)})

    assert answer.status == 201
    entry = log(bot, path)[-1]
    assert (entry["kind"], entry["from"], entry["author"]["name"]) == ("message", "agent", "Ana")
    assert (entry["type"], entry["text"], entry["payload"]) == ("text", "Offer a refund.", None)


def test_a_suggestion_can_be_sent_over_the_websocket(
    path: str, services: MemoryServices, bot: Api, ana: Api
) -> None:
    connection = connect(services, ana, "s-ana")
    frame = {
        "id": 1,
        "action": "message",
        "conversation_id": id_of(path),
        "suggestion": suggestion(bot, path),
    }

    handlers.message(
        services, {"requestContext": {"connectionId": connection}, "body": json.dumps(frame)}
    )

    assert heard(services, connection)[-1]["ok"] is True
    assert log(bot, path)[-1]["text"] == "Offer a refund."


def test_a_suggestion_sent_twice_with_one_message_id_is_one_message(
    path: str, bot: Api, ana: Api
) -> None:
    sent = {"suggestion": suggestion(bot, path), "message_id": "m-1"}

    answers = [ana.post(f"{path}/messages", sent) for _ in range(2)]

    assert [answer.status for answer in answers] == [201, 200]
    assert answers[0].json["seq"] == answers[1].json["seq"]


@pytest.mark.parametrize("number", [1, 2, 99, 10**30])
def test_an_entry_that_is_not_a_suggestion_is_404(number: int, path: str, ana: Api) -> None:
    answer = ana.post(f"{path}/messages", {"suggestion": number})

    assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_a_suggestion_of_another_conversation_is_404(path: str, bot: Api, ana: Api) -> None:
    elsewhere = begun(bot, user={"id": "u-2"})
    for _ in range(6):
        ok(bot.post(f"{elsewhere}/suggestions", {"text": "Not here."}))

    assert ana.post(f"{path}/messages", {"suggestion": 6}).status == 404


def test_only_the_owner_can_send_a_suggestion(path: str, bot: Api, bo: Api) -> None:
    answer = bo.post(f"{path}/messages", {"suggestion": suggestion(bot, path)})

    assert (answer.status, answer.json["code"]) == (409, "already_claimed")


@pytest.mark.parametrize(
    "body",
    [
        {"suggestion": 4, "text": "Hello"},
        {"suggestion": 4, "payload": {}},
        {"suggestion": 4, "type": "image"},
        {"suggestion": 0},
        {"suggestion": "4"},
        {"suggestion": None},
    ],
)
def test_a_suggestion_is_sent_as_it_is(body: dict[str, Any], path: str, ana: Api) -> None:
    assert ana.post(f"{path}/messages", body).status == 400


def test_a_bot_does_not_send_its_own_suggestion(path: str, bot: Api) -> None:
    sent = {"from": "user", "suggestion": suggestion(bot, path)}

    assert bot.post(f"{path}/messages", sent).status == 400
    assert bot.post(f"{BOT}/messages", {**sent, "channel": "w", "user": {"id": "u"}}).status == 400
