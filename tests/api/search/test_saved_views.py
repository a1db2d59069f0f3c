"""Saved views: each person keeps their own searches, and supervisors those of the team."""

import pytest

from tests.api.conversation_setup import BOT, ok, person
from tests.support.api import Api
from tests.support.services import MemoryServices

OWN, TEAM = "/agents/me/views", f"{BOT}/views"
REFUNDS = {"query": "refund", "filters": {"status": "waiting", "from": "2026-01-31"}}


def test_a_view_of_ones_own_is_seen_by_nobody_else(ana: Api, bo: Api, owner: Api) -> None:
    ok(ana.put(f"{OWN}/open refunds", {"query": "Gone."}))
    ok(ana.put(f"{OWN}/open refunds", REFUNDS))
    ok(ana.put(f"{OWN}/a", {"filters": {"agent": "me"}}))

    items = ok(ana.get(OWN))["items"]

    assert items == [
        {"name": "a", "query": "", "filters": {"agent": "me"}},
        {"name": "open refunds", **REFUNDS},
    ]
    assert ok(bo.get(OWN))["items"] == ok(owner.get(OWN))["items"] == ok(ana.get(TEAM))["items"]
    assert bo.send("DELETE", f"{OWN}/a").status == 204
    assert len(ok(ana.get(OWN))["items"]) == 2
    assert ana.send("DELETE", f"{OWN}/a").status == 204
    assert len(ok(ana.get(OWN))["items"]) == 1


def test_a_view_of_the_team_is_written_by_supervisors_and_read_by_agents(
    ana: Api, sam: Api
) -> None:
    assert ana.put(f"{TEAM}/refunds", REFUNDS).status == 403
    ok(sam.put(f"{TEAM}/refunds", REFUNDS))

    assert ok(ana.get(TEAM))["items"] == [{"name": "refunds", **REFUNDS}]
    assert ana.send("DELETE", f"{TEAM}/refunds").status == 403
    assert sam.send("DELETE", f"{TEAM}/refunds").status == 204
    assert ok(ana.get(TEAM))["items"] == []


@pytest.mark.parametrize(
    ("view", "field"),
    [
        ({}, "query"),
        ({"query": "x" * 201}, "query"),
        ({"filters": {"owner": "me"}}, "filters"),
        ({"filters": {"tag": ""}}, "filters.tag"),
    ],
)
def test_a_view_that_searches_nothing_known_is_refused(
    view: dict[str, object], field: str, ana: Api
) -> None:
    refused = ana.put(f"{OWN}/v", view)

    assert (refused.status, refused.json["errors"][0]["field"]) == (400, field)
    assert ok(ana.get(OWN))["items"] == []


def test_nobody_keeps_more_than_fifty_views(ana: Api) -> None:
    for number in range(50):
        ok(ana.put(f"{OWN}/v{number}", REFUNDS))

    assert ana.put(f"{OWN}/more", REFUNDS).json["code"] == "conflict"
    assert ok(ana.put(f"{OWN}/v7", {"query": "other"}))["query"] == "other"


def test_a_persons_views_are_deleted_with_their_account(
    services: MemoryServices, bot: Api, owner: Api
) -> None:
    who = person(services, "kim")
    ok(bot.login("kim").put(f"{OWN}/mine", REFUNDS))
    ok(owner.put(f"{OWN}/mine", REFUNDS))

    assert owner.send("DELETE", f"/api/v1/people/{who}").status == 204

    assert services.administration.saved_views(None, who) == []
    assert len(ok(owner.get(OWN))["items"]) == 1
