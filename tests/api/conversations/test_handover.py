"""Pause, claim, release, transfer and return of a conversation."""

import pytest

from tests.api.conversation_setup import BOT, begun, id_of, log, ok, online, owned, person, waiting
from tests.support.api import Api
from tests.support.services import MemoryServices

NEW_YEAR = "2026-01-01T00:00:00.000Z"


def test_a_pause_answers_with_the_whole_head(bot: Api) -> None:
    path = begun(bot, user={"id": "u-1", "name": "Zed"}, thread="t-1")

    answer = bot.post(f"{path}/pause", {"reason": "Refund.", "queue": "billing", "priority": 3})

    assert answer.status == 200
    assert answer.json == {
        "id": id_of(path),
        "bot": "demo",
        "channel": "web",
        "user": "u-1",
        "user_name": "Zed",
        "thread": "t-1",
        "status": "waiting",
        "paused": True,
        "epoch": 2,
        "owner": None,
        "owner_name": None,
        "queue": "billing",
        "priority": 3,
        "handoff": {
            "id": f"h_{id_of(path)[2:]}_2",
            "reason": "Refund.",
            "agent": None,
            "requested_at": NEW_YEAR,
            "claimed_at": None,
            "opened_seq": 2,
        },
        "offered_to": None,
        "snoozed_until": None,
        "last_seq": 2,
        "last_message": {"seq": 1, "from": "user", "text": "Hello", "at": NEW_YEAR},
        "waiting_since": NEW_YEAR,
        "unanswered_since": None,
        "tags": [],
        "created_at": NEW_YEAR,
        "updated_at": NEW_YEAR,
    }


def test_a_pause_repeated_is_the_same_handoff(bot: Api, ana: Api) -> None:
    path = waiting(bot)
    first = bot.get(path).json

    again = [caller.post(f"{path}/pause", {"reason": "Still."}) for caller in (bot, ana)]

    assert [answer.status for answer in again] == [200, 200]
    assert [answer.json for answer in again] == [first, first]


def test_a_request_for_an_online_agent_is_reserved_for_them(bot: Api, ana: Api) -> None:
    who = online(ana)

    by_email = ok(bot.post(f"{begun(bot)}/pause", {"agent": "ana@example.test"}))
    by_id = ok(bot.post(f"{begun(bot, user={'id': 'u-2'})}/pause", {"agent": who}))

    assert by_email["handoff"]["agent"] == by_id["handoff"]["agent"] == who
    assert by_email["status"] == "waiting"


def test_a_request_for_an_agent_who_is_away_is_not_reserved_for_them(bot: Api) -> None:
    head = ok(bot.post(f"{begun(bot)}/pause", {"agent": "ana@example.test"}))

    assert (head["status"], head["handoff"]["agent"]) == ("waiting", None)


@pytest.mark.parametrize("agent", ["eve@example.test", "nobody@example.test", "p_x"])
def test_a_request_cannot_name_an_agent_of_another_bot(agent: str, bot: Api) -> None:
    path = begun(bot)

    refused = bot.post(f"{path}/pause", {"agent": agent})

    assert refused.status == 404
    assert bot.get(path).json["status"] == "bot"


@pytest.mark.parametrize("pause", [False, True])
def test_an_agent_who_pauses_for_themselves_owns_the_conversation_at_once(
    pause: bool, bot: Api, ana: Api
) -> None:
    path = waiting(bot) if pause else begun(bot)

    head = ok(ana.post(f"{path}/pause", {"agent": "ana@example.test"}))

    assert (head["status"], head["owner_name"]) == ("agent", "Ana")


def test_a_pause_can_be_refused_if_no_agent_is_available(bot: Api) -> None:
    path = begun(bot)
    before = log(bot, path)

    refused = bot.post(f"{path}/pause", {"if_unavailable": "refuse"})

    assert (refused.status, refused.json["code"]) == (409, "no_agent_available")
    assert log(bot, path) == before


def test_a_message_can_be_left_if_no_agent_is_available(bot: Api) -> None:
    path = begun(bot)

    head = bot.post(f"{path}/pause", {"if_unavailable": "leave_message", "reason": "Night."})

    left = log(bot, path)[-1]["payload"]["handoff_id"]
    handoff = ok(bot.get(f"{BOT}/handoffs/{left}"))
    assert (head.status, head.json["status"], head.json["handoff"]) == (200, "bot", None)
    assert (handoff["outcome"], handoff["reason"]) == ("message_left", "Night.")


@pytest.mark.parametrize("otherwise", ["refuse", "leave_message"])
def test_a_pause_queues_if_an_agent_is_available(otherwise: str, bot: Api, ana: Api) -> None:
    online(ana)

    head = ok(bot.post(f"{begun(bot)}/pause", {"if_unavailable": otherwise}))

    assert head["status"] == "waiting"


# Claim, release, transfer


def test_a_second_claim_is_refused_and_names_the_owner(bot: Api, ana: Api, bo: Api) -> None:
    path = waiting(bot)

    won, lost, again = (who.post(f"{path}/claim", {}) for who in (ana, bo, ana))

    assert (won.status, won.json["owner_name"], won.json["epoch"]) == (200, "Ana", 3)
    assert (lost.status, lost.json["code"]) == (409, "already_claimed")
    assert (lost.json["owner"], lost.json["owner_name"]) == (won.json["owner"], "Ana")
    assert again.json == won.json


@pytest.mark.parametrize("action", ["claim", "release", "transfer"])
def test_a_conversation_with_the_bot_cannot_be_claimed_or_transferred(
    action: str, bot: Api, sam: Api
) -> None:
    body = {"queue": "billing"} if action == "transfer" else {}

    refused = sam.post(f"{begun(bot)}/{action}", body)

    assert (refused.status, refused.json["code"]) == (409, "illegal_move")
    assert (refused.json["command"], refused.json["conversation_status"]) == (action, "bot")


@pytest.mark.parametrize("action", ["claim", "release", "transfer", "unpause"])
def test_a_command_with_a_stale_epoch_is_refused(action: str, bot: Api, ana: Api) -> None:
    path = waiting(bot) if action == "claim" else owned(bot, ana)
    body = {"epoch": 1} | ({"queue": "billing"} if action == "transfer" else {})

    refused = ana.post(f"{path}/{action}", body)

    assert (refused.status, refused.json["code"]) == (409, "stale_epoch")
    assert refused.json["epoch"] == bot.get(path).json["epoch"]


def test_an_agent_at_capacity_cannot_claim(services: MemoryServices, bot: Api) -> None:
    person(services, "cara", capacity=1)
    cara = bot.login("cara")
    owned(bot, cara)
    other = ok(bot.post(f"{BOT}/pause", {"channel": "web", "user": "u-2"}))["id"]

    refused = cara.post(f"{BOT}/conversations/{other}/claim", {})

    assert (refused.status, refused.json["code"]) == (409, "at_capacity")


@pytest.mark.parametrize(("who", "status"), [("ana", 200), ("sam", 200), ("bo", 409)])
def test_the_owner_and_a_supervisor_may_release(who: str, status: int, bot: Api, ana: Api) -> None:
    path = owned(bot, ana)

    answer = bot.login(who).post(f"{path}/release", {})

    assert answer.status == status
    head = bot.get(path).json
    assert head["status"] == ("waiting" if status == 200 else "agent")
    assert head["epoch"] == (4 if status == 200 else 3)


def test_a_transfer_to_a_queue_waits_there(bot: Api, ana: Api) -> None:
    path = owned(bot, ana)

    head = ok(ana.post(f"{path}/transfer", {"queue": "billing", "note": "Knows it."}))

    assert (head["status"], head["queue"], head["owner"]) == ("waiting", "billing", None)
    assert [e["kind"] for e in log(bot.login("sam"), path)][-2:] == ["transferred", "note"]


def test_a_transfer_to_an_online_agent_makes_them_the_owner(bot: Api, ana: Api, bo: Api) -> None:
    path, who = owned(bot, ana), online(bo)

    head = ok(ana.post(f"{path}/transfer", {"agent": "bo@example.test"}))

    assert (head["status"], head["owner"]) == ("agent", who)


def test_a_transfer_to_an_agent_who_is_not_online_changes_nothing(bot: Api, ana: Api) -> None:
    path = owned(bot, ana)

    refused = ana.post(f"{path}/transfer", {"agent": "bo@example.test"})

    assert (refused.status, refused.json["code"]) == (409, "no_agent_available")
    assert bot.get(path).json["owner_name"] == "Ana"


@pytest.mark.parametrize("body", [{}, {"agent": "a", "queue": "q"}, {"agent": None, "queue": None}])
def test_a_transfer_names_one_of_the_two(body: dict[str, object], bot: Api, ana: Api) -> None:
    assert ana.post(f"{owned(bot, ana)}/transfer", body).status == 400


def test_only_a_supervisor_can_transfer_an_unclaimed_conversation(
    bot: Api, ana: Api, sam: Api
) -> None:
    path = waiting(bot)

    refused, done = (who.post(f"{path}/transfer", {"queue": "billing"}) for who in (ana, sam))

    assert (refused.status, refused.json["code"]) == (403, "forbidden")
    assert done.json["queue"] == "billing"


# Unpause


def test_outcome_note_and_variables_of_a_return_are_in_the_handoff(bot: Api, ana: Api) -> None:
    path = owned(bot, ana)
    handoff_id = bot.get(path).json["handoff"]["id"]
    left = {"outcome": "rejected", "note": "No.", "resume_at": "n", "variables": {"paid": [1]}}

    head = ok(ana.post(f"{path}/unpause", left))

    handoff = ok(bot.get(f"{BOT}/handoffs/{handoff_id}"))
    assert (head["status"], head["owner"], head["handoff"], head["epoch"]) == ("bot", None, None, 4)
    assert {name: handoff[name] for name in left} == left
    assert handoff == {
        **left,
        "id": handoff_id,
        "conversation_id": id_of(path),
        "bot": "demo",
        "reason": "Wants a refund.",
        "queue": None,
        "priority": 0,
        "language": None,
        "context": None,
        "summary": None,
        "rating": None,
        "requested_by": {"id": "demo", "name": "Demo bot"},
        "requested_at": "2026-01-01T00:00:00.000Z",
        "owner": ana.get("/agents/me").json["id"],
        "owner_name": "Ana",
        "claimed_at": "2026-01-01T00:00:00.000Z",
        "returned_at": "2026-01-01T00:00:00.000Z",
        "from_seq": 2,
        "to_seq": 4,
        "tags": [],
        "notes": [],
    }


def test_an_unpause_with_the_bot_changes_nothing(bot: Api) -> None:
    path = begun(bot)
    before = bot.get(path).json

    answer = bot.post(f"{path}/unpause", {"outcome": "cancelled"})

    assert (answer.status, answer.json) == (200, before)


@pytest.mark.parametrize(
    ("who", "status"), [("ana", 200), ("sam", 200), ("owner", 200), ("bo", 409)]
)
def test_the_owner_and_a_supervisor_may_unpause(who: str, status: int, bot: Api, ana: Api) -> None:
    path = owned(bot, ana)

    assert bot.login(who).post(f"{path}/unpause", {}).status == status


def test_a_member_of_the_queue_may_unpause_a_waiting_conversation(
    services: MemoryServices, bot: Api
) -> None:
    person(services, "quinn", queues=frozenset({"sales"}))
    path = waiting(bot, "sales")

    assert bot.login("quinn").post(f"{path}/unpause", {}).json["status"] == "bot"


@pytest.mark.parametrize("body", [b"", {}, b"  {}  "])
def test_commands_without_details_need_no_body(body: object, bot: Api, ana: Api) -> None:
    path = begun(bot)

    for caller, action in ((bot, "pause"), (ana, "claim"), (ana, "release"), (bot, "unpause")):
        assert caller.post(f"{path}/{action}", body).status == 200


@pytest.mark.parametrize("handoff", ["h_x", "c_x", "h_aaaaaaaaaaaaaaaaaaaaaaaaaa_2", "h__", "%20"])
def test_a_handoff_that_never_was_is_not_found(handoff: str, bot: Api) -> None:
    assert bot.get(f"{BOT}/handoffs/{handoff}").status == 404
