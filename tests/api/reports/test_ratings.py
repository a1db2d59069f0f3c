"""Users rate handoffs that have ended."""

from typing import Any

from tests.api.conversation_setup import BOT, id_of, log, ok, owned, waiting
from tests.api.simulation import run_reactions
from tests.support.api import Api, ApiAnswer
from tests.support.services import MemoryServices


def ended(bot: Api, agent: Api, queue: str | None = None) -> tuple[str, str]:
    """The path of the conversation, and the id of its handoff."""
    path = owned(bot, agent, queue)
    handoff_id = ok(bot.get(path))["handoff"]["id"]
    ok(agent.post(f"{path}/unpause", {}))
    return path, handoff_id


def rate(bot: Api, handoff_id: str, score: int, comment: str | None = None) -> ApiAnswer:
    body = {"score": score, "comment": comment}
    return bot.post(f"{BOT}/handoffs/{handoff_id}/rating", body)


def ratings(counted: Any) -> tuple[int, float | None, float | None]:
    found = counted["ratings"]
    return found["count"], found["average"], found["good_share"]


def test_a_rating_is_stored_with_its_handoff_and_in_the_log(bot: Api, ana: Api) -> None:
    path, handoff_id = ended(bot, ana)

    answer = ok(rate(bot, handoff_id, 4, "Quick."))

    assert answer == {"handoff_id": handoff_id, "conversation_id": id_of(path), "score": 4}
    rating = ok(ana.get(f"{BOT}/handoffs/{handoff_id}"))["rating"]
    assert (rating["score"], rating["comment"]) == (4, "Quick.")
    entry = log(ana, path)[-1]
    assert (entry["kind"], entry["from"], entry["author"]["id"]) == ("rated", "user", "u-1")
    assert entry["payload"] == {"handoff_id": handoff_id, "score": 4, "comment": "Quick."}
    text = ana.get(f"{BOT}/conversations/{id_of(path)}/transcript", format="text").text
    assert "[rated] u-1 (score: 4, comment: Quick.)" in text


def test_a_second_rating_replaces_the_first_and_the_same_one_changes_nothing(
    bot: Api, ana: Api
) -> None:
    path, handoff_id = ended(bot, ana)

    for score, comment in [(2, "Slow."), (5, None), (5, None)]:
        ok(rate(bot, handoff_id, score, comment))

    assert [e["payload"]["score"] for e in log(bot, path) if e["kind"] == "rated"] == [2, 5]
    rating = ok(bot.get(f"{BOT}/handoffs/{handoff_id}"))["rating"]
    assert (rating["score"], rating["comment"]) == (5, None)


def test_a_handoff_that_has_not_ended_takes_no_rating(bot: Api) -> None:
    path = waiting(bot)
    handoff_id = ok(bot.get(path))["handoff"]["id"]

    refused = rate(bot, handoff_id, 5)

    assert (refused.status, refused.json["code"]) == (409, "illegal_move")
    assert "has not ended yet" in refused.json["detail"]
    assert [e["kind"] for e in log(bot, path)][-1] == "requested"


def test_a_handoff_that_there_is_not_takes_no_rating(bot: Api, ana: Api) -> None:
    _, handoff_id = ended(bot, ana)
    unknown = ["h_none", handoff_id.rpartition("_")[0] + "_99", "h_" + "a" * 26 + "_1"]

    answers = [rate(bot, each, 5) for each in unknown]

    assert [(each.status, each.json["code"]) for each in answers] == [(404, "not_found")] * 3
    assert all(name in each.json["detail"] for name, each in zip(unknown, answers, strict=True))


def test_a_rating_may_come_while_the_next_handoff_is_open(bot: Api, ana: Api) -> None:
    path, handoff_id = ended(bot, ana)
    ok(bot.post(f"{path}/pause", {"reason": "Again."}))

    ok(rate(bot, handoff_id, 1))

    head = ok(bot.get(path))
    assert (head["status"], head["handoff"]["id"] != handoff_id) == ("waiting", True)
    assert ok(bot.get(f"{BOT}/handoffs/{head['handoff']['id']}"))["rating"] is None


def test_a_user_who_was_erased_rates_nothing_from_before(bot: Api, ana: Api, owner: Api) -> None:
    _, handoff_id = ended(bot, ana)
    ok(rate(bot, handoff_id, 2, "My name is Lena."))
    assert owner.send("DELETE", f"{BOT}/users/web/u-1").status == 202

    assert ok(bot.get(f"{BOT}/handoffs/{handoff_id}"))["rating"] is None
    assert rate(bot, handoff_id, 5).status == 409
    waiting(bot)
    assert rate(bot, handoff_id, 5).json["code"] == "conflict"


def test_the_report_counts_the_last_rating_of_each_handoff_by_queue_and_agent(
    services: MemoryServices, bot: Api, ana: Api, sam: Api
) -> None:
    rated = [(ana, None, 2), (ana, None, 5), (sam, "billing", 4)]
    for agent, queue, score in rated:
        path, handoff_id = ended(bot, agent, queue)
        ok(rate(bot, handoff_id, score))
    ok(rate(bot, handoff_id, 3))
    ended(bot, ana)
    run_reactions(services, path, times=2)

    report = ok(sam.get(f"{BOT}/report"))

    assert report["totals"]["handoffs"] == 4
    assert report["totals"]["ratings"]["scores"] == [0, 1, 1, 0, 1]
    assert ratings(report["totals"]) == (3, 3.33, 0.3333)
    assert {q["queue"]: ratings(q) for q in report["queues"]} == {
        None: (2, 3.5, 0.5),
        "billing": (1, 3.0, 0.0),
    }
    assert {a["name"]: ratings(a) for a in report["agents"]} == {
        "Ana": (2, 3.5, 0.5),
        "Sam": (1, 3.0, 0.0),
    }
