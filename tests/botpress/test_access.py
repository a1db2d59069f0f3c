"""Botpress' routes and the native ones have one access table. A refused call changes nothing."""

from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.botpress.routes import ROUTES
from chalicelib.domain.access import Scope
from chalicelib.entrypoints.http.route_table import NATIVE
from chalicelib.usecases.accounts.authenticate import hash_secret
from chalicelib.usecases.records.bots import BotKey
from tests.api.calls import ROWS, U_1, Resource
from tests.api.refusals import CALLERS, REFUSED, attempts
from tests.botpress.stage import Stage

BOT = "/api/v1/bots/{bot}"
ONE = BOT + "/conversations/{id}"
HITL, HITLNEXT = BOT + "/mod/hitl", BOT + "/mod/hitlnext"
SESSION, ADDRESS = HITL + "/sessions/{id}", HITL + "/channel/{channel}/user/{user}"
HANDOFF = HITLNEXT + "/handoffs/{id}"

READS = ("GET", ONE + "/entries")
PAUSES_BY_ADDRESS = ("POST", BOT + "/pause")
RETURNS = ("POST", ONE + "/unpause")


@dataclass(frozen=True)
class Twin:
    """A native call that does the same as a call of Botpress, or two: the caller needs to be
    allowed one of them. `at` as in `tests/api/calls.py`."""

    native: tuple[Resource, ...]
    body: dict[str, Any] | None = None
    at: str = "begun"


WANTED = {"userId": "u-1", "userThreadId": U_1, "userChannel": "web"}
TWINS: dict[Resource, Twin] = {
    ("GET", HITL + "/sessions"): Twin((("GET", BOT + "/conversations"),)),
    ("GET", SESSION): Twin((READS,)),
    ("POST", SESSION + "/isPaused"): Twin((("GET", ONE + "/gate"), ("GET", ONE))),
    ("POST", SESSION + "/{action}"): Twin((("POST", ONE + "/pause"),), {}),
    ("POST", ADDRESS + "/isPaused"): Twin((("GET", ONE + "/gate"), ("GET", ONE))),
    ("POST", ADDRESS + "/{action}"): Twin((PAUSES_BY_ADDRESS,), {}),
    ("GET", HITLNEXT + "/agents"): Twin((("GET", BOT + "/agents"),)),
    ("GET", HITLNEXT + "/handoffs"): Twin((("GET", BOT + "/handoffs"),)),
    ("POST", HITLNEXT + "/handoffs"): Twin((PAUSES_BY_ADDRESS,), WANTED),
    ("POST", HANDOFF): Twin((("PUT", ONE + "/tags"),), {"tags": ["vip"]}, "waiting"),
    ("POST", HANDOFF + "/assign"): Twin((("POST", ONE + "/claim"),), {}, "waiting"),
    ("POST", HANDOFF + "/resolve"): Twin((RETURNS,), {}, "owned"),
    ("POST", HANDOFF + "/reject"): Twin((RETURNS,), {}, "waiting"),
    ("POST", HANDOFF + "/comments"): Twin(
        (("POST", ONE + "/notes"),), {"content": "Called before."}, "waiting"
    ),
    ("GET", HITLNEXT + "/conversations/{id}/messages"): Twin((READS,)),
}
BY_ROLE = {
    ("POST", SESSION + "/message"): Twin((), {"message": "Hi"}),
    ("POST", HITLNEXT + "/agents/me/online"): Twin((), {"online": True}),
    ("GET", HITL + "/config/attributes"): Twin(()),
    ("GET", HITLNEXT + "/config"): Twin(()),
    ("GET", HITLNEXT + "/agents/me"): Twin(()),
}
"""Calls without a native twin."""

OF_MODULES = [(r.method, r.path) for r in ROUTES if "/mod/" in r.path]


def test_each_route_of_a_module_has_a_row() -> None:
    assert sorted(OF_MODULES) == sorted([*TWINS, *BY_ROLE])


@pytest.mark.parametrize("resource", OF_MODULES, ids=" ".join)
def test_a_refused_call_changes_nothing_in_the_store(resource: Resource) -> None:
    twin = {**TWINS, **BY_ROLE}[resource]

    refused = [each for each in attempts(resource, twin.body, twin.at) if each.status in REFUSED]

    assert [each for each in refused if each.changed] == []


@pytest.mark.parametrize("resource", TWINS, ids=" ".join)
def test_a_route_refuses_the_callers_whom_its_native_twin_refuses(resource: Resource) -> None:
    twin = TWINS[resource]
    allowed = {
        each.by
        for native in twin.native
        for each in attempts(native, ROWS[native].body, ROWS[native].at)
        if each.status not in (401, 403, 404)
    }

    tried = list(attempts(resource, twin.body, twin.at))

    assert [each.by for each in tried] == list(CALLERS)
    assert {each.by for each in tried if each.status not in (401, 403, 404)} == allowed


# isPaused


@pytest.mark.parametrize("by", ["ana", "sam", "ada", "bot"])
@pytest.mark.parametrize("place", ["sessions/{session}", "sessions/T1", "channel/web/user/C"])
def test_people_may_ask_whether_a_conversation_is_paused(by: str, place: str, stage: Stage) -> None:
    stage.prepare(["talked"])
    before = stage.ok(by, f"POST hitl/{place}/isPaused").json
    stage.prepare(["paused"])

    assert (before, stage.ok(by, f"POST hitl/{place}/isPaused").json) == (False, True)


# What a key without the scope `read` is shown


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("handoffs", {"userId": "C", "userThreadId": "T1", "userChannel": "web"}),
        ("handoffs/{handoff}", {"tags": ["vip"]}),
        ("handoffs/{handoff}/reject", {}),
    ],
)
def test_a_key_that_may_not_read_gets_the_handoff_without_the_words_of_anybody(
    path: str, body: dict[str, Any], stage: Stage
) -> None:
    stage.prepare(["talked"] if path == "handoffs" else ["talked", "requested", "noted"])
    key = BotKey("blind", stage.bot, hash_secret("secret"), frozenset({Scope.HANDOFFS}))
    stage.cast.services.directory.put_key(key)
    header = {"Authorization": "Bearer bk_blind_secret"}

    answer = stage.call("bot", f"POST hitlnext/{path}", body, header)

    assert answer.status in (200, 201)
    shown = answer.json
    assert (shown["userId"], shown["comments"], shown["userConversation"]) == ("C", [], {})
    assert shown["user"]["attributes"] == {"fullName": "Zed"}


# By address


CALLS = [
    ("hitl/channel/sms/user/+15550100/pause?threadId=T", None),
    ("hitl/channel/sms/user/+15550100/pause", None),
    ("hitlnext/handoffs", {"userId": "+15550100", "userThreadId": "T", "userChannel": "sms"}),
]


@pytest.mark.parametrize(("path", "body"), CALLS)
@pytest.mark.parametrize("by", ["ana", "sam", "ada"])
def test_people_do_not_start_a_conversation_unless_the_bot_is_set_to_outbound(
    by: str, path: str, body: dict[str, str] | None, stage: Stage
) -> None:
    refused = stage.call(by, f"POST {path}", body)
    before = stage.ok("bot", "GET hitl/sessions").json
    assert stage.call("ada", "PUT /api/v1/bots/{bot}/settings", {"outbound": True}).status == 200

    stage.ok(by, f"POST {path}", body)

    assert (refused.status, refused.json["errorCode"], before) == (403, "BP_0043", [])
    (session,) = stage.ok("bot", "GET hitl/sessions").json
    assert session["isPaused"] is True


@pytest.mark.parametrize(
    "path", ["sessions/T1", "channel/web/user/C", "channel/web/user/C?threadId=T1"]
)
def test_a_person_pauses_a_conversation_that_exists(path: str, stage: Stage) -> None:
    stage.prepare(["talked"])
    path, _, query = path.partition("?")

    stage.ok("ana", f"POST hitl/{path}/pause?{query}".rstrip("?"))

    assert stage.ok("ana", f"POST hitl/{path}/isPaused?{query}".rstrip("?")).json is True


def test_a_call_of_botpress_has_the_rate_limit_of_its_native_twin() -> None:
    limits = {(route.method, route.path): route.limit for route in (*NATIVE, *ROUTES)}

    lacking = [
        (resource, limits[native])
        for resource, twin in TWINS.items()
        for native in twin.native
        if limits[native] not in (None, limits[resource])
    ]

    assert lacking == []
