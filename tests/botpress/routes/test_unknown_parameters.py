"""A misspelled query parameter is refused in Botpress' error shape, and changes nothing."""

from html import unescape
from typing import Any

import pytest

from chalicelib.botpress.routes import ROUTES
from chalicelib.entrypoints.http.route import Access, Route
from tests.botpress.stage import Stage

ADDRESS = "hitl/channel/web/user/C"
LOGIN = {"email": "{ana's email}", "password": "wrong"}
BODIES: dict[str, dict[str, Any]] = {
    "/message": {"message": "yo"},
    "/online": {"online": True},
    "/hitlnext/handoffs": {"userId": "C", "userThreadId": "T9", "userChannel": "web"},
    "/handoffs/{id}": {"tags": ["a"]},
    "/comments": {"content": "note"},
    "/login": LOGIN,
    "/login/basic/{strategy}": LOGIN,
}
"""Valid bodies, by the end of the path."""

PATHS = {
    "{bot}": "{bot}",
    "{action}": "pause",
    "{channel}": "web",
    "{user}": "C",
    "{strategy}": "default",
}


def path_of(route: Route) -> str:
    """The path with the ids of the stage."""
    path = route.path.replace("{id}", "{handoff}" if "/handoffs/" in route.path else "{session}")
    for name, value in PATHS.items():
        path = path.replace(name, value)
    return path


def caller_of(route: Route) -> str:
    """A person who may call it, or nobody if everybody may."""
    return "nobody" if route.access is Access.PUBLIC else "ana"


@pytest.mark.parametrize("name", ["thread", "thread_id", "limits", "x" * 65])
@pytest.mark.parametrize("route", ROUTES, ids=map(str, ROUTES))
def test_each_route_refuses_an_unknown_parameter_and_changes_nothing(
    route: Route, name: str, stage: Stage
) -> None:
    stage.prepare(["talked", "requested", "ana online"])
    body = next((body for end, body in BODIES.items() if route.path.endswith(end)), {})
    before = everything(stage)

    answer = stage.call(
        caller_of(route),
        f"{route.method} {path_of(route)}?{name}=T1",
        body if route.method == "POST" else None,
    )

    assert answer.status == 400, answer.text
    shown = answer.json
    assert shown.keys() == {"statusCode", "errorCode", "type", "message", "details", "docs"}
    assert (shown["statusCode"], shown["errorCode"]) == (400, "BP_0040")
    assert f"`{name[:64]}`" in unescape(shown["message"]).replace("&#96;", "`")
    assert [known for known in route.query if known not in shown["message"]] == []
    assert everything(stage) == before


def everything(stage: Stage) -> list[Any]:
    """Whatever a client of Botpress sees of this bot."""
    return [
        stage.ok("ana", f"GET {path}").json
        for path in (
            "hitl/sessions",
            "hitl/sessions/{session}",
            "hitlnext/handoffs",
            "hitlnext/agents",
            "/api/v1/bots/{bot}/conversations/{session}/entries",
        )
    ]


@pytest.mark.parametrize("name", ["thread", "thread_id", "threadid", "ThreadId"])
def test_a_pause_with_a_misspelled_thread_is_refused_and_pauses_nothing(
    name: str, stage: Stage
) -> None:
    stage.prepare(["talked", "two threads"])

    answer = stage.call("bot", f"POST {ADDRESS}/pause?{name}=T1")

    assert answer.status == 400
    assert answer.json == {
        "statusCode": 400,
        "errorCode": "BP_0040",
        "type": "BadRequestError",
        "message": f"Bad Request: There is no query parameter &#96;{name}&#96; here. The query"
        " parameters of this call are &#96;threadId&#96;.",
        "details": "",
        "docs": "https://botpress.com/docs",
    }
    assert stage.ok("ana", "GET hitl/sessions?pausedOnly=true").json == []


def test_a_parameter_that_is_there_twice_is_refused(stage: Stage) -> None:
    stage.prepare(["talked", "two threads"])

    answer = stage.call("bot", f"POST {ADDRESS}/pause?threadId=T1&threadId=T2")

    assert (answer.status, answer.json["errorCode"]) == (400, "BP_0040")
    assert stage.ok("ana", "GET hitl/sessions?pausedOnly=true").json == []


def test_a_stranger_is_refused_before_the_query_is_looked_at(stage: Stage) -> None:
    assert stage.call("nobody", f"POST {ADDRESS}/pause?thread=T1").status == 401
    assert stage.call("other", f"POST {ADDRESS}/pause?thread=T1").status == 403
