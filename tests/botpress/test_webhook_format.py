"""Webhooks of the format `botpress`: handoff events have the bodies of hitlnext."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.usecases.records.webhooks import NATIVE_FORMAT, Webhook
from chalicelib.usecases.webhooks.worker import deliver
from tests.botpress.rows import objects
from tests.botpress.stage import Stage, fits
from tests.support.services import MemoryServices

HOOK = Webhook("https://bot.test/hook", ("whsec_" + "a" * 40,))


def receive(stage: Stage, services: MemoryServices, format: str) -> list[dict[str, Any]]:
    """The bodies that the bot's server receives during one handoff."""
    bot = services.directory.bot(stage.bot)
    assert bot
    services.directory.put_bot(replace(bot, webhook=replace(HOOK, format=format)))
    stage.prepare(["talked", "requested", "ana online", "assigned"])
    stage.ok("ana", "POST hitl/sessions/{session}/message", {"message": "yo"})
    stage.ok("ana", "POST hitlnext/handoffs/{handoff}/resolve")
    deliver(services, stage.bot, stage.names["session"], "receipt")
    return [json.loads(request.body) for request in services.webhook_client.requests]


def test_handoff_events_have_the_botpress_body_and_messages_the_native_one(
    stage: Stage, services: MemoryServices
) -> None:
    created, claimed, said, resolved = receive(stage, services, "botpress")

    expected = {
        "botId": "{bot}",
        "resource": "handoff",
        "type": "create",
        "id": "{handoff}",
        "payload": objects.RESOLVED,
    }
    assert fits(created, stage.filled(expected))
    assert [claimed["type"], resolved["type"]] == ["update", "update"]
    assert (said["type"], said["data"]["entry"]["text"]) == ("agent.message", "yo")


def test_an_admin_chooses_the_format(stage: Stage) -> None:
    wanted = {"url": "https://bot.test/hook", "format": "botpress"}

    assert stage.call("ada", "PUT /api/v1/bots/{bot}/webhook", wanted).status == 201
    shown = stage.ok("ada", "GET /api/v1/bots/{bot}/webhook").json
    assert shown["format"] == "botpress"


@pytest.mark.parametrize("format", [NATIVE_FORMAT])
def test_the_native_format_sends_the_native_bodies(
    stage: Stage, services: MemoryServices, format: str
) -> None:
    types = [body["type"] for body in receive(stage, services, format)]

    assert types == [
        "handoff.requested",
        "handoff.claimed",
        "agent.message",
        "conversation.returned",
    ]
