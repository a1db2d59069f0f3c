"""A call changes exactly the conversation that it means, or none. In Botpress, a pause could change
the conversation of another user."""

from urllib.parse import quote

import pytest

from tests.botpress.stage import Cast, Stage

STRANGE = [
    "156085638552453280",
    "9007199254740993",
    "a/b",
    "a%2Fb",
    "100%",
    "with space",
    "dots.and..more",
    "..",
    "Ünïcode 🎉 שלום",
    "q?x=1#y&z",
    "+1 555 0100",
    "B#demo#C#x",
    "'; DROP TABLE hitl_sessions; --",
    "x" * 128,
]

each_strange = pytest.mark.parametrize("strange", STRANGE)


@pytest.fixture(params=["memory", "http"])
def anywhere(request: pytest.FixtureRequest) -> Stage:
    cast: Cast = request.getfixturevalue("cast" if request.param == "memory" else "served")
    return cast.stage()


def encoded(part: str) -> str:
    """As `encodeURIComponent`, and with single dots encoded, which are steps in a path."""
    return quote(part, safe="~").replace(".", "%2E")


def paused(stage: Stage, *conversation_ids: str, by: str = "bot") -> list[bool]:
    """Asks the native gate."""
    path = f"GET /api/v1/bots/{{{by}}}/conversations/"
    return [stage.ok(by, f"{path}{each}/gate").json["paused"] for each in conversation_ids]


def neighbours(stage: Stage, user: str, thread: str) -> list[str]:
    """Conversations that a wrong lookup could confuse with the one of this user and thread."""
    return [
        stage.say(user, "hi", thread=thread + "2" if len(thread) < 128 else "2"),
        stage.say(user, "hi"),
        stage.say("somebody else", "hi", thread="t"),
        stage.say(user, "hi", thread=thread, channel="sms"),
    ]


@each_strange
def test_an_address_means_the_conversation_of_that_channel_user_and_thread(
    strange: str, anywhere: Stage
) -> None:
    meant = anywhere.say(strange, "hi", thread=strange)
    others = neighbours(anywhere, strange, strange)
    abroad = anywhere.say(strange, "hi", "other", thread=strange)
    who, where = encoded(strange), encoded(strange)

    answer = anywhere.ok("bot", f"POST hitl/channel/web/user/{who}/pause?threadId={where}")

    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert headers["x-hitl-session"] == meant
    assert paused(anywhere, meant, *others) == [True, False, False, False, False]
    assert paused(anywhere, abroad, by="other") == [False]


@each_strange
def test_a_thread_id_that_fits_one_conversation_means_it(strange: str, anywhere: Stage) -> None:
    others = [anywhere.say("u", "hi"), anywhere.say("v", "hi", thread="1")]
    meant = anywhere.say("u", "hi", thread=strange)
    abroad = anywhere.say("u", "hi", "other", thread=strange)

    anywhere.ok("bot", f"POST hitl/sessions/{encoded(strange)}/pause")

    assert paused(anywhere, meant, *others) == [True, False, False]
    assert paused(anywhere, abroad, by="other") == [False]


@each_strange
def test_a_pause_may_come_before_the_first_message(strange: str, anywhere: Stage) -> None:
    where = f"POST hitl/channel/web/user/{encoded(strange)}"

    anywhere.ok("bot", f"{where}/pause?threadId={encoded(strange)}")

    said = {"channel": "web", "user": {"id": strange}, "thread": strange, "from": "user"}
    accepted = anywhere.ok("bot", "POST /api/v1/bots/{bot}/messages", {**said, "text": "hi"})
    assert accepted.json["disposition"] == "waiting"
    assert anywhere.ok("bot", f"{where}/isPaused?threadId={encoded(strange)}").json is True
    assert anywhere.ok("bot", f"{where}/isPaused").json is True


def test_a_thread_id_that_equals_a_conversation_id_is_refused_as_ambiguous(stage: Stage) -> None:
    victim = stage.say("u1", "hi", thread="t1")
    namesake = stage.say("u2", "hi", thread=victim)

    answer = stage.call("bot", f"POST hitl/sessions/{victim}/pause")

    assert answer.status == 409
    assert {each["id"] for each in answer.json["candidates"]} == {victim, namesake}
    assert paused(stage, victim, namesake) == [False, False]


def test_a_thread_id_that_several_users_have_changes_no_conversation(stage: Stage) -> None:
    ids = [stage.say(user, "hi", thread="t1") for user in ("u1", "u2")]

    for action in ("pause", "unpause", "isPaused"):
        answer = stage.call("bot", f"POST hitl/sessions/t1/{action}")
        assert (answer.status, len(answer.json["candidates"])) == (409, 2)
    assert stage.call("ana", "POST hitl/sessions/t1/message", {"message": "yo"}).status == 409
    assert stage.call("ana", "GET hitl/sessions/t1").status == 409
    assert stage.call("ana", "GET hitlnext/conversations/t1/messages").status == 409
    assert paused(stage, *ids) == [False, False]


def test_a_user_with_several_threads_needs_a_thread_id(stage: Stage) -> None:
    ids = [stage.say("u1", "hi", thread=thread) for thread in ("t1", "t2")]

    for action in ("pause", "unpause", "isPaused"):
        answer = stage.call("bot", f"POST hitl/channel/web/user/u1/{action}")
        assert answer.status == 409
        assert {each["id"] for each in answer.json["candidates"]} == set(ids)
    assert paused(stage, *ids) == [False, False]


def test_the_same_ids_in_two_bots_are_two_conversations(stage: Stage) -> None:
    here = stage.say("u1", "hi", thread="t1")
    abroad = stage.say("u1", "hi", "other", thread="t1")

    stage.ok("bot", "POST hitl/channel/web/user/u1/pause?threadId=t1")

    assert here != abroad
    assert paused(stage, here) == [True]
    assert paused(stage, abroad, by="other") == [False]


@pytest.mark.parametrize("path", ["hitl/sessions/%FF/pause", "hitl/channel/web/user/%C3%28/pause"])
def test_a_path_that_is_not_utf_8_is_refused(path: str, stage: Stage) -> None:
    answer = stage.call("bot", f"POST {path}")

    assert (answer.status, answer.json["errorCode"]) == (400, "BP_0040")
