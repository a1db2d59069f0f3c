"""One set of use cases underneath: what one API changes, the other shows at once; and what Botpress
gets wrong, Baton does not."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from chalicelib.entrypoints.events.minute import every_minute
from tests.botpress.stage import Cast, Stage
from tests.contract.store_setup import at_once
from tests.support.api import Answer
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


def statuses_of(calls: Sequence[Callable[[], Answer]]) -> list[int]:
    """In ascending order; all of them start at the same moment."""
    answers = at_once(calls)
    return sorted(answer.status for answer in answers if isinstance(answer, Answer))


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


def test_a_handoff_that_was_released_is_pending_again(owned: Stage) -> None:
    owned.ok("ana", f"POST {SESSION}/release")

    shown = handoff(owned)

    assert (shown["status"], shown["agentId"], shown["assignedAt"]) == ("pending", None, None)


def test_an_answer_takes_the_conversation_and_is_said_in_one_commit(talked: Stage) -> None:
    talked.ok("ana", "POST hitl/sessions/{session}/message", {"message": "yo"})

    shown = head(talked)

    assert (shown["status"], shown["owner_name"], shown["epoch"]) == ("agent", "Ana", 2)
    assert kinds(talked) == ["message", "requested", "claimed", "message"]
    (session,) = talked.ok("ana", "GET hitl/sessions").json
    assert (session["lastMessage"]["text"], session["lastMessage"]["source"]) == ("yo", "agent")


def test_an_agents_word_after_the_handoff_does_not_reach_the_user(owned: Stage) -> None:
    owned.ok("ana", "POST hitlnext/handoffs/{handoff}/resolve")
    before = kinds(owned)

    said = {"text": "one more thing"}
    answer = owned.call("ana", f"POST {SESSION}/messages", said)

    assert (answer.status, answer.json["code"]) == (409, "illegal_move")
    assert kinds(owned) == before


def test_after_tags_the_users_next_message_still_goes_to_the_agent(owned: Stage) -> None:
    owned.ok("ana", "POST hitlnext/handoffs/{handoff}", {"tags": ["vip"]})

    assert user_says(owned)["disposition"] == "agent"


@pytest.mark.parametrize("type_", ["text", "image", "quick_reply", "postback", "visit"])
def test_all_types_of_messages_are_gated(owned: Stage, type_: str) -> None:
    said = user_says(owned) if type_ == "text" else user_says(owned, type=type_, payload={})

    assert (said["disposition"], said["paused"]) == ("agent", True)


@pytest.mark.parametrize("type_", ["visit", "session_reset"])
def test_events_are_stored_but_are_nothing_that_the_user_said(talked: Stage, type_: str) -> None:
    user_says(talked, type=type_, payload={"page": "/"})

    assert kinds(talked) == ["message", "event"]
    (session,) = talked.ok("ana", "GET hitl/sessions").json
    assert session["lastMessage"]["text"] == "hi C"
    transcript = talked.ok("ana", "GET hitl/sessions/{session}").json
    assert [line["type"] for line in transcript] == ["text", type_]


def test_a_session_with_no_name_has_a_number_that_stays(stage: Stage) -> None:
    stage.say("nameless", "hi")

    names = {stage.ok("ana", "GET hitl/sessions").json[0]["user"]["fullName"] for _ in range(3)}

    (name,) = names
    assert name.startswith("# ")
    assert name[2:].isdigit()


def test_sessions_come_with_the_latest_message_first(
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


def test_comments_stay_from_one_handoff_to_the_next(owned: Stage) -> None:
    owned.ok("ana", "POST hitlnext/handoffs/{handoff}/comments", {"content": "careful"})
    owned.ok("ana", "POST hitlnext/handoffs/{handoff}/resolve")
    first = owned.names["handoff"]
    owned.prepare(["requested"])

    handoffs = owned.ok("bot", "GET hitlnext/handoffs").json

    comments = [each["comments"] for each in handoffs]
    assert [[c["content"] for c in each] for each in comments] == [["careful"], ["careful"]]
    assert {c["handoffId"] for each in comments for c in each} == {first}


def test_handoffs_are_ordered_and_limited_as_named(stage: Stage, services: MemoryServices) -> None:
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


def test_an_unclaimed_handoff_expires_in_the_minute_after_its_time(
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


def test_what_an_agent_does_keeps_them_online(owned: Stage, services: MemoryServices) -> None:
    services.clock.advance(10 * MINUTE)
    owned.ok("ana", "POST hitlnext/handoffs/{handoff}/comments", {"content": "still here"})
    services.clock.advance(10 * MINUTE)

    assert owned.ok("ana", "GET hitlnext/agents/me").json["online"] is True


def test_what_is_sent_twice_with_one_key_gets_its_first_answer(owned: Stage) -> None:
    key = {"Idempotency-Key": "k"}
    path = "POST hitlnext/handoffs/{handoff}/resolve"

    statuses = [owned.call("ana", path, headers=key).status for _ in range(2)]

    assert statuses == [200, 200]


def test_of_agents_who_assign_at_once_exactly_one_gets_the_handoff(served: Cast) -> None:
    stage = served.stage()
    stage.prepare(["talked", "requested", "ana online", "bo online", "sam online"])
    path = "POST hitlnext/handoffs/{handoff}/assign"

    calls = [partial(stage.call, by, path, {}) for by in ("ana", "bo", "sam")]
    assert statuses_of(calls) == [200, 422, 422]


def test_of_requests_at_once_one_makes_the_handoff(served: Cast) -> None:
    stage = served.stage()
    wanted = {"userId": "C", "userThreadId": "T1", "userChannel": "web"}

    calls = [partial(stage.call, "bot", "POST hitlnext/handoffs", wanted)] * 4
    assert statuses_of(calls) == [200, 200, 200, 201]
    assert len(stage.ok("bot", "GET hitlnext/handoffs").json) == 1
