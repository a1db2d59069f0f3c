"""Roles by WebSocket actions: a frame answers and refuses the people whom its REST twin does."""

from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.domain.access import Role
from chalicelib.entrypoints.websocket.actions import ACTIONS
from tests.api.calls import IN_BOT, ONE, ROWS, Resource, filled, staged
from tests.api.conversation_setup import NOBODYS_ID, person
from tests.api.live.socket_client import SocketClient
from tests.support.api import DEMO_KEY, Api
from tests.support.services import MemoryServices

ME = ("GET", "/api/v1/auth/me")


@dataclass(frozen=True)
class Twin:
    """The REST call that needs the same right. `fields` are the frame's own, if they differ."""

    rest: Resource
    fields: dict[str, Any] | None = None
    is_about_a_conversation: bool = True

    def frame(self, conversation: str) -> dict[str, Any]:
        body = ROWS[self.rest].body_from("agent") if self.fields is None else self.fields
        named = {"bot": "demo", "conversation_id": conversation}
        return {**(body or {}), **(named if self.is_about_a_conversation else {})}


TWINS = {
    "sync": Twin(ME, {}, is_about_a_conversation=False),
    "watch": Twin(("GET", ONE + "/entries"), {"after": 0}),
    "read": Twin(("GET", ONE), {"seq": 1}),
    "unwatch": Twin(("GET", IN_BOT + "/conversations"), {}),
    "subscribe": Twin(ME, {"events": []}, is_about_a_conversation=False),
    "message": Twin(("POST", ONE + "/messages")),
    "pause": Twin(("POST", ONE + "/pause")),
    "unpause": Twin(("POST", ONE + "/unpause")),
    "claim": Twin(("POST", ONE + "/claim")),
    "release": Twin(("POST", ONE + "/release")),
    "transfer": Twin(("POST", ONE + "/transfer")),
    "snooze": Twin(("POST", ONE + "/snooze")),
    "note": Twin(("POST", ONE + "/notes")),
    "typing": Twin(("GET", ONE), {}),
    "presence": Twin(("PUT", "/api/v1/agents/me/status"), is_about_a_conversation=False),
    "ping": Twin(ME, {}, is_about_a_conversation=False),
}

OF_KEYS = {"listen"}
"""Actions that only the socket of a key has: tests/api/live/test_listening.py."""

CALLERS = ("ana", "bo", "quinn", "sam", "ada", "owner", "eve", "both")
"""Ana owns what is owned, Bo is another agent, Quinn serves the queue `sales` only, Sam supervises,
Ada is an admin; Eve serves the bot `other` only, and the last is an admin there, an agent here."""


class Fresh:
    """An installation with one conversation that stands as the twin's row says."""

    def __init__(self, twin: Twin) -> None:
        self.services = MemoryServices()
        self.bot = Api(self.services, DEMO_KEY)
        person(self.services, "ada", Role.ADMIN)
        person(self.services, "quinn", queues=frozenset({"sales"}))
        person(self.services, "both", Role.AGENT)
        person(self.services, "both", Role.ADMIN, bot="other")
        self.callers = {name: self.bot.login(name) for name in CALLERS}
        self.conversation = staged(self.bot, self.callers["ana"], ROWS[twin.rest].at).conversation


def outcome(answer: Any) -> str:
    """`ok`, or the code of the error."""
    return "ok" if answer["ok"] else str(answer["error"]["code"])


def rest_outcome(twin: Twin, caller: Api, conversation: str) -> str:
    method, path = twin.rest
    body = ROWS[twin.rest].body_from("agent")
    answer = caller.send(method, filled(path, conversation), body)
    return "ok" if answer.status < 300 else str(answer.json["code"])


def test_every_action_of_people_has_a_twin() -> None:
    assert {*TWINS, *OF_KEYS} == {*ACTIONS}


@pytest.mark.parametrize("by", CALLERS)
@pytest.mark.parametrize("action", OF_KEYS)
def test_no_person_may_do_what_only_keys_do(action: str, by: str) -> None:
    fresh = Fresh(TWINS["claim"])
    client = SocketClient(fresh.services, fresh.callers[by], "k-1")

    assert not client.do(action)["ok"]


@pytest.mark.parametrize("by", CALLERS)
@pytest.mark.parametrize("action", TWINS)
def test_a_frame_is_answered_as_its_twin_is(action: str, by: str) -> None:
    twin = TWINS[action]

    rest, frame = (Fresh(twin) for _ in range(2))

    expected = rest_outcome(twin, rest.callers[by], rest.conversation)
    client = SocketClient(frame.services, frame.callers[by], "k-1")
    assert outcome(client.do(action, **twin.frame(frame.conversation))) == expected


ABOUT_ONE = [name for name, twin in TWINS.items() if twin.is_about_a_conversation]


@pytest.mark.parametrize("action", ABOUT_ONE)
def test_a_frame_about_another_bots_conversation_is_answered_like_one_about_nothing(
    action: str,
) -> None:
    here = Fresh(TWINS[action])
    eve = SocketClient(here.services, here.callers["eve"], "k-1")
    frame = TWINS[action].frame(here.conversation)

    for named in ("demo", "other"):
        there = eve.do(action, **{**frame, "bot": named})
        nowhere = eve.do(action, **{**frame, "bot": named, "conversation_id": NOBODYS_ID})
        assert outcome(there) == outcome(nowhere)
        assert outcome(there) == "not_found" or action == "unwatch", "which only forgets"


@pytest.mark.parametrize("action", ABOUT_ONE)
def test_a_frame_about_an_invisible_conversation_is_answered_like_one_about_nothing(
    action: str,
) -> None:
    here = Fresh(TWINS[action])
    asked = {"channel": "web", "user": "u-9", "queue": "billing"}
    hidden = here.bot.post("/bots/demo/pause", asked).json["id"]
    quinn = SocketClient(here.services, here.callers["quinn"], "k-1")

    there = quinn.do(action, **TWINS[action].frame(hidden))
    nowhere = quinn.do(action, **TWINS[action].frame(NOBODYS_ID))

    assert outcome(there) == outcome(nowhere)
    assert outcome(there) == "not_found" or action == "unwatch", "which only forgets"
