"""A person changes their own name."""

import pytest

from chalicelib.domain.address import person_id
from tests.api.conversation_setup import BOT, log, ok, owned
from tests.support.api import Api
from tests.support.services import MemoryServices, add_cache

WHO = person_id("ana@example.test")


def test_a_new_name_shows_at_once_in_the_account_and_in_the_team(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    add_cache(services)
    ok(ana.get("/auth/me"))

    changed = ok(ana.put("/auth/me", {"name": "  Ana María "}))

    assert changed == ok(ana.get("/auth/me"))
    assert changed["name"] == "Ana María"
    [member] = [each for each in ok(bot.get(f"{BOT}/agents"))["items"] if each["id"] == WHO]
    assert (member["name"], member["role"]) == ("Ana María", "agent")


def test_what_was_written_before_keeps_the_earlier_name(bot: Api, ana: Api) -> None:
    path = owned(bot, ana)
    ok(ana.post(f"{path}/messages", {"text": "Hello"}))
    ok(ana.put("/auth/me", {"name": "Anna"}))

    ok(ana.post(f"{path}/messages", {"text": "Hello again"}))

    names = [each["author"]["name"] for each in log(bot, path) if each["kind"] == "message"]
    assert names[-2:] == ["Ana", "Anna"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, 7])
def test_a_name_that_is_none_is_refused_and_changes_nothing(ana: Api, name: object) -> None:
    answer = ana.put("/auth/me", {"name": name})

    assert answer.status == 400
    assert answer.json["errors"][0]["field"] == "name"
    assert ok(ana.get("/auth/me"))["name"] == "Ana"


def test_a_new_name_is_recorded_without_the_name(ana: Api, owner: Api) -> None:
    ok(ana.put("/auth/me", {"name": "Anna the Canary"}))

    answer = owner.get("/audit")
    assert ("name_changed", WHO) in [(e["action"], e["object"]) for e in answer.json["items"]]
    assert "Canary" not in answer.text
