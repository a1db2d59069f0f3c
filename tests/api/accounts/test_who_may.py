"""Roles by routes. The routes come from the app: a new one without a row fails."""

import pytest

from chalicelib.domain.access import BOT_SCOPES, Role, Scope
from chalicelib.entrypoints.http.router import all_routes
from chalicelib.usecases.records.bots import Bot
from chalicelib.usecases.records.sign_on import SignOnRules
from chalicelib.usecases.records.webhooks import Webhook
from tests.api.calls import (
    ANYBODY,
    BOTH,
    GUARDED,
    IN_A_BOT,
    NATIVE,
    PEOPLE,
    ROUTES,
    ROWS,
    Resource,
    Row,
    filled,
    staged,
)
from tests.api.conversation_setup import NOBODYS_ID, key, person, without_request
from tests.support.api import DEMO_KEY, Api, ApiAnswer
from tests.support.services import MemoryServices

SECRETS = (
    "onlyforloopback",
    "a-secret-for-tests",
    "ana-demo",
    "plain:",
    "webhook-secret-canary",
    "token_version",
    "secret_hash",
)
"""Secrets of the key, the installation, Ana, all password rows, and the webhook."""


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert sorted(ROUTES) == sorted(ROWS)


LOGINS = {"agent": "ana", "supervisor": "sam", "admin": "ada", "owner": "owner"}


class Callers(dict[str, Api]):
    """A caller of each kind; a person logs in when a test first needs them."""

    def __missing__(self, by: str) -> Api:
        self[by] = self["bot"].login(LOGINS[by])
        return self[by]


@pytest.fixture
def callers(services: MemoryServices) -> Callers:
    return callers_of(services)


def callers_of(services: MemoryServices) -> Callers:
    person(services, "ada", Role.ADMIN)
    services.sign_on_rules = SignOnRules("Example", frozenset())
    bot = Api(services, DEMO_KEY)
    return Callers(nobody=bot.as_(None), bot=bot)


SECRETS_IN_BODY = (
    "/api/v1/auth/refresh",
    "/api/v1/auth/invitation",
    "/api/v1/auth/password",
    "/api/v1/auth/password/reset",
    "/api/v1/auth/login/totp",
    "/api/v1/auth/oidc/token",
)
SETS_UP_A_FACTOR = ("POST", "/api/v1/auth/totp")
"""It also takes the password of whoever calls."""


@pytest.mark.parametrize("resource", NATIVE)
def test_a_route_answers_those_who_may_and_refuses_all_others(resource: Resource) -> None:
    """The store is made anew after each call that was not refused."""
    row, (method, path) = ROWS[resource], resource
    wrong, callers = {}, None
    for by in sorted(BOTH):
        if callers is None:
            callers = callers_of(MemoryServices())
            ids = staged(callers["bot"], callers["agent"], row.at)
        answer = callers[by].send(method, filled(path, ids.of(path)), row.body_from(by))
        if not is_as_expected(resource, by, answer):
            wrong[by] = (answer.status, answer.text)
        if answer.status not in (401, 403):
            callers = None

    assert wrong == {}


def is_as_expected(resource: Resource, by: str, answer: ApiAnswer) -> bool:
    if resource[1] in SECRETS_IN_BODY:
        return answer.status == 401
    if by not in ROWS[resource].may:
        is_known = "{bot}" in resource[1] or by in PEOPLE
        return answer.status == (403 if is_known else 401)
    if resource == SETS_UP_A_FACTOR:
        return (answer.status, answer.json["errors"][0]["field"]) == (400, "password")
    return answer.status in (200, 201, 202, 204, 302, 303, 409)


ALL = [(route.method, route.path) for route in all_routes()]


@pytest.mark.parametrize("resource", [each for each in ALL if each[1] != "/openapi.json"])
def test_no_answer_to_anybody_holds_a_secret(
    resource: Resource, callers: Callers, services: MemoryServices
) -> None:
    method, path = resource
    row = ROWS.get(resource, Row(BOTH, {}))
    hook = Webhook("https://bot.test/hook", ("whsec_webhook-secret-canary",))
    services.directory.put_bot(Bot("demo", "Demo bot", hook))
    ids = staged(callers["bot"], callers["agent"], row.at)

    for by in sorted(ANYBODY):
        answer = callers[by].send(method, filled(path, ids.of(path)), row.body_from(by))
        shown = f"{answer.text} {dict(answer.headers)}"
        assert [secret for secret in SECRETS if secret in shown] == [], by


# 401


SENTENCES = [
    ({}, "Authorization header is missing"),
    ({"Authorization": "Basic YW5hOmFuYQ=="}, 'Unknown scheme "Basic"'),
    ({"Authorization": "Bearer "}, "Authentication token is missing"),
]


@pytest.mark.parametrize(("headers", "sentence"), SENTENCES)
def test_a_401_says_what_is_missing(headers: dict[str, str], sentence: str, nobody: Api) -> None:
    expected = (401, sentence, 'Bearer realm="baton"')
    wrong = {}
    for method, path in GUARDED:
        body = ROWS[method, path].body
        answer = nobody.send(method, filled(path, NOBODYS_ID), body, **headers)
        said = (answer.status, answer.json.get("detail"), answer.headers.get("WWW-Authenticate"))
        if said != expected:
            wrong[method, path] = said

    assert wrong == {}


@pytest.mark.parametrize("named", ["demo", "nosuch"])
@pytest.mark.parametrize("token", ["bk_demo_wrong", "bk_", "bk_nosuch_key", "no.jwt", "x" * 5000])
def test_a_token_that_is_none_is_refused_before_anything_else_is_looked_at(
    token: str, named: str, nobody: Api
) -> None:
    caller = nobody.as_(token)

    statuses = {
        (method, path): caller.send(method, filled(path, NOBODYS_ID, named), b"{not json").status
        for method, path in GUARDED
    }

    assert {each: status for each, status in statuses.items() if status != 401} == {}


def test_an_expired_token_is_refused(services: MemoryServices, ana: Api) -> None:
    services.clock.advance(60 * 60 * 1000 + 1000)
    expired = ana.as_(ana.token)

    assert expired.get("/auth/me").status == 401
    assert expired.get("/bots/demo/conversations").status == 401


def test_an_expired_key_is_refused(services: MemoryServices, bot: Api) -> None:
    ending = bot.as_(key(services, "ending", *Scope, expires_at=services.clock.now() + 1))
    assert ending.get("/bots/demo/conversations").status == 200

    services.clock.advance(1)

    assert ending.get("/bots/demo/conversations").status == 401


@pytest.mark.parametrize(
    ("path", "header"),
    [("/auth/me", "X-User-Id"), ("/agents/me", "X-Agent-Id")],
)
def test_who_calls_is_told_by_the_token_alone(path: str, header: str, ana: Api) -> None:
    answer = ana.send("GET", path, **{header: "p_sam", "X-Bot-Id": "other"})

    assert answer.json["email"] == "ana@example.test"


# Scopes


NEEDS = {
    "/messages": {Scope.MESSAGES},
    "/uploads": {Scope.MESSAGES},
    "/suggestions": {Scope.MESSAGES},
    "/typing": {Scope.MESSAGES},
    "/gate": {Scope.MESSAGES, Scope.READ},
    "/turns": {Scope.MESSAGES, Scope.READ},
    "/commit": {Scope.MESSAGES, Scope.READ},
    "/availability": {Scope.HANDOFFS, Scope.READ},
    "/pause": {Scope.HANDOFFS},
    "/unpause": {Scope.HANDOFFS},
    "/handoff": {Scope.HANDOFFS},
    "/rating": {Scope.HANDOFFS},
    "/tags": {Scope.HANDOFFS},
    "/notifications": {Scope.HANDOFFS},
}
"""By the end of the path; all other routes of a bot need `read`."""


@pytest.mark.parametrize("scope", sorted(BOT_SCOPES))
@pytest.mark.parametrize("resource", [r for r in IN_A_BOT if "bot" in ROWS[r].may])
def test_a_key_may_do_what_its_scopes_say(
    resource: Resource, scope: Scope, services: MemoryServices, callers: Callers
) -> None:
    (method, path), row = resource, ROWS[resource]
    ids = staged(callers["bot"], callers["agent"], row.at)
    scoped = callers["bot"].as_(key(services, f"only-{scope}", scope))
    needed = next((NEEDS[end] for end in NEEDS if path.endswith(end)), {Scope.READ})

    answer = scoped.send(method, filled(path, ids.of(path)), row.body)

    if scope in needed:
        assert answer.status in (200, 201, 202, 204, 302), answer.text
    else:
        assert (answer.status, answer.json["scopes"]) == (403, [scope])


def test_a_lookup_by_name_needs_the_same_scope_as_one_by_address(
    services: MemoryServices, bot: Api
) -> None:
    blind = bot.as_(key(services, "blind", Scope.MESSAGES, Scope.HANDOFFS))

    by_name = blind.get("/bots/demo/conversations/lookup", name="Zed")
    by_address = blind.get("/bots/demo/conversations/lookup", channel="web", user="u-1")

    assert by_name.status == by_address.status == 403
    assert without_request(by_name) == without_request(by_address)
