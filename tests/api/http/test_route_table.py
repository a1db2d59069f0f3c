"""The route table: each row names code that exists, and is authorised and checked before that code
runs. The rows of plug-ins are in it, too."""

import inspect
from typing import get_type_hints

import pytest
from chalice.app import Chalice
from chalice.test import Client

from chalicelib.domain.access import ALLOWED_ROLES, Action, Role
from chalicelib.entrypoints.http.framework import Call, Reply, register
from chalicelib.entrypoints.http.route import Access, Idempotency, Route
from chalicelib.entrypoints.http.route_table import NATIVE
from chalicelib.entrypoints.http.router import all_routes
from chalicelib.loading import load
from tests.api.calls import filled
from tests.api.conversation_setup import BOT, NOBODYS_ID, begun, key
from tests.support import openapi_document
from tests.support.api import DEMO_KEY, Api
from tests.support.services import MemoryServices

ROUTES = list(all_routes())
each_route = pytest.mark.parametrize("route", ROUTES, ids=map(str, ROUTES))


def caller_for(route: Route, bot: Api, owner: Api) -> Api:
    """A caller whom the table lets through."""
    if route.access is Access.PUBLIC:
        return bot.as_(None)
    if isinstance(route.access, Action):
        return bot if Role.BOT in ALLOWED_ROLES[route.access] else owner
    return bot if route.access is Access.CALLER else owner


def test_no_two_rows_are_for_the_same_call() -> None:
    assert len({str(route) for route in ROUTES}) == len(ROUTES)


@each_route
def test_a_handler_takes_the_body_that_its_row_names(route: Route) -> None:
    handler = load(route.handler)
    hints = get_type_hints(handler)
    parameters = [hints[name] for name in inspect.signature(handler).parameters]

    assert parameters == [Call, load(route.body)] if route.body else [Call]
    assert hints["return"] is Reply


@each_route
def test_an_unknown_query_parameter_is_refused_and_those_that_exist_are_named(
    route: Route, bot: Api, owner: Api
) -> None:
    caller = caller_for(route, bot, owner)

    answer = caller.send(route.method, with_query(filled(route.path, NOBODYS_ID), "thread_id=T"))

    assert answer.status == 400, answer.text
    sentence = answer.json.get("detail") or answer.json["message"]
    assert "thread_id" in sentence
    assert [name for name in route.query if name not in sentence] == []


def with_query(path: str, parameter: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{parameter}"


@each_route
def test_a_query_parameter_that_the_row_names_is_in_the_document(route: Route) -> None:
    operation = openapi_document.operations().get((route.method, route.path))
    if operation is None:
        is_page = route.path == "/" or route.path.startswith(("/console/", "/docs/"))
        assert is_page, "add it to docs/openapi.yaml"
        return
    documented = [
        each["name"] for each in openapi_document.parameters(route.method, route.path, "query")
    ]

    assert sorted(documented) == sorted(route.query)


@pytest.mark.parametrize("route", NATIVE, ids=map(str, NATIVE))
def test_a_handler_has_the_name_of_its_operation_in_the_document(route: Route) -> None:
    operation = openapi_document.operations()[route.method, route.path]

    assert route.handler.partition(":")[2] == operation["operationId"]


@each_route
def test_a_row_with_idempotency_takes_the_header_in_the_document(route: Route) -> None:
    if route.idempotency and route.method == "POST":
        headers = openapi_document.parameters(route.method, route.path, "header")
        assert "Idempotency-Key" in [each["name"] for each in headers]


# The framework alone


def careless(call: Call) -> Reply:
    """A handler that authorises nobody and writes."""
    call.services.directory.end_sessions("p_ana")
    CALLED.append(call.path)
    return Reply({})


CALLED: list[str] = []

ROWS = [
    Route("POST", "/bots/{bot}/x", f"{__name__}:careless", Action.CONFIGURE),
    Route("POST", "/bots/{bot}/y", f"{__name__}:careless", Access.CALLER),
    Route("POST", "/person", f"{__name__}:careless", Access.PERSON),
    Route("POST", "/owner", f"{__name__}:careless", Access.OWNER),
]


@pytest.mark.parametrize("row", ROWS, ids=map(str, ROWS))
@pytest.mark.parametrize("token", [None, "bk_demo_wrong", "no token"])
def test_a_handler_that_does_not_authorise_is_not_reached_by_strangers(
    row: Route, token: str | None, services: MemoryServices
) -> None:
    assert send(row, token, services) == 401
    assert CALLED == []


@pytest.mark.parametrize(("path", "status"), [("x", 403), ("y", 200), ("person", 401)])
def test_a_handler_that_does_not_authorise_is_reached_by_those_whom_its_row_names(
    path: str, status: int, services: MemoryServices
) -> None:
    row = next(row for row in ROWS if row.path.endswith(path))

    assert send(row, DEMO_KEY, services) == status
    assert len(CALLED) == (status == 200)
    CALLED.clear()


def test_only_the_owner_reaches_a_handler_of_the_owner(
    services: MemoryServices, ana: Api, owner: Api
) -> None:
    assert send(ROWS[-1], ana.token, services) == 403
    assert send(ROWS[-1], owner.token, services) == 200
    CALLED.clear()


def test_a_key_without_the_scope_of_the_row_does_not_reach_the_handler(
    services: MemoryServices,
) -> None:
    row = Route("POST", "/bots/{bot}/z", f"{__name__}:careless", Action.READ)

    assert send(row, key(services, "mute"), services) == 403
    assert CALLED == []


def send(row: Route, token: str | None, services: MemoryServices) -> int:
    app = Chalice(app_name="one-row")
    register(app, iter([row]), lambda: services)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    response = Client(app).http.request("POST", row.path.format(bot="demo"), headers=headers)
    return int(response.status_code)


def test_a_stored_reply_is_only_for_calls_that_the_table_has_authorised() -> None:
    stored = [route for route in ROUTES if route.idempotency is Idempotency.REPLY]

    assert stored
    assert all(isinstance(route.access, Action) for route in stored)


def test_an_unknown_query_parameter_changes_nothing(bot: Api) -> None:
    path = begun(bot)

    answer = bot.send("POST", f"{path}/pause?threadId=T1", {})

    assert answer.status == 400
    assert answer.json["errors"][0]["field"] == "threadId"
    assert bot.get(path).json["paused"] is False
    assert bot.send("GET", f"{BOT}/conversations?page=2").json["code"] == "invalid_request"
