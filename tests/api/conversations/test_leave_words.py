"""A user leaves a handoff with a leave word."""

import pytest

from tests.api.conversation_setup import BOT, begun, log, message, ok, owned, waiting
from tests.support.api import Api


@pytest.fixture
def word(owner: Api) -> str:
    ok(owner.put(f"{BOT}/settings", {"leave_words": ["/end", "back to bot"]}))
    return "/end"


@pytest.mark.parametrize("claimed", [False, True])
def test_the_word_is_stored_and_gives_the_turn_back_to_the_bot(
    claimed: bool, word: str, bot: Api, ana: Api
) -> None:
    path = owned(bot, ana) if claimed else waiting(bot)
    before = bot.get(path).json

    answer = bot.post(f"{BOT}/messages", message(text=" /END "))

    assert answer.status == 201
    assert answer.json == {
        "conversation_id": before["id"],
        "thread": None,
        "seq": before["last_seq"] + 1,
        "disposition": "bot",
        "paused": False,
        "epoch": before["epoch"] + 1,
        "handoff_id": None,
        "handoff_ended": "user_left",
    }
    said, returned = log(ana, path)[-2:]
    assert (said["kind"], said["text"], said["from"]) == ("message", " /END ", "user")
    assert (returned["kind"], returned["from"]) == ("returned", "user")


def test_the_handoff_ends_as_left_by_the_user(word: str, bot: Api, ana: Api) -> None:
    path = owned(bot, ana)
    handoff = bot.get(path).json["handoff"]["id"]

    ok(bot.post(f"{path}/messages", {"from": "user", "text": "Back to Bot"}))

    assert bot.get(f"{BOT}/handoffs/{handoff}").json["outcome"] == "user_left"
    refused = ana.post(f"{path}/messages", {"text": "Wait!"})
    assert (refused.status, refused.json["code"]) == (409, "illegal_move")


def test_the_word_sent_again_gets_the_turn_of_now_and_ends_nothing(word: str, bot: Api) -> None:
    path = waiting(bot)
    sent = message(text=word, message_id="m-9")
    first = bot.post(f"{BOT}/messages", sent)
    ok(bot.post(f"{path}/pause"))

    again = bot.post(f"{BOT}/messages", sent)

    assert (first.status, again.status) == (201, 200)
    assert (again.json["seq"], again.json["handoff_ended"]) == (first.json["seq"], "user_left")
    assert (again.json["disposition"], again.json["epoch"]) == ("waiting", 4)
    assert bot.get(path).json["status"] == "waiting"


def test_a_leave_word_to_the_bot_is_an_ordinary_message(word: str, bot: Api) -> None:
    path = begun(bot)

    answer = ok(bot.post(f"{BOT}/messages", message(text=word)))

    assert (answer["disposition"], answer["epoch"]) == ("bot", 1)
    assert [entry["kind"] for entry in log(bot, path)] == ["message", "message"]


def test_a_leave_word_counts_only_as_the_whole_message(word: str, bot: Api) -> None:
    waiting(bot)

    answer = ok(bot.post(f"{BOT}/messages", message(text=f"{word} please")))

    assert answer["disposition"] == "waiting"


def test_without_leave_words_no_message_ends_the_handoff(bot: Api) -> None:
    waiting(bot)

    assert ok(bot.post(f"{BOT}/messages", message(text="/end")))["disposition"] == "waiting"


def test_a_word_of_one_bot_means_nothing_to_another(word: str, other_bot: Api) -> None:
    sent = {"channel": "web", "user": {"id": "u-1"}, "from": "user", "text": "Hello"}
    cid = ok(other_bot.post("/bots/other/messages", sent))["conversation_id"]
    ok(other_bot.post(f"/bots/other/conversations/{cid}/pause"))

    answer = ok(other_bot.post("/bots/other/messages", {**sent, "text": word}))

    assert answer["disposition"] == "waiting"


def test_a_leave_word_from_an_agent_or_the_bot_ends_nothing(word: str, bot: Api, ana: Api) -> None:
    path = owned(bot, ana)

    assert ok(ana.post(f"{path}/messages", {"text": word}))["disposition"] == "agent"
    leaked = bot.post(f"{path}/messages", {"from": "bot", "text": word})
    assert leaked.json["code"] == "not_your_turn"
