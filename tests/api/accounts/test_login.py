"""Logging in, staying logged in, logging out."""

import pytest
from msgspec.structs import replace

from chalicelib.domain.address import person_id
from chalicelib.domain.errors import Unauthenticated
from chalicelib.usecases.live import sockets
from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.connections import SocketConnection
from chalicelib.usecases.records.stream import CommittedEntry
from tests.api.conversation_setup import BOT, id_of, message, ok, owned
from tests.api.live.socket_client import SocketClient
from tests.support.api import Api, ApiAnswer
from tests.support.fakes import UnreachableSockets
from tests.support.memory.connections import MemoryConnections
from tests.support.services import MemoryServices, process_with_cache

PATHS = ["/auth/login", "/auth/login/basic/default", "/auth/login/basic/anything%20else"]
ANA = {"email": "ana@example.test", "password": "ana-demo"}
HOUR = 60 * 60 * 1000


@pytest.mark.parametrize("path", PATHS)
def test_login_answers_as_botpress_does_under_both_names_of_the_token(
    path: str, nobody: Api
) -> None:
    answer = nobody.post(path, ANA)

    payload = answer.json["payload"]
    assert (answer.status, answer.json["status"]) == (200, "success")
    assert answer.json["message"] == "Login successful"
    assert (payload["token"], payload["exp"]) == (payload["jwt"], HOUR // 4)
    assert nobody.as_(payload["token"]).get("/auth/me").status == 200


@pytest.mark.parametrize("email", ["ANA@Example.TEST", "  ana@example.test "])
def test_an_email_address_ignores_case(email: str, nobody: Api) -> None:
    assert nobody.post("/auth/login", {**ANA, "email": email}).status == 200


WRONG = [
    {**ANA, "password": "bo-demo"},
    {**ANA, "password": ""},
    {**ANA, "password": "ana-demo\0"},
    {**ANA, "password": "x" * 60_000},
    {"email": "nobody@example.test", "password": "ana-demo"},
    {"email": "", "password": ""},
    {"email": "' OR 1=1 --", "password": "ana-demo"},
]


@pytest.mark.parametrize("body", WRONG)
@pytest.mark.parametrize("path", PATHS[:2])
def test_every_failed_login_has_the_same_answer_and_cost(
    path: str, body: dict[str, str], services: MemoryServices, nobody: Api
) -> None:
    before = services.passwords.compared

    answer = nobody.post(path, body)

    assert answer.status == 401
    assert answer.json == {
        "statusCode": 401,
        "errorCode": "BP_0009",
        "type": "InvalidCredentialsError",
        "message": "Invalid credentials",
        "details": "",
        "docs": "https://botpress.com/docs",
    }
    assert services.passwords.compared == before + 1


@pytest.mark.parametrize("wrong", [None, 1, True, ["ana-demo"], {"$ne": ""}])
@pytest.mark.parametrize("path", PATHS[:2])
@pytest.mark.parametrize("field", ["email", "password"])
def test_a_login_with_a_field_that_is_not_text_is_refused(
    path: str, field: str, wrong: object, nobody: Api
) -> None:
    answer = nobody.post(path, {**ANA, field: wrong})

    assert (answer.status, answer.json["errorCode"]) == (400, "BP_0040")


@pytest.mark.parametrize("path", PATHS[:2])
def test_a_disabled_person_can_neither_log_in_nor_use_a_token(
    path: str, services: MemoryServices, bot: Api, ana: Api
) -> None:
    _disable(services, "ana@example.test")

    assert bot.as_(None).post(path, ANA).json["errorCode"] == "BP_0009"
    assert ana.get("/auth/me").status == 401
    assert ana.get("/bots/demo/conversations").status == 401


def test_too_many_attempts_are_refused_for_a_while_even_with_the_right_password(
    services: MemoryServices, nobody: Api
) -> None:
    for _ in range(10):
        assert nobody.post("/auth/login", {**ANA, "password": "wrong"}).status == 401

    refused = nobody.post("/auth/login", ANA)

    assert (refused.status, refused.json["errorCode"]) == (429, "BP_0011")
    assert refused.headers["Retry-After"] == "900"
    services.clock.advance(900 * 1000)
    assert nobody.post("/auth/login", ANA).status == 200


def test_locking_one_account_does_not_lock_another(nobody: Api) -> None:
    for _ in range(11):
        nobody.post("/auth/login", {**ANA, "password": "wrong"})

    other = {"email": "bo@example.test", "password": "bo-demo"}
    assert nobody.post("/auth/login", other).status == 200


# Refresh


def test_a_refresh_token_gives_a_new_pair_after_the_access_token_has_expired(
    services: MemoryServices, nobody: Api
) -> None:
    first = ok(nobody.post("/auth/login", ANA))["payload"]
    services.clock.advance(2 * HOUR)

    second = ok(nobody.post("/auth/refresh", {"refresh": first["refresh"]}))["payload"]

    assert nobody.as_(first["token"]).get("/auth/me").status == 401
    assert nobody.as_(second["token"]).get("/auth/me").status == 200


def test_each_kind_of_token_works_only_for_its_purpose(nobody: Api) -> None:
    payload = ok(nobody.post("/auth/login", ANA))["payload"]

    assert _refreshed(nobody, payload["token"]).status == 401
    assert nobody.as_(payload["refresh"]).get("/auth/me").status == 401


@pytest.mark.parametrize("token", ["", "x", "bk_demo_onlyforloopback", "é", "a.b.c"])
def test_an_invalid_refresh_token_is_refused(token: str, nobody: Api) -> None:
    assert _refreshed(nobody, token).status == 401


def _refreshed(nobody: Api, token: str) -> ApiAnswer:
    return nobody.post("/auth/refresh", {"refresh": token})


# Logout


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_logout_ends_its_own_session_and_no_other(method: str, bot: Api, ana: Api, bo: Api) -> None:
    elsewhere = bot.login("ana")
    payload = ok(bot.as_(None).post("/auth/login", ANA))["payload"]

    ok(ana.as_(payload["token"]).send(method, "/auth/logout"))

    assert ana.as_(payload["token"]).get("/auth/me").status == 401
    assert _refreshed(bot.as_(None), payload["refresh"]).status == 401
    assert [each.get("/auth/me").status for each in (ana, elsewhere, bo)] == [200, 200, 200]


# Oneself, and the ticket


def test_auth_me_returns_the_person_and_their_bots(ana: Api) -> None:
    assert ana.get("/auth/me").json == {
        "id": person_id("ana@example.test"),
        "email": "ana@example.test",
        "name": "Ana",
        "role": None,
        "bots": ["demo"],
    }


def test_the_installations_owner_serves_every_bot(owner: Api) -> None:
    me, as_agent = owner.get("/auth/me").json, owner.get("/agents/me").json

    assert me["role"] == "owner"
    assert me["bots"] == as_agent["bots"] == ["demo", "other"]


def test_a_socket_ticket_expires_after_thirty_seconds_and_is_unique(
    services: MemoryServices, ana: Api
) -> None:
    first, second = ana.post("/socket/ticket"), ana.post("/socket/ticket", {})

    assert first.status == 201
    assert first.json["expires_at"] == "2026-01-01T00:00:30.000Z"
    assert first.json["url"] == services.socket_url
    assert first.json["ticket"] != second.json["ticket"]


def _disable(services: MemoryServices, email: str) -> None:
    found = services.directory.person(person_id(email))
    assert found is not None
    services.directory.put_person(replace(found, disabled=True))


def test_a_logged_out_agent_is_offline(bot: Api, ana: Api) -> None:
    ok(ana.put("/agents/me/status", {"status": "online"}))
    assert ok(bot.get(f"{BOT}/availability"))["online"] == 1

    assert ana.post("/auth/logout", {}).status == 200

    assert ok(bot.get(f"{BOT}/availability"))["online"] == 0


# Open connections


@pytest.mark.parametrize("ends", ["logout", "password"])
def test_the_open_connections_of_an_ended_session_are_told_and_closed(
    ends: str, services: MemoryServices, ana: Api, bo: Api
) -> None:
    mine, also_mine, bos = (
        SocketClient(services, agent, name)
        for agent, name in ((ana, "one"), (ana, "two"), (bo, "bo's"))
    )
    body = {"current": "ana-demo", "new": "a long enough password"} if ends == "password" else {}

    ok(ana.post(f"/auth/{ends}", body))

    assert mine.events == also_mine.events == [{"event": "session_ended"}]
    assert bos.events == []
    assert [services.sockets.is_open(each) for each in ("one", "two", "bo's")] == [0, 0, 1]


def test_a_connection_of_an_ended_session_receives_nothing_more(
    services: MemoryServices, bot: Api, ana: Api, bo: Api
) -> None:
    path = owned(bot, ana)
    mine, bos = SocketClient(services, ana, "ana"), SocketClient(services, bo, "bo")
    for each in (mine, bos):
        each.do("watch", conversation_id=id_of(path), after=0)
    before = len(mine.received)

    ok(ana.post("/auth/logout", {}))
    services.sockets.connect("ana")  # as if API Gateway had not closed it yet
    ok(bot.post(f"{BOT}/messages", message()))
    assert bot.post(f"{path}/typing", {"from": "user"}).status < 300
    bos.do("typing", conversation_id=id_of(path))
    for entry in services.conversations.entries_after("demo", id_of(path), 0, 99):
        react(services, CommittedEntry("demo", id_of(path), entry))

    assert mine.received[before:] == [{"event": "session_ended"}]
    assert [each["people"] for each in bos.events if each["event"] == "viewers"][-1] == [
        {"id": person_id("bo@example.test"), "name": "Bo"}
    ]


def test_a_session_that_ends_while_its_connection_opens_is_refused(
    services: MemoryServices, ana: Api
) -> None:
    ticket = ana.post("/socket/ticket").json["ticket"]
    another = process_with_cache(services)
    assert another.directory.person(person_id("ana@example.test"))

    class EndsMeanwhile(MemoryConnections):
        def put(self, connection: SocketConnection) -> None:
            ok(ana.post("/auth/logout", {}))
            super().put(connection)

    another.connections = EndsMeanwhile(services.memory)

    with pytest.raises(Unauthenticated):
        sockets.connect(another, "late", ticket)


def test_a_connection_stays_if_api_gateway_cannot_close_it_but_is_not_known_any_more(
    services: MemoryServices, ana: Api
) -> None:
    services.sockets = UnreachableSockets("ana")
    mine = SocketClient(services, ana, "ana")

    ok(ana.post("/auth/logout", {}))

    assert services.sockets.is_open("ana")
    services.sockets.broken = None
    assert mine.send('{"id": 1, "action": "ping"}')["error"]["code"] == "unauthenticated"


def test_a_connection_of_the_new_session_hears_of_nothing(
    services: MemoryServices, ana: Api
) -> None:
    old = SocketClient(services, ana, "old")
    for current, new in (
        ("ana-demo", "the second password"),
        ("the second password", "the third password"),
    ):
        body = {"current": current, "new": new}
        ana = ana.as_(ok(ana.post("/auth/password", body))["payload"]["token"])
    new_one = SocketClient(services, ana, "new")

    assert len(old.events) == 1
    assert new_one.events == []


def test_a_logout_succeeds_if_a_connection_cannot_be_reached(
    services: MemoryServices, ana: Api
) -> None:
    SocketClient(services, ana, "one")
    services.sockets.disconnect("one")

    assert ana.post("/auth/logout", {}).status == 200
