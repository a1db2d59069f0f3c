"""Reading one handoff and lists of handoffs."""

import pytest

from tests.api.conversation_setup import BOT, begun, id_of, ok, owned, waiting
from tests.support.api import Api
from tests.support.services import MemoryServices


def listed(caller: Api, **query: str) -> list[str]:
    return [item["conversation_id"] for item in ok(caller.get(f"{BOT}/handoffs", **query))["items"]]


def three(services: MemoryServices, bot: Api, ana: Api) -> list[str]:
    """Three handoffs: one has ended, Ana has one, and one waits in a queue."""
    ended = owned(bot, ana)
    ok(ana.post(f"{ended}/unpause"))
    services.clock.advance(1)
    has = waiting(bot, user={"id": "u-2"})
    ok(ana.post(f"{has}/claim"))
    services.clock.advance(1)
    waits = waiting(bot, "sales", user={"id": "u-3"})
    return [id_of(path) for path in (ended, has, waits)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [2, 1, 0]),
        ({"status": "open"}, [2, 1]),
        ({"status": "closed"}, [0]),
        ({"queue": "sales"}, [2]),
        ({"agent": "ana@example.test"}, [1, 0]),
        ({"agent": "ana@example.test", "status": "closed"}, [0]),
        ({"queue": "nothing"}, []),
    ],
)
def test_a_handoff_list_is_filtered_and_starts_with_the_latest_request(
    services: MemoryServices, bot: Api, ana: Api, query: dict[str, str], expected: list[int]
) -> None:
    ids = three(services, bot, ana)

    assert listed(bot, **query) == [ids[n] for n in expected]


def test_the_list_of_one_conversation_has_all_its_handoffs(bot: Api, ana: Api) -> None:
    path = owned(bot, ana)
    ok(ana.post(f"{path}/unpause"))
    ok(bot.post(f"{path}/pause", {"reason": "Again."}))
    waiting(bot, user={"id": "u-2"})

    found = ok(ana.get(f"{BOT}/handoffs", conversation_id=id_of(path)))["items"]

    assert [(h["reason"], h["outcome"]) for h in found] == [
        ("Again.", None),
        ("Wants a refund.", "resolved"),
    ]


def test_pages_follow_one_another(services: MemoryServices, bot: Api, ana: Api) -> None:
    ids = three(services, bot, ana)

    first = ok(bot.get(f"{BOT}/handoffs", limit="2"))
    second = ok(bot.get(f"{BOT}/handoffs", limit="2", cursor=first["next"]))

    found = [item["conversation_id"] for item in first["items"] + second["items"]]
    assert found == ids[::-1]
    assert second["next"] is None


def test_handoffs_of_queues_that_an_agent_does_not_serve_are_not_listed(
    bot: Api, ana: Api, sam: Api, eve: Api
) -> None:
    waiting(bot, "sales")

    assert len(listed(sam)) == 1
    assert listed(ana) == []
    assert eve.get(f"{BOT}/handoffs").status == 404


def test_a_handoff_shows_its_tags_and_notes_and_hides_notes_from_the_bot(
    bot: Api, ana: Api
) -> None:
    path = begun(bot)
    ok(ana.post(f"{path}/notes", {"text": "Before."}))
    handoff = ok(bot.post(f"{path}/pause", {}))["handoff"]["id"]
    ok(ana.post(f"{path}/claim"))
    ok(ana.post(f"{path}/notes", {"text": "Meanwhile."}))
    ok(ana.put(f"{path}/tags", {"tags": ["vip"]}))
    ok(ana.post(f"{path}/unpause"))
    ok(ana.post(f"{path}/notes", {"text": "After."}))

    by_ana, by_bot = (ok(caller.get(f"{BOT}/handoffs/{handoff}")) for caller in (ana, bot))

    assert [(note["text"], note["author"]["name"]) for note in by_ana["notes"]] == [
        ("Meanwhile.", "Ana")
    ]
    assert (by_bot["notes"], by_bot["tags"]) == ([], ["vip"])


def test_an_unknown_status_is_refused(bot: Api) -> None:
    assert bot.get(f"{BOT}/handoffs", status="lost").status == 400
