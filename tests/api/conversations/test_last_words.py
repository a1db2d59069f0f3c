"""A pause brings the bot's last word, an epoch and a summary, and the bot may correct it later."""

from typing import Any

import pytest

from tests.api.conversation_setup import BOT, begun, log, message, ok, one, online, owned, waiting
from tests.support.api import Api, ApiAnswer

FAREWELL = "One moment, I ask a colleague."


def kinds(caller: Api, path: str) -> list[tuple[str, str]]:
    return [(entry["kind"], entry["from"]) for entry in log(caller, path)]


def codes(answer: ApiAnswer) -> list[str]:
    return [warning["code"] for warning in answer.json.get("warnings", [])]


def test_the_last_word_stands_before_the_request_and_is_no_leak(bot: Api, ana: Api) -> None:
    path = begun(bot)

    head = ok(bot.post(f"{path}/pause", {"say": FAREWELL, "reason": "Lost."}))

    assert kinds(ana, path) == [("message", "user"), ("message", "bot"), ("requested", "bot")]
    said, requested = log(ana, path)[1:]
    assert (said["text"], said["epoch"], requested["epoch"]) == (FAREWELL, 1, 2)
    assert head["last_message"]["text"] == FAREWELL
    assert head["handoff"]["opened_seq"] == requested["seq"]
    assert bot.get(f"{BOT}/handoffs/{head['handoff']['id']}").status == 200
    late = bot.post(f"{BOT}/messages", message(**{"from": "bot"}, text=FAREWELL))
    assert (late.status, late.json["code"]) == (409, "not_your_turn")


def test_the_last_word_may_be_of_any_type(bot: Api) -> None:
    card = {"type": "card", "text": "Please wait.", "payload": {"title": "Please wait"}}

    head = ok(bot.post(f"{BOT}/pause", {"channel": "web", "user": "u-1", "say": card}))

    entry = log(bot, one(head["id"]))[0]
    assert {name: entry[name] for name in card} == card


def test_a_repeated_pause_says_it_once(bot: Api) -> None:
    path, asked = begun(bot), {"say": FAREWELL}
    first = bot.post(f"{path}/pause", asked, Idempotency_Key="k-1")

    replayed = bot.post(f"{path}/pause", asked, Idempotency_Key="k-1")
    again = bot.post(f"{path}/pause", asked)

    assert replayed.json == first.json
    assert [codes(answer) for answer in (first, again)] == [[], ["say_ignored"]]
    assert kinds(bot, path).count(("message", "bot")) == 1


def test_nothing_is_said_where_nobody_is_there_and_the_bot_wants_no_queue(bot: Api) -> None:
    path = begun(bot)

    refused = bot.post(f"{path}/pause", {"say": FAREWELL, "if_unavailable": "refuse"})
    kept = ok(bot.post(f"{path}/pause", {"say": FAREWELL, "if_unavailable": "leave_message"}))

    assert (refused.status, refused.json["code"]) == (409, "no_agent_available")
    assert kept["status"] == "bot"
    assert kinds(bot, path)[1:] == [("message", "bot"), ("returned", "bot")]


@pytest.mark.parametrize(
    ("say", "field"),
    [
        ("", "say"),
        ("x" * 10_001, "say"),
        ({"text": ""}, "say.text"),
        ({"type": "x"}, "say.payload"),
    ],
)
def test_a_last_word_that_says_nothing_is_refused(say: object, field: str, bot: Api) -> None:
    path = begun(bot)

    refused = bot.post(f"{path}/pause", {"say": say})

    assert (refused.status, refused.json["errors"][0]["field"]) == (400, field)
    assert bot.get(path).json["status"] == "bot"


def test_only_a_bot_has_a_last_word(bot: Api, ana: Api) -> None:
    refused = ana.post(f"{begun(bot)}/pause", {"say": FAREWELL})

    assert (refused.status, refused.json["errors"][0]["field"]) == (400, "say")


def test_a_pause_with_an_old_epoch_is_refused_and_says_nothing(bot: Api, ana: Api) -> None:
    path = owned(bot, ana)
    ok(bot.post(f"{path}/unpause", {}))

    late = bot.post(f"{path}/pause", {"say": FAREWELL, "epoch": 1})
    mine = ana.post(f"{path}/pause", {"agent": online(ana), "epoch": 1})
    current = bot.post(f"{path}/pause", {"say": FAREWELL, "epoch": 4})

    assert (late.status, late.json["code"], late.json["epoch"]) == (409, "stale_epoch", 4)
    assert (mine.status, mine.json["code"]) == (409, "stale_epoch")
    assert (current.status, current.json["epoch"]) == (200, 5)


def test_a_summary_is_in_the_handoff_and_a_long_one_is_cut(bot: Api, ana: Api) -> None:
    path = begun(bot)

    answer = bot.post(f"{path}/pause", {"summary": "s" * 4001})

    assert codes(answer) == ["summary_cut"]
    handoff = ok(ana.get(f"{BOT}/handoffs/{answer.json['handoff']['id']}"))
    assert handoff["summary"] == "s" * 3999 + "…"
    assert ana.post(f"{path}/pause", {"summary": "s" * 4001}).status == 400


# Corrections


@pytest.mark.parametrize("is_claimed", [False, True])
def test_the_bot_corrects_an_open_handoff(is_claimed: bool, bot: Api, ana: Api) -> None:
    path = owned(bot, ana) if is_claimed else waiting(bot)
    before = bot.get(path).json
    news: dict[str, Any] = {
        "reason": "Wants two refunds.",
        "summary": "Both parcels broke.",
        "context": {"orders": [1, 2]},
        "priority": 5,
    }

    after = ok(bot.send("PATCH", f"{path}/handoff", news))

    assert (after["priority"], after["handoff"]["reason"]) == (5, "Wants two refunds.")
    assert (after["status"], after["epoch"]) == (before["status"], before["epoch"])
    handoff = ok(ana.get(f"{BOT}/handoffs/{after['handoff']['id']}"))
    assert {name: handoff[name] for name in news} == news
    entry = log(ana, path)[-1]
    assert (entry["kind"], entry["from"]) == ("updated", "bot")
    assert entry["payload"] == {
        "handoff_id": handoff["id"],
        "priority": 5,
        "fields": ["reason", "summary", "context", "priority"],
        "reason": "Wants two refunds.",
        "context_values": ["1", "2"],
    }


def test_what_a_correction_leaves_out_stays(bot: Api, ana: Api) -> None:
    path = begun(bot)
    asked = {"reason": "Lost.", "summary": "Short.", "context": {"a": 1}, "priority": 3}
    head = ok(bot.post(f"{path}/pause", asked))

    ok(bot.send("PATCH", f"{path}/handoff", {"summary": "Longer.", "reason": None}))
    empty = bot.send("PATCH", f"{path}/handoff", {})

    handoff = ok(ana.get(f"{BOT}/handoffs/{head['handoff']['id']}"))
    assert {name: handoff[name] for name in asked} == asked | {"summary": "Longer."}
    assert (empty.status, empty.json["last_seq"]) == (200, 3)


def test_a_correction_keeps_the_queues_priority_at_least(bot: Api, owner: Api) -> None:
    ok(owner.put(f"{BOT}/queues/sales", {"priority": 4}))
    path = waiting(bot, "sales")

    assert ok(bot.send("PATCH", f"{path}/handoff", {"priority": 2}))["priority"] == 4
    assert ok(bot.send("PATCH", f"{path}/handoff", {"priority": 7}))["priority"] == 7


@pytest.mark.parametrize(
    ("body", "field"),
    [({"priority": 10}, "priority"), ({"context": []}, "context"), ({"queue": "x"}, "queue")],
)
def test_a_correction_that_does_not_fit_is_refused(
    body: dict[str, Any], field: str, bot: Api
) -> None:
    refused = bot.send("PATCH", f"{waiting(bot)}/handoff", body)

    assert (refused.status, refused.json["errors"][0]["field"]) == (400, field)


def test_a_correction_without_an_open_handoff_is_refused(bot: Api) -> None:
    refused = bot.send("PATCH", f"{begun(bot)}/handoff", {"reason": "x"})

    assert (refused.status, refused.json["code"]) == (409, "illegal_move")
