"""Both APIs use the same use cases: a change through one is visible through the other at once.
Known faults of Botpress are not repeated."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.conversation.entries import EVENT_TYPES
from chalicelib.entrypoints.events.minute import every_minute
from chalicelib.usecases.records.audit import AuditAction
from tests.botpress.stage import Cast, Stage
from tests.contract.store_setup import at_once
from tests.support.api import ApiAnswer
from tests.support.services import MemoryServices

SESSION = "/api/v1/bots/{bot}/conversations/{session}"
MINUTE = 60_000


@pytest.fixture
def talked(stage: Stage) -> Stage:
    stage.prepare(["talked"])
    return stage


@pytest.fixture
def owned(stage: Stage) -> Stage:
    stage.prepare(["talked", "requested", "ana online", "assigned"])
    return stage


def head(stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = stage.ok("bot", f"GET {SESSION}").json
    return found


def kinds(stage: Stage) -> list[str]:
    entries = stage.ok("ana", f"GET {SESSION}/entries").json["items"]
    return [entry["kind"] for entry in entries]


def user_says(stage: Stage, text: str = "more", **more: object) -> dict[str, Any]:
    message = {"channel": "web", "user": {"id": "C"}, "thread": "T1", "from": "user"}
    said = {"type": "text", "text": text} | more
    if said["type"] != "text":
        said.pop("text")
    found: dict[str, Any] = stage.ok("bot", "POST /api/v1/bots/{bot}/messages", message | said).json
    return found


def handoff(stage: Stage) -> dict[str, Any]:
    (found,) = stage.ok("bot", "GET hitlnext/handoffs").json
    assert isinstance(found, dict)
    return found


def statuses_of(calls: Sequence[Callable[[], ApiAnswer]]) -> list[int]:
    """In ascending order; all of them start at the same moment."""
    answers = at_once(calls)
    return sorted(answer.status for answer in answers if isinstance(answer, ApiAnswer))


def test_a_pause_through_botpress_is_seen_through_the_native_routes(talked: Stage) -> None:
    talked.ok("ana", "POST hitl/sessions/{session}/pause")

    shown = head(talked)

    assert (shown["status"], shown["owner"]) == ("waiting", None)
    assert handoff(talked)["id"] == shown["handoff"]["id"]


def test_a_native_claim_and_return_are_seen_through_botpress(talked: Stage) -> None:
    talked.ok("bot", f"POST {SESSION}/pause")
    assert handoff(talked)["status"] == "pending"

    talked.ok("ana", f"POST {SESSION}/claim")
    assert (handoff(talked)["status"], handoff(talked)["agentId"]) == (
        "assigned",
        talked.names["ana's id"],
    )

    talked.ok("ana", f"POST {SESSION}/unpause", {"outcome": "rejected"})
    assert handoff(talked)["status"] == "rejected"
    assert talked.ok("bot", "POST hitl/sessions/{session}/isPaused").json is False


def test_a_released_handoff_is_pending_again(owned: Stage) -> None:
    owned.ok("ana", f"POST {SESSION}/release")

    shown = handoff(owned)

    assert (shown["status"], shown["agentId"], shown["assignedAt"]) == ("pending", None, None)


def test_a_reply_claims_the_conversation_and_is_stored_in_one_commit(talked: Stage) -> None:
    talked.ok("ana", "POST hitl/sessions/{session}/message", {"message": "yo"})

    shown = head(talked)

    assert (shown["status"], shown["owner_name"], shown["epoch"]) == ("agent", "Ana", 2)
    assert kinds(talked) == ["message", "requested", "claimed", "message"]
    (session,) = talked.ok("ana", "GET hitl/sessions").json
    assert (session["lastMessage"]["text"], session["lastMessage"]["source"]) == ("yo", "agent")


def test_a_message_of_an_agent_after_the_handoff_does_not_reach_the_user(owned: Stage) -> None:
    owned.ok("ana", "POST hitlnext/handoffs/{handoff}/resolve")
    before = kinds(owned)

    said = {"text": "one more thing"}
    answer = owned.call("ana", f"POST {SESSION}/messages", said)

    assert (answer.status, answer.json["code"]) == (409, "illegal_move")
    assert kinds(owned) == before


def test_tags_do_not_end_a_handoff(owned: Stage) -> None:
    owned.ok("ana", "POST hitlnext/handoffs/{handoff}", {"tags": ["vip"]})

    assert user_says(owned)["disposition"] == "agent"


@pytest.mark.parametrize("type_", ["text", "image", "quick_reply", "postback", "visit"])
def test_the_gate_stops_messages_of_every_type(owned: Stage, type_: str) -> None:
    said = user_says(owned) if type_ == "text" else user_says(owned, type=type_, payload={})

    assert (said["disposition"], said["paused"]) == ("agent", True)


@pytest.mark.parametrize("type_", sorted(EVENT_TYPES))
def test_events_are_not_the_last_message_of_the_user(talked: Stage, type_: str) -> None:
    user_says(talked, type=type_, payload={"page": "/"})

    assert kinds(talked) == ["message", "event"]
    (session,) = talked.ok("ana", "GET hitl/sessions").json
    assert session["lastMessage"]["text"] == "hi C"
    transcript = talked.ok("ana", "GET hitl/sessions/{session}").json
    assert [line["type"] for line in transcript] == ["text", type_]


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"full_name": "Zoe Zed", "first_name": "Z"}, "Zoe Zed"),
        ({"fullName": "Zoe Zed", "firstName": "Z"}, "Zoe Zed"),
        ({"first_name": "Zoe", "last_name": "Zed"}, "Zoe Zed"),
        ({"firstName": "Zoe", "lastName": "Zed"}, "Zoe Zed"),
        ({"first_name": "Zoe"}, "Zoe"),
        ({"full_name": " ", "last_name": "Zed"}, "Zed"),
    ],
)
def test_a_user_without_a_name_has_the_one_in_their_attributes(
    attributes: dict[str, str], name: str, stage: Stage
) -> None:
    stage.names["session"] = stage.say({"id": "C", "attributes": attributes}, "hi", thread="T1")
    stage.prepare(["requested"])

    (session,) = stage.ok("ana", "GET hitl/sessions").json
    assert (session["user"]["fullName"], session["user"]["attributes"]) == (name, attributes)
    assert handoff(stage)["user"]["attributes"] == attributes | {"fullName": name}


def test_the_name_that_the_bot_sends_comes_before_the_attributes(stage: Stage) -> None:
    stage.say({"id": "C", "name": "Zed", "attributes": {"full_name": "Zoe"}}, "hi")

    assert stage.ok("ana", "GET hitl/sessions").json[0]["user"]["fullName"] == "Zed"


@pytest.mark.parametrize("attributes", [{"full_name": 7, "first_name": None}, {"full_name": ""}])
def test_a_name_that_is_no_text_counts_as_none(attributes: dict[str, Any], stage: Stage) -> None:
    stage.say({"id": "C", "attributes": attributes}, "hi")

    assert stage.ok("ana", "GET hitl/sessions").json[0]["user"]["fullName"].startswith("# ")


def test_a_session_without_a_name_keeps_its_number(stage: Stage) -> None:
    stage.say("nameless", "hi")

    names = {stage.ok("ana", "GET hitl/sessions").json[0]["user"]["fullName"] for _ in range(3)}

    (name,) = names
    assert name.startswith("# ")
    assert name[2:].isdigit()


def test_sessions_are_listed_with_the_latest_message_first(
    talked: Stage, services: MemoryServices
) -> None:
    for user in ("first", "second"):
        services.clock.advance(1000)
        talked.say(user, "hi")
    services.clock.advance(1000)
    user_says(talked)

    sessions = talked.ok("ana", "GET hitl/sessions").json

    assert [session["user"]["id"] for session in sessions] == ["C", "second", "first"]


def test_a_transcript_is_the_last_hundred_messages(talked: Stage) -> None:
    for number in range(120):
        user_says(talked, str(number))
        if number % 10 == 0:
            talked.ok("ana", f"POST {SESSION}/notes", {"text": "look"})

    lines = talked.ok("ana", "GET hitl/sessions/{session}").json

    assert [line["text"] for line in lines] == [str(number) for number in range(20, 120)]
    stored = talked.ok("ana", "GET hitlnext/conversations/T1/messages?limit=3").json
    assert [each["event"]["preview"] for each in stored] == ["119", "118", "117"]


def test_a_later_handoff_shows_the_comments_of_an_earlier_one(owned: Stage) -> None:
    owned.ok("ana", "POST hitlnext/handoffs/{handoff}/comments", {"content": "careful"})
    owned.ok("ana", "POST hitlnext/handoffs/{handoff}/resolve")
    first = owned.names["handoff"]
    owned.prepare(["requested"])

    handoffs = owned.ok("bot", "GET hitlnext/handoffs").json

    comments = [each["comments"] for each in handoffs]
    assert [[c["content"] for c in each] for each in comments] == [["careful"], ["careful"]]
    assert {c["handoffId"] for each in comments for c in each} == {first}
    owned.ok("ana", "GET hitlnext/handoffs")
    reads = [e.action for e in owned.cast.services.audit_trail.latest(owned.bot, None, 100)[0]]
    assert reads.count(AuditAction.TRANSCRIPT_READ) == 1, "the agent reads comments, the bot none"


def test_a_handoff_is_created_again_with_the_thread_that_the_list_shows(stage: Stage) -> None:
    """A conversation without a thread shows its own id as `userThreadId`."""
    stage.names["session"] = stage.say("C", "hi")
    stage.ok("bot", "POST hitl/sessions/{session}/pause")
    shown = handoff(stage)
    stage.ok("bot", "POST hitl/sessions/{session}/unpause")
    wanted = {name: shown[name] for name in ("userId", "userThreadId", "userChannel")}

    created = stage.ok("bot", "POST hitlnext/handoffs", wanted).json

    assert created["userThreadId"] == shown["userThreadId"] == stage.names["session"]
    assert len(stage.ok("bot", "GET hitl/sessions").json) == 1


def test_column_desc_and_limit_order_and_limit_the_handoffs(
    stage: Stage, services: MemoryServices
) -> None:
    for user in ("a", "b", "c"):
        wanted = {"userId": user, "userThreadId": f"T{user}", "userChannel": "web"}
        stage.ok("bot", "POST hitlnext/handoffs", wanted)
        services.clock.advance(1000)

    def users(query: str) -> str:
        found = stage.ok("bot", f"GET hitlnext/handoffs{query}").json
        return "".join(each["userId"] for each in found)

    assert users("") == "abc"
    assert users("?limit=2") == "ab"
    assert users("?column=createdAt&desc=true") == "cba"
    assert users("?column=createdAt&desc=true&limit=1") == "c"
    assert users("?column=createdAt&desc=false") == "abc"
    assert users("?column=userId&desc=true&limit=2") == "cb"


def test_an_unclaimed_handoff_expires_within_a_minute_of_its_timeout(
    talked: Stage, services: MemoryServices
) -> None:
    wanted = {"userId": "C", "userThreadId": "T1", "userChannel": "web", "timeoutDelay": 90}
    talked.ok("bot", "POST hitlnext/handoffs", wanted)

    services.clock.advance(89 * 1000)
    every_minute(services)
    assert handoff(talked)["status"] == "pending"

    services.clock.advance(1000)
    assert every_minute(services)["deadlines_met"] == 1
    assert every_minute(services)["deadlines_met"] == 0
    assert handoff(talked)["status"] == "expired"
    assert user_says(talked)["disposition"] == "bot"


def test_a_handoff_that_was_claimed_in_time_does_not_expire(
    talked: Stage, services: MemoryServices
) -> None:
    wanted = {"userId": "C", "userThreadId": "T1", "userChannel": "web", "timeoutDelay": 60}
    made = talked.ok("bot", "POST hitlnext/handoffs", wanted)
    talked.online("ana")
    talked.ok("ana", f"POST hitlnext/handoffs/{made.json['id']}/assign")

    services.clock.advance(2 * MINUTE)
    every_minute(services)

    assert handoff(talked)["status"] == "assigned"


def test_each_action_of_an_agent_keeps_them_online(owned: Stage, services: MemoryServices) -> None:
    services.clock.advance(7 * MINUTE)
    owned.ok("ana", "POST hitlnext/handoffs/{handoff}/comments", {"content": "still here"})
    services.clock.advance(7 * MINUTE)

    assert owned.ok("ana", "GET hitlnext/agents/me").json["online"] is True


def test_a_repeated_idempotency_key_gets_the_first_answer(owned: Stage) -> None:
    key = {"Idempotency-Key": "k"}
    path = "POST hitlnext/handoffs/{handoff}/resolve"

    statuses = [owned.call("ana", path, headers=key).status for _ in range(2)]

    assert statuses == [200, 200]


def test_one_of_several_concurrent_assigns_succeeds(served: Cast) -> None:
    stage = served.stage()
    stage.prepare(["talked", "requested", "ana online", "bo online", "sam online"])
    path = "POST hitlnext/handoffs/{handoff}/assign"

    calls = [partial(stage.call, by, path, {}) for by in ("ana", "bo", "sam")]
    assert statuses_of(calls) == [200, 422, 422]


def test_one_of_several_concurrent_requests_creates_the_handoff(served: Cast) -> None:
    stage = served.stage()
    wanted = {"userId": "C", "userThreadId": "T1", "userChannel": "web"}

    calls = [partial(stage.call, "bot", "POST hitlnext/handoffs", wanted)] * 4
    assert statuses_of(calls) == [200, 200, 200, 201]
    assert len(stage.ok("bot", "GET hitlnext/handoffs").json) == 1
