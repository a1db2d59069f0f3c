"""The installation's owner disables, enables and deletes people, and ends their sessions."""

from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.domain.access import Role
from chalicelib.domain.address import person_id
from chalicelib.entrypoints.websocket import handlers
from chalicelib.usecases.records.second_factor import SecondFactor
from tests.api.conversation_setup import BOT, ok, online, owned, person, waiting
from tests.api.live.socket_client import SocketClient
from tests.support.api import Api
from tests.support.services import ORIGIN, MemoryServices, add_cache, process_with_cache

ANA = {"email": "ana@example.test", "password": "ana-demo"}
WHO = person_id(ANA["email"])
PATH = f"/people/{WHO}"


def people(owner: Api) -> dict[str, Any]:
    return {each["name"]: each for each in ok(owner.get("/people"))["items"]}


def disabled(owner: Api, who: str = WHO) -> None:
    answer = owner.post(f"/people/{who}/disable", {})
    assert answer.status == 204, answer.text


def deleted(owner: Api, who: str = WHO) -> None:
    answer = owner.send("DELETE", f"/people/{who}")
    assert answer.status == 204, answer.text


def events(owner: Api, of: str = WHO) -> list[tuple[str, str]]:
    items = ok(owner.get("/audit"))["items"]
    return [(each["action"], each["actor"]) for each in items if each["object"] == of]


def handshake(services: MemoryServices, ticket: str) -> object:
    headers = {"Origin": ORIGIN, "Sec-WebSocket-Protocol": f"baton.v1, {ticket}"}
    context = {"connectionId": "c-late", "requestId": "r-1"}
    return handlers.connect(services, {"requestContext": context, "headers": headers})["statusCode"]


def second_owner(services: MemoryServices, bot: Api) -> Api:
    who = person(services, "otto")
    found = services.memory.people[who]
    services.directory.put_person(replace(found, is_owner=True))
    return bot.login("otto")


# List


def test_the_list_has_bots_roles_and_the_last_login(
    services: MemoryServices, owner: Api, bot: Api
) -> None:
    person(services, "ada", Role.ADMIN)
    bot.login("ana")
    found = people(owner)

    assert [*found] == ["Ada", "Ana", "Bo", "Eve", "Olga", "Sam"]
    assert found["Ana"]["bots"] == [{"id": "demo", "role": "agent"}]
    assert found["Ada"]["bots"] == [{"id": "demo", "role": "admin"}]
    assert (found["Olga"]["role"], found["Olga"]["bots"]) == ("owner", [])
    assert found["Ana"]["last_login_at"] == "2026-01-01T00:00:00.000Z"
    assert found["Ada"]["last_login_at"] is None


def test_a_person_without_a_bot_and_one_without_a_password_are_in_the_list(owner: Api) -> None:
    ok(owner.post(f"{BOT}/agents", {"email": "cy@example.test", "name": "Cy"}))
    owner.send("DELETE", f"{BOT}/agents/{WHO}")

    found = people(owner)

    assert (found["Ana"]["bots"], found["Ana"]["has_password"]) == ([], True)
    assert found["Cy"]["has_password"] is False


# Disable


@pytest.mark.parametrize("end", [disabled, deleted])
def test_tokens_sockets_and_logins_of_a_disabled_or_deleted_person_end_at_once(
    services: MemoryServices, nobody: Api, owner: Api, end: Any
) -> None:
    ana = nobody.login("ana")
    client = SocketClient(services, ana, "c-ana")
    ticket = ok(ana.post("/socket/ticket", {}))["ticket"]
    other = process_with_cache(services)
    Api(other, ana.token).get("/auth/me")

    end(owner)

    assert client.events[-1] == {"event": "session_ended"}
    assert not services.sockets.is_open("c-ana")
    assert ana.unchecked("GET", "/auth/me").status == 401
    assert nobody.post("/auth/refresh", {"refresh": ana.refresh}).status == 401
    assert handshake(services, ticket) == 401
    services.clock.advance(5000)
    assert Api(other, ana.token).get("/auth/me").status == 401


@pytest.mark.parametrize("end", [disabled, deleted])
def test_the_login_of_a_disabled_or_deleted_person_is_answered_like_a_wrong_password(
    nobody: Api, owner: Api, services: MemoryServices, end: Any
) -> None:
    wrong = nobody.post("/auth/login", {**ANA, "password": "wrong"})
    end(owner)
    compared = services.passwords.compared

    answer = nobody.post("/auth/login", ANA)

    assert (answer.status, answer.text) == (401, wrong.text)
    assert services.passwords.compared == compared + 1


@pytest.mark.parametrize("end", [disabled, deleted])
def test_the_conversations_of_all_bots_return_to_the_queue(
    services: MemoryServices, bot: Api, ana: Api, owner: Api, end: Any
) -> None:
    path = owned(bot, ana)

    end(owner)

    head = ok(bot.get(path))
    assert (head["status"], head["owner"]) == ("waiting", None)


def test_the_conversations_of_an_owner_without_membership_return_to_the_queue(
    services: MemoryServices, bot: Api, owner: Api
) -> None:
    otto = second_owner(services, bot)
    services.administration.remove_member("demo", person_id("otto@example.test"))
    path = owned(bot, otto)

    disabled(owner, person_id("otto@example.test"))

    assert ok(bot.get(path))["status"] == "waiting"


def test_a_disabled_person_is_offline_and_no_conversation_is_transferred_to_them(
    bot: Api, ana: Api, sam: Api, owner: Api
) -> None:
    online(ana)
    path = waiting(bot)

    disabled(owner)

    [found] = [each for each in ok(bot.get(f"{BOT}/agents"))["items"] if each["id"] == WHO]
    assert found["status"] == "offline"
    assert sam.post(f"{path}/transfer", {"agent": WHO}).status == 409


def test_an_invitation_of_a_disabled_person_is_refused(owner: Api, nobody: Api) -> None:
    cy = ok(owner.post(f"{BOT}/agents", {"email": "cy@example.test", "name": "Cy"}))
    body = {"invitation": cy["invitation"], "password": "a long enough password"}

    disabled(owner, cy["id"])

    assert nobody.post("/auth/invitation", body).status == 401


def test_a_person_who_is_enabled_again_logs_in_but_earlier_sessions_stay_ended(
    nobody: Api, owner: Api
) -> None:
    ana = nobody.login("ana")
    disabled(owner)

    assert owner.post(f"{PATH}/enable", {}).status == 204

    assert ana.unchecked("GET", "/auth/me").status == 401
    assert nobody.post("/auth/refresh", {"refresh": ana.refresh}).status == 401
    nobody.login("ana")


def test_a_person_who_is_enabled_logs_in_at_once_where_they_are_cached(
    services: MemoryServices, owner: Api, nobody: Api
) -> None:
    add_cache(services)
    disabled(owner)
    services.directory.person(WHO)
    owner.post(f"{PATH}/enable", {})

    assert ok(nobody.login("ana").get("/auth/me"))["id"] == WHO


def test_disabling_twice_changes_nothing_and_is_recorded_once(owner: Api, ana: Api) -> None:
    for _ in range(2):
        disabled(owner)

    me = ok(owner.get("/auth/me"))["id"]
    assert events(owner).count(("person_disabled", me)) == 1


# Delete


def test_a_deleted_person_is_in_no_list_and_has_no_rows(
    services: MemoryServices, bot: Api, ana: Api, owner: Api
) -> None:
    online(ana)
    services.second_factors.replace(None, SecondFactor(WHO, "secret"))

    deleted(owner)

    assert "Ana" not in people(owner)
    assert services.second_factors.get(WHO) is None
    assert "Ana" not in [each["name"] for each in ok(bot.get(f"{BOT}/agents"))["items"]]
    assert WHO not in services.memory.people | services.memory.presences
    assert [place for place in services.memory.sessions if place[0] == WHO] == []
    assert owner.send("DELETE", PATH).status == 404


def test_an_account_with_the_address_of_a_deleted_one_accepts_no_token_of_it(
    services: MemoryServices, nobody: Api, owner: Api
) -> None:
    cy = {"email": "cy@example.test", "name": "Cy"}
    first = ok(owner.post(f"{BOT}/agents", cy))
    password = {"password": "a long enough password"}
    deleted(owner, first["id"])
    services.clock.advance(1)

    second = ok(owner.post(f"{BOT}/agents", cy))

    assert second["id"] == first["id"]
    refused = nobody.post("/auth/invitation", {"invitation": first["invitation"], **password})
    assert refused.status == 401
    ok(nobody.post("/auth/invitation", {"invitation": second["invitation"], **password}))


def test_every_change_is_in_the_audit_trail_with_the_owner(owner: Api, nobody: Api) -> None:
    nobody.login("ana")
    ok_statuses = [
        owner.send("DELETE", f"{PATH}/sessions").status,
        owner.post(f"{PATH}/disable", {}).status,
        owner.post(f"{PATH}/enable", {}).status,
        owner.send("DELETE", PATH).status,
    ]

    me = ok(owner.get("/auth/me"))["id"]
    assert ok_statuses == [204] * 4
    done = [action for action, actor in events(owner) if actor == me]
    assert sorted(done) == [
        "person_deleted",
        "person_disabled",
        "person_disabled",
        "person_enabled",
        "session_ended",
    ]


# The last owner


@pytest.mark.parametrize(
    ("method", "end"), [("POST", "/disable"), ("DELETE", "")], ids=["disable", "delete"]
)
def test_nobody_can_disable_or_delete_themself_so_the_last_owner_stays(
    owner: Api, method: str, end: str
) -> None:
    me = ok(owner.get("/auth/me"))["id"]

    answer = owner.send(method, f"/people/{me}{end}", {} if end else None)

    assert (answer.status, answer.json["code"]) == (409, "conflict")
    assert "last owner" in answer.json["detail"]
    assert ok(owner.get("/auth/me"))["id"] == me


def test_an_owner_who_is_disabled_disables_nobody_from_a_stale_cache(
    services: MemoryServices, bot: Api, owner: Api
) -> None:
    """Otherwise two owners who disable each other at once would leave none."""
    otto = second_owner(services, bot)
    stale = Api(process_with_cache(services), otto.token)
    stale.get("/auth/me")
    disabled(owner, person_id("otto@example.test"))
    me = ok(owner.get("/auth/me"))["id"]

    answer = stale.post(f"/people/{me}/disable", {})

    assert answer.status == 409
    assert ok(owner.get("/auth/me"))["id"] == me


# Sessions


def test_the_owner_sees_and_ends_the_sessions_of_a_person(
    services: MemoryServices, nobody: Api, owner: Api
) -> None:
    ana = nobody.login("ana")
    client = SocketClient(services, ana, "c-ana")
    [session] = ok(owner.get(f"{PATH}/sessions"))["items"]
    assert (session["address"], session["current"]) == ("127.0.0.1", False)

    assert owner.send("DELETE", f"{PATH}/sessions").status == 204

    assert ok(owner.get(f"{PATH}/sessions"))["items"] == []
    assert client.events[-1] == {"event": "session_ended"}
    assert ana.unchecked("GET", "/auth/me").status == 401
    nobody.login("ana")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/disable"),
        ("POST", "/enable"),
        ("DELETE", ""),
        ("GET", "/sessions"),
        ("DELETE", "/sessions"),
    ],
)
def test_an_unknown_person_is_404(owner: Api, method: str, path: str) -> None:
    answer = owner.send(method, f"/people/p_nobody{path}", {} if method == "POST" else None)

    assert (answer.status, answer.json["code"]) == (404, "not_found")
