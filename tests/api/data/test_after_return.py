"""After a return, agents of other queues do not read on, unless the bot's settings say so."""

import json

import pytest

from chalicelib.domain.access import Role
from tests.api.conversation_setup import BOT, id_of, ok, owned, person, waiting
from tests.api.live.socket_client import SocketClient
from tests.support.api import Api
from tests.support.services import MemoryServices


@pytest.fixture
def team(services: MemoryServices, bot: Api) -> dict[str, Api]:
    """Cy and Di serve sales, Ed serves billing."""
    for name, queue in (("cy", "sales"), ("di", "sales"), ("ed", "billing")):
        person(services, name, queues=frozenset({queue}))
    person(services, "max", Role.SUPERVISOR)
    return {name: bot.login(name) for name in ("cy", "di", "ed", "max")}


def returned(bot: Api, agent: Api, queue: str | None = "sales") -> str:
    path = owned(bot, agent, queue)
    ok(agent.post(f"{path}/unpause", {}))
    return path


def test_after_a_return_the_members_of_its_queue_see_a_conversation_and_others_do_not(
    bot: Api, team: dict[str, Api]
) -> None:
    path = returned(bot, team["cy"])

    seen = {name: who.get(path).status for name, who in {**team, "bot": bot}.items()}

    assert seen == {"cy": 200, "di": 200, "ed": 404, "max": 200, "bot": 200}
    for what in ("entries", "transcript", "user"):
        assert team["ed"].get(f"{path}/{what}").status == 404
    for name, count in (("di", 1), ("ed", 0)):
        assert len(ok(team[name].get(f"{BOT}/conversations"))["items"]) == count
        assert len(ok(team[name].get(f"{BOT}/handoffs"))["items"]) == count


def test_the_last_owner_keeps_access_although_the_queue_is_not_theirs(
    bot: Api, team: dict[str, Api]
) -> None:
    path = waiting(bot, "sales")
    ed = ok(team["ed"].put("/agents/me/status", {"status": "online"}))["id"]
    ok(team["max"].post(f"{path}/transfer", {"agent": ed}))

    ok(team["ed"].post(f"{path}/unpause", {}))

    assert team["ed"].get(f"{path}/entries").status == 200


def test_with_everybody_all_agents_see_it_again(bot: Api, owner: Api, team: dict[str, Api]) -> None:
    path = returned(bot, team["cy"])

    ok(owner.put(f"{BOT}/settings", {"after_return": "everybody"}))

    assert team["ed"].get(path).status == 200


def test_a_conversation_of_no_queue_stays_with_everybody(bot: Api, team: dict[str, Api]) -> None:
    assert team["ed"].get(returned(bot, team["cy"], queue=None)).status == 200


def test_a_new_request_for_another_queue_opens_it_to_that_queue_and_closes_it_to_the_first(
    bot: Api, team: dict[str, Api]
) -> None:
    path = returned(bot, team["cy"])

    ok(bot.post(f"{path}/pause", {"queue": "billing"}))

    assert (team["ed"].get(path).status, team["di"].get(path).status) == (200, 404)


def test_an_agent_of_another_queue_cannot_watch_it(
    services: MemoryServices, bot: Api, team: dict[str, Api]
) -> None:
    path = returned(bot, team["cy"])
    ed = SocketClient(services, team["ed"], "ed")

    frame = {"id": "1", "action": "watch", "conversation_id": id_of(path), "after": 0}
    answer = ed.send(json.dumps(frame))

    assert answer["error"]["code"] == "not_found"


def test_an_unknown_value_is_refused_by_name(owner: Api) -> None:
    answer = owner.put(f"{BOT}/settings", {"after_return": "nobody"})

    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "after_return")
