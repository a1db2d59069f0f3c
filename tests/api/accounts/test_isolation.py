"""Conversations of another bot or of an invisible queue look as if they did not exist."""

import pytest

from tests.api.calls import IN_A_BOT, ROWS, WITH_ID, Resource, best_caller, filled, staged
from tests.api.conversation_setup import person
from tests.support.api import Api
from tests.support.services import MemoryServices

# Another bot's


@pytest.mark.parametrize("resource", IN_A_BOT)
def test_another_bot_looks_like_one_that_does_not_exist(
    resource: Resource, bot: Api, ana: Api, other_bot: Api, eve: Api
) -> None:
    method, path = resource
    ids = staged(bot, ana, ROWS[resource].at)

    for foreigner in (other_bot, eve):
        here = foreigner.send(method, filled(path, ids.of(path)), ROWS[resource].body)
        nowhere = foreigner.send(method, filled(path, ids.of(path), "nosuch"), ROWS[resource].body)
        assert here.status == 404
        assert here.text.replace("demo", "nosuch") == nowhere.text


@pytest.mark.parametrize("resource", WITH_ID)
def test_an_id_of_another_bot_looks_like_one_that_does_not_exist(
    resource: Resource, bot: Api, ana: Api, other_bot: Api, eve: Api
) -> None:
    (method, path), row = resource, ROWS[resource]
    foreign = staged(bot, ana, row.at).of(path)
    made_up = foreign[:-1] + ("x" if foreign[-1] != "x" else "y")
    caller, name = best_caller(resource, other_bot, eve)

    there = caller.send(method, filled(path, foreign, "other"), row.body_from(name))
    nowhere = caller.send(method, filled(path, made_up, "other"), row.body_from(name))

    assert there.status == nowhere.status == 404
    assert there.text.replace(foreign, made_up) == nowhere.text


@pytest.mark.parametrize("resource", IN_A_BOT)
def test_a_call_that_is_refused_to_another_bot_changes_nothing(
    resource: Resource, bot: Api, ana: Api, other_bot: Api, eve: Api
) -> None:
    method, path = resource
    ids = staged(bot, ana, ROWS[resource].at)
    before = _everything(bot, ids.conversation)

    for foreigner, in_bot in ((other_bot, "demo"), (eve, "demo"), (other_bot, "other")):
        foreigner.send(method, filled(path, ids.of(path), in_bot), ROWS[resource].body)

    assert _everything(bot, ids.conversation) == before


def _everything(bot: Api, conversation_id: str) -> list[object]:
    one = f"/bots/demo/conversations/{conversation_id}"
    return [bot.get(path).json for path in (one, one + "/entries", "/bots/demo/conversations")]


# What an agent may not see


OF_CONVERSATIONS = [
    (method, path)
    for method, path in WITH_ID
    if "agent" in ROWS[method, path].may and "/notifications/" not in path
]


@pytest.mark.parametrize("resource", OF_CONVERSATIONS)
def test_an_invisible_conversation_looks_like_one_that_does_not_exist(
    resource: Resource, services: MemoryServices, bot: Api
) -> None:
    (method, path), row = resource, ROWS[resource]
    person(services, "quinn", queues=frozenset({"sales"}))
    quinn = bot.login("quinn")
    paused = bot.post("/bots/demo/pause", {"channel": "web", "user": "u", "queue": "billing"}).json
    hidden = paused["handoff"]["id"] if "/handoffs/" in path else paused["id"]
    made_up = hidden[:-1] + ("7" if hidden[-1] != "7" else "8")

    there = quinn.send(method, filled(path, hidden), row.body_from("agent"))
    nowhere = quinn.send(method, filled(path, made_up), row.body_from("agent"))

    assert there.status == 404
    assert there.text.replace(hidden, made_up) == nowhere.text
