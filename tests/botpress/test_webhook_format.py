"""A bot's webhook that wants changes of who may speak as Botpress' own objects."""

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.usecases.delivery import deliver
from chalicelib.usecases.records import Webhook, WebhookFormat
from tests.botpress.rows import objects
from tests.botpress.stage import Stage, fits
from tests.support.world import MemoryWorld

HOOK = Webhook("https://bot.test/hook", ("whsec_" + "a" * 40,))


def told(stage: Stage, world: MemoryWorld, format: WebhookFormat) -> list[dict[str, Any]]:
    """All that the bot's server is told of one whole handoff."""
    bot = world.directory.bot(stage.bot)
    assert bot
    world.directory.add_bot(replace(bot, webhook=replace(HOOK, format=format)))
    stage.prepare(["talked", "requested", "ana online", "assigned"])
    stage.ok("ana", "POST hitl/sessions/{session}/message", {"message": "yo"})
    stage.ok("ana", "POST hitlnext/handoffs/{handoff}/resolve")
    deliver(world, stage.bot, stage.names["session"], "receipt")
    return [json.loads(request.body) for request in world.receiver.requests]


def test_it_gets_the_handoff_whole_and_what_agents_say_as_everybody_does(
    stage: Stage, world: MemoryWorld
) -> None:
    created, claimed, said, resolved = told(stage, world, WebhookFormat.BOTPRESS)

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


@pytest.mark.parametrize("format", [WebhookFormat.BATON])
def test_by_default_it_is_told_in_our_own_words(
    stage: Stage, world: MemoryWorld, format: WebhookFormat
) -> None:
    types = [body["type"] for body in told(stage, world, format)]

    assert types == [
        "handoff.requested",
        "handoff.claimed",
        "agent.message",
        "conversation.returned",
    ]
