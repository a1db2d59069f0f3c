"""One call stores a message and returns who may answer it."""

import json
from typing import Any

import pytest

from tests.api.conversation_setup import (
    BOT,
    NOBODYS_ID,
    begun,
    id_of,
    log,
    message,
    ok,
    one,
    owned,
    waiting,
)
from tests.support.api import Api

MESSAGES = f"{BOT}/messages"


def test_the_first_message_begins_a_conversation_with_the_bot(bot: Api) -> None:
    answer = bot.post(MESSAGES, message())

    assert answer.status == 201
    assert answer.json == {
        "conversation_id": answer.json["conversation_id"],
        "thread": None,
        "seq": 1,
        "disposition": "bot",
        "paused": False,
        "epoch": 1,
        "handoff_id": None,
    }


def test_an_entry_has_exactly_the_fields_of_the_contract(bot: Api) -> None:
    path = begun(bot, message_id="m-1", user={"id": "u-1", "name": "Zed"})

    assert log(bot, path) == [
        {
            "seq": 1,
            "kind": "message",
            "from": "user",
            "author": {"id": "u-1", "name": "Zed"},
            "type": "text",
            "text": "Hello",
            "payload": None,
            "epoch": 1,
            "at": "2026-01-01T00:00:00.000Z",
            "message_id": "m-1",
        }
    ]


def test_a_payload_comes_back_as_it_was_sent(bot: Api) -> None:
    payload = {"url": "https://a.test/ä.png", "n": 156085638552453280, "deep": [{"a": [None, 1.5]}]}

    path = begun(bot, type="image", text=None, payload=payload)

    assert log(bot, path)[0]["payload"] == payload


def test_a_payload_may_take_16_kb_as_it_is_sent(bot: Api) -> None:
    full = {"numbers": [1] * ((16 * 1024 - len('{"numbers":[]}') + 1) // 2)}
    assert len(json.dumps(full, separators=(",", ":"))) == 16 * 1024 - 1
    larger = {"numbers": [*full["numbers"], 10]}

    statuses = [
        bot.post(MESSAGES, message(type="list", text=None, payload=payload)).status
        for payload in (full, larger)
    ]

    assert statuses == [201, 400]


def test_a_user_is_answered_by_the_bot_then_the_queue_then_the_agent(bot: Api, ana: Api) -> None:
    path = begun(bot)
    seen = []

    for step in ("", "pause", "claim", "unpause"):
        if step:
            ok((ana if step == "claim" else bot).post(f"{path}/{step}", {}))
        said = ok(bot.post(MESSAGES, message(text="And now?")))
        seen.append((said["disposition"], said["paused"], said["epoch"]))

    assert seen == [
        ("bot", False, 1),
        ("waiting", True, 2),
        ("agent", True, 3),
        ("bot", False, 4),
    ]


@pytest.mark.parametrize("agent_has_it", [False, True])
def test_a_bot_that_speaks_while_paused_is_refused_and_its_text_is_not_kept(
    agent_has_it: bool, bot: Api, ana: Api
) -> None:
    path = owned(bot, ana) if agent_has_it else waiting(bot)
    head = bot.get(path).json

    refused = bot.post(MESSAGES, message(**{"from": "bot"}, text="SECRET-DRAFT"))

    assert (refused.status, refused.json["code"]) == (409, "not_your_turn")
    assert refused.json["owner"] == head["owner"]
    assert refused.json["epoch"] == head["epoch"]
    assert refused.json["handoff_id"] == head["handoff"]["id"]
    entries = log(ana, path)
    assert entries[-1]["kind"] == "leak"
    assert "SECRET-DRAFT" not in str(entries)


def test_a_bot_message_from_before_a_handoff_is_refused(bot: Api, ana: Api) -> None:
    path = owned(bot, ana)
    ok(bot.post(f"{path}/unpause", {}))

    late = bot.post(MESSAGES, message(**{"from": "bot"}, epoch=1))
    current = bot.post(MESSAGES, message(**{"from": "bot"}, epoch=4))

    assert (late.status, late.json["code"], late.json["epoch"]) == (409, "stale_epoch", 4)
    assert current.status == 201


def test_the_epoch_of_a_users_message_is_ignored(bot: Api) -> None:
    assert bot.post(MESSAGES, message(epoch=99)).status == 201


# In a conversation


def test_only_the_owner_may_write(bot: Api, ana: Api, bo: Api, sam: Api) -> None:
    path = owned(bot, ana)

    said = ana.post(f"{path}/messages", {"text": "This is Ana.", "message_id": "m-1"})

    assert (said.status, said.json["disposition"]) == (201, "agent")
    for other in (bo, sam):
        refused = other.post(f"{path}/messages", {"text": "Me too."})
        assert (refused.status, refused.json["code"]) == (409, "already_claimed")
        assert refused.json["owner_name"] == "Ana"
    spoken = [(e["from"], e["author"]["name"]) for e in log(ana, path) if e["kind"] == "message"]
    assert spoken == [("user", ""), ("agent", "Ana")]


@pytest.mark.parametrize("pause", [False, True])
def test_an_agent_who_has_not_claimed_cannot_speak(pause: bool, bot: Api, ana: Api) -> None:
    path = waiting(bot) if pause else begun(bot)

    refused = ana.post(f"{path}/messages", {"text": "Hello?"})

    assert (refused.status, refused.json["code"]) == (409, "illegal_move")
    assert refused.json["conversation_status"] == ("waiting" if pause else "bot")
    assert refused.json["status"] == 409


def test_a_bots_key_may_write_as_the_user_or_as_the_bot(bot: Api) -> None:
    path = begun(bot)

    for sender in ("user", "bot"):
        ok(bot.post(f"{path}/messages", {"from": sender, "text": "Hi."}))

    assert [e["from"] for e in log(bot, path)] == ["user", "user", "bot"]


@pytest.mark.parametrize("sender", [None, "agent", "system", ""])
def test_a_bots_key_speaks_for_the_user_or_itself_only(sender: str | None, bot: Api) -> None:
    path = begun(bot)

    assert bot.post(f"{path}/messages", {"from": sender, "text": "Hi."}).status == 400
    assert bot.post(f"{path}/messages", {"text": "Hi."}).status == 400


@pytest.mark.parametrize("sender", ["user", "bot", "agent", "system"])
def test_people_speak_for_themselves_only(sender: str, bot: Api, ana: Api) -> None:
    path = owned(bot, ana)

    assert ana.post(f"{path}/messages", {"from": sender, "text": "Hi."}).status == 400


def test_an_agents_message_with_a_stale_epoch_is_refused(bot: Api, ana: Api) -> None:
    path = owned(bot, ana)

    refused = ana.post(f"{path}/messages", {"text": "Hi.", "epoch": 2})

    assert (refused.status, refused.json["code"]) == (409, "stale_epoch")


# The same message id again


def test_a_message_id_sent_again_has_the_same_number_and_changes_nothing(bot: Api) -> None:
    first = bot.post(MESSAGES, message(message_id="m-1"))

    again = bot.post(MESSAGES, message(message_id="m-1"))

    assert (first.status, again.status) == (201, 200)
    assert again.json == first.json | {"repeated": True}
    assert [e["text"] for e in log(bot, one(first.json["conversation_id"]))] == ["Hello"]


@pytest.mark.parametrize("sender", ["user", "bot"])
@pytest.mark.parametrize("with_key", [False, True])
def test_a_repeated_message_id_gets_the_turn_of_now(
    sender: str, with_key: bool, bot: Api, ana: Api
) -> None:
    key = {"Idempotency-Key": "event-1"} if with_key else {}
    said = message(**{"from": sender}, message_id="m-1", epoch=1)
    first = bot.post(MESSAGES, said, **key)
    head = ok(ana.get(owned(bot, ana)))

    again = bot.post(MESSAGES, said, **key)

    assert again.status == (201 if with_key else 200)
    assert again.json["seq"] == first.json["seq"]
    assert again.json.get("repeated", False) is not with_key
    assert (again.json["disposition"], again.json["paused"]) == ("agent", True)
    assert again.json["epoch"] == head["epoch"]
    assert again.json["handoff_id"] == head["handoff"]["id"]


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Other words."},
        {"type": "image", "text": None, "payload": {"url": "https://example.test/a.png"}},
    ],
)
def test_a_message_id_of_another_message_is_refused_and_the_edit_is_not_lost_silently(
    change: dict[str, Any], bot: Api
) -> None:
    path = begun(bot, message_id="m-1")

    edited = bot.post(MESSAGES, message(message_id="m-1") | change)

    assert (edited.status, edited.json["code"]) == (409, "message_id_mismatch")
    assert edited.json["seq"] == 1
    assert [e["text"] for e in log(bot, path)] == ["Hello"]


def test_an_agents_message_id_takes_one_text_or_one_suggestion(bot: Api, ana: Api) -> None:
    path = owned(bot, ana)
    suggestion = ok(bot.post(f"{path}/suggestions", {"text": "Try this."}))["seq"]
    chosen = {"suggestion": suggestion, "message_id": "m-1"}
    first = ok(ana.post(f"{path}/messages", chosen))

    again = ana.post(f"{path}/messages", chosen)
    other = ana.post(f"{path}/messages", {"text": "Try this.", "message_id": "m-1"})

    assert (again.status, again.json["seq"]) == (200, first["seq"])
    assert (other.status, other.json["code"]) == (409, "message_id_mismatch")


def test_the_order_of_a_payloads_fields_makes_no_other_message(bot: Api) -> None:
    shown = message(type="card", text=None, message_id="m-1")
    begun(bot)
    assert bot.post(MESSAGES, shown | {"payload": {"a": 1, "b": 2}}).status == 201

    assert bot.post(MESSAGES, shown | {"payload": {"b": 2, "a": 1}}).status == 200


def test_a_message_id_is_unique_per_sender_and_conversation(bot: Api, ana: Api) -> None:
    path = begun(bot, message_id="m-1")
    said_by_bot = bot.post(MESSAGES, message(**{"from": "bot"}, message_id="m-1"))
    elsewhere = bot.post(MESSAGES, message(user={"id": "u-2"}, message_id="m-1"))
    ok(bot.post(f"{path}/pause", {"agent": None}))
    ok(ana.post(f"{path}/claim", {}))

    said_by_agent = ana.post(f"{path}/messages", {"text": "Hi.", "message_id": "m-1"})

    assert [a.status for a in (said_by_bot, elsewhere, said_by_agent)] == [201, 201, 201]


def test_a_refused_message_id_can_be_sent_again(bot: Api, ana: Api) -> None:
    path = owned(bot, ana)
    draft = message(**{"from": "bot"}, message_id="m-1")
    assert bot.post(MESSAGES, draft).status == 409
    ok(bot.post(f"{path}/unpause", {}))

    assert bot.post(MESSAGES, draft).status == 201


# The gate


def test_the_gate_says_who_may_speak(bot: Api, ana: Api) -> None:
    path = owned(bot, ana)
    me = ana.get("/agents/me").json["id"]

    gate = bot.get(f"{path}/gate")

    assert gate.json == {"paused": True, "disposition": "agent", "epoch": 3, "owner": me}


def test_the_gate_of_an_unknown_conversation_is_not_found(bot: Api) -> None:
    assert bot.get(f"{one(NOBODYS_ID)}/gate").json["code"] == "not_found"


def test_a_conversation_id_is_opaque_and_the_same_for_the_same_address(bot: Api) -> None:
    assert id_of(begun(bot)) == id_of(begun(bot, text="Again."))
