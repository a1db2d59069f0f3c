"""`baton trigger` sends what Baton itself sends."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from baton_client.cli.webhook_kit.examples import CHANGES, EXAMPLES, Place, example_event
from chalicelib.usecases.webhooks.body import webhook_body
from chalicelib.usecases.webhooks.event_types import event_type
from tests.api.live.socket_client import DOCUMENT, MESSAGES, misfits, names
from tests.clients.command_line.bot_server import BotServer
from tests.clients.command_line.setup import run
from tests.support.api import DEMO_KEY, Api
from tests.support.services import MemoryServices

SECRET = "whsec_YSBzZWNyZXQgdGhhdCBvbmx5IHRlc3RzIGtub3cgb2Y="
WEBHOOKS = names(DOCUMENT["operations"]["sendWebhookEvents"]["messages"])


@pytest.fixture
def bot() -> Iterator[BotServer]:
    with BotServer() as bot:
        yield bot


@pytest.mark.parametrize("name", WEBHOOKS)
def test_there_is_an_example_of_each_documented_event(name: str) -> None:
    found = [example_event(type, Place("c_1", 4)) for type in EXAMPLES]
    bodies = [{"type": each.type, "timestamp": each.timestamp, "data": each.data} for each in found]

    assert any(not misfits(body, name) for body in bodies), [misfits(b, name) for b in bodies]
    assert MESSAGES[name]


def _shape(value: object) -> object:
    """The names of all members, without the values of those that a bot or an agent fills."""
    if not isinstance(value, dict):
        return None
    free = {"context", "variables", "stretch"}
    return {name: _shape(each) for name, each in value.items() if name not in free}


def test_an_example_has_the_members_of_the_real_event() -> None:
    services = MemoryServices()
    bot, ana, bo = Api(services, DEMO_KEY), Api(services).login("ana"), Api(services).login("bo")
    for person in (ana, bo):
        person.put("/agents/me/status", {"status": "online"})
    said = {"channel": "web", "user": {"id": "u"}, "from": "user", "text": "Hi"}
    id = bot.post("/bots/demo/messages", said).json["conversation_id"]
    path = f"/bots/demo/conversations/{id}"
    steps: list[tuple[Api, str, dict[str, object]]] = [
        (bot, "pause", {"reason": "Lost."}),
        (ana, "claim", {}),
        (ana, "messages", {"text": "Hello."}),
        (ana, "transfer", {"agent": "bo@example.test"}),
        (bo, "release", {}),
        (bo, "claim", {}),
        (bo, "unpause", {"outcome": "resolved"}),
    ]
    for caller, call, body in steps:
        answer = caller.post(f"{path}/{call}", body)
        assert answer.status in (200, 201), answer.text
    head = services.conversations.head("demo", id)
    assert head
    entries = services.conversations.entries_after("demo", id, 0, 100)
    real = [
        webhook_body(services, head, entry) for entry in entries if event_type(entry) in CHANGES
    ]

    assert {body["type"] for body in real} == set(CHANGES)
    for event in real:
        example = example_event(str(event["type"]), Place("c_1", 4))
        assert _shape(example.data) == _shape(event["data"]), event["type"]


def test_every_example_arrives_signed(bot: BotServer) -> None:
    done = run("trigger", "all", bot.url, "--secret", SECRET, "--user", "u-7", "--json")

    assert done.exit_code == 0, done.output
    received = [bot.verified(each, SECRET) for each in bot.requests]
    assert [each.type for each in received] == list(EXAMPLES)
    shown = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["event"]["id"] for each in shown] == [each.id for each in received]
    users = {each.data["user"] for each in received if "user" in each.data}
    assert users == {"u-7"}


def test_the_agents_text_can_be_chosen(bot: BotServer) -> None:
    run("trigger", "agent.message", bot.url, "--secret", SECRET, "--text", "Grüße 👋")

    assert [bot.verified(each, SECRET).text for each in bot.requests] == ["Grüße 👋"]


@pytest.mark.parametrize(("status", "told"), [(500, "500"), (302, "302")])
def test_an_event_that_is_not_accepted_is_an_exit_code(
    bot: BotServer, status: int, told: str
) -> None:
    bot.status = status

    done = run("trigger", "handoff.claimed", bot.url, "--secret", SECRET)

    assert done.exit_code == 1
    assert told in done.output
    assert "has not accepted 1 of 1 events" in done.output


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/hook", "nowhere", "http://[::"])
def test_a_webhook_that_is_not_there_is_a_sentence(url: str) -> None:
    done: Any = run("trigger", "handoff.claimed", url, "--secret", SECRET)

    assert (done.exit_code, "no answer" in done.output) == (1, True), done.output
