"""Members: invitation, change of role and queues, removal, passwords."""

from typing import Any

import pytest

from chalicelib.usecases import reactions
from chalicelib.usecases.admin.members import INVITATION_LIFE_MS
from tests.api.conversation_setup import BOT, id_of, ok, one, owned
from tests.api.live.socket_client import SocketClient
from tests.support.api import Api
from tests.support.services import MemoryServices, add_cache

CY = {"email": "cy@example.test", "name": "Cy", "queues": ["sales"], "capacity": 3}
PASSWORD = "a long enough password"


def invited(owner: Api, **more: Any) -> Any:
    answer = owner.post(f"{BOT}/agents", {**CY, **more})
    assert answer.status == 201, answer.text
    return answer.json


def accepted(nobody: Api, invitation: str, password: str = PASSWORD) -> Any:
    return nobody.post("/auth/invitation", {"invitation": invitation, "password": password})


def test_an_invited_person_sets_a_password_and_becomes_an_agent(owner: Api, nobody: Api) -> None:
    cy = invited(owner)

    answer = accepted(nobody, cy["invitation"])

    mine = nobody.as_(answer.json["payload"]["token"])
    assert ok(mine.get("/auth/me"))["bots"] == ["demo"]
    (member,) = [m for m in ok(mine.get(f"{BOT}/agents"))["items"] if m["id"] == cy["id"]]
    assert (member["role"], member["queues"], member["capacity"]) == ("agent", ["sales"], 3)
    login = {"email": CY["email"], "password": PASSWORD}
    assert nobody.post("/auth/login", login).status == 200


def test_an_invitation_works_once(owner: Api, nobody: Api) -> None:
    token = invited(owner)["invitation"]
    assert accepted(nobody, token).status == 200

    assert accepted(nobody, token, "another password").status == 401


def test_only_admins_see_who_needs_an_invitation(owner: Api, ana: Api, bot: Api) -> None:
    ok(owner.post(f"{BOT}/agents", {"email": "nell@example.test", "name": "Nell"}))

    shown = {each["name"]: each["has_password"] for each in ok(owner.get(f"{BOT}/agents"))["items"]}

    assert (shown["Nell"], shown["Ana"]) == (False, True)
    for caller in (ana, bot):
        agents = ok(caller.get(f"{BOT}/agents"))["items"]
        assert not any("has_password" in each for each in agents)


def test_an_invitation_expires(services: MemoryServices, owner: Api, nobody: Api) -> None:
    token = invited(owner)["invitation"]
    services.clock.advance(INVITATION_LIFE_MS)

    assert accepted(nobody, token).status == 401


def test_an_invitation_works_only_as_an_invitation(owner: Api, nobody: Api) -> None:
    token = invited(owner)["invitation"]
    session = ok(nobody.post("/auth/login", {"email": "ana@example.test", "password": "ana-demo"}))

    assert nobody.as_(token).get("/auth/me").status == 401
    assert nobody.post("/auth/refresh", {"refresh": token}).status == 401
    for other in (session["payload"]["token"], session["payload"]["refresh"]):
        assert accepted(nobody, other).status == 401


@pytest.mark.parametrize("password", ["", "short", "x" * 257])
def test_a_password_has_eight_characters_or_more(owner: Api, nobody: Api, password: str) -> None:
    token = invited(owner)["invitation"]

    assert accepted(nobody, token, password).status == 400
    assert accepted(nobody, token).status == 200


def test_a_person_without_a_password_cannot_log_in(owner: Api, nobody: Api) -> None:
    invited(owner)

    for password in ("", "plain:", PASSWORD):
        login = {"email": CY["email"], "password": password}
        assert nobody.post("/auth/login", login).status == 401


def test_a_person_with_a_password_is_added_without_invitation_and_keeps_their_name(
    owner: Api,
) -> None:
    eve = invited(owner, email="eve@example.test", name="Mallory")

    assert (eve["invitation"], eve["name"]) == (None, "Eve")


def test_a_removed_member_receives_no_more_pushes(
    services: MemoryServices, bot: Api, ana: Api, owner: Api
) -> None:
    client = SocketClient(services, ana, "c-ana")
    who = ok(ana.get("/auth/me"))["id"]
    owner.send("DELETE", f"{BOT}/agents/{who}")
    ok(bot.post(f"{BOT}/notifications", {"message": "Look."}))

    for notification in services.notifications.latest("demo", None, 1):
        reactions.react(services, notification)

    assert client.events == [{"event": "session_ended"}]
    assert not services.sockets.is_open("c-ana")
    assert services.connections.get("c-ana") is None


def test_inviting_an_existing_member_is_a_conflict(owner: Api) -> None:
    answer = owner.post(f"{BOT}/agents", {**CY, "email": "ana@example.test"})

    assert (answer.status, answer.json["code"]) == (409, "conflict")


def test_changing_a_members_role_keeps_their_load(bot: Api, ana: Api, owner: Api) -> None:
    owned(bot, ana)
    (member,) = [m for m in ok(bot.get(f"{BOT}/agents"))["items"] if m["name"] == "Ana"]

    place = {"role": "supervisor", "queues": ["vip"], "capacity": 2}
    changed = ok(owner.put(f"{BOT}/agents/{member['id']}", place))

    assert (changed["role"], changed["queues"], changed["capacity"]) == ("supervisor", ["vip"], 2)
    assert changed["open"] == 1


def test_the_conversations_of_a_removed_member_return_to_the_queue(
    services: MemoryServices, bot: Api, ana: Api, owner: Api
) -> None:
    path = owned(bot, ana)
    who = ok(bot.get(path))["owner"]

    assert owner.send("DELETE", f"{BOT}/agents/{who}").status == 204
    services.clock.advance(5000)

    head = ok(bot.get(path))
    assert (head["status"], head["owner"]) == ("waiting", None)
    assert ana.get(one(id_of(path))).status == 404
    assert owner.send("DELETE", f"{BOT}/agents/{who}").status == 404


@pytest.mark.parametrize(
    "wrong",
    [
        *({"role": role} for role in ("owner", "bot")),
        *(
            {"email": email}
            for email in ("cy", "cy@a\r\nBcc:eve@b", "cy@a,eve@b", "c\u202ey@a", "@a")
        ),
        {"name": ""},
        {"capacity": -1},
    ],
)
def test_an_invalid_invitation_is_refused_and_adds_no_member(
    owner: Api, wrong: dict[str, Any]
) -> None:
    answer = owner.post(f"{BOT}/agents", {**CY, **wrong})

    names = [member["name"] for member in ok(owner.get(f"{BOT}/agents"))["items"]]
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")
    assert "Cy" not in names


# One's own password


def change(caller: Api, current: str, new: str) -> Any:
    return caller.post("/auth/password", {"current": current, "new": new})


def test_a_new_password_ends_all_other_sessions(
    services: MemoryServices, bot: Api, ana: Api, nobody: Api
) -> None:
    elsewhere = bot.login("ana")

    answer = change(ana, "ana-demo", PASSWORD)

    services.clock.advance(5000)
    assert answer.status == 200, answer.text
    assert nobody.as_(answer.json["payload"]["token"]).get("/auth/me").status == 200
    assert elsewhere.get("/auth/me").status == 401
    login = {"email": "ana@example.test", "password": "ana-demo"}
    assert nobody.post("/auth/login", login).status == 401
    assert nobody.post("/auth/login", {**login, "password": PASSWORD}).status == 200


def test_a_wrong_current_password_changes_nothing(ana: Api, bot: Api) -> None:
    assert change(ana, "wrong", PASSWORD).status == 401

    bot.login("ana")


def test_guessing_the_current_password_is_limited(ana: Api) -> None:
    answers = [change(ana, f"wrong-{n}", PASSWORD) for n in range(12)]

    assert answers[-1].status == 429
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_a_session_from_a_password_change_works_at_once(
    services: MemoryServices, owner: Api, ana: Api, nobody: Api
) -> None:
    """Also where the person is remembered as they were."""
    add_cache(services)
    for path in ("/auth/me", f"{BOT}/agents"):
        assert ana.get(path).status == 200

    answers = (change(ana, "ana-demo", PASSWORD), accepted(nobody, invited(owner)["invitation"]))

    for answer in answers:
        mine = nobody.as_(answer.json["payload"]["token"])
        assert (mine.get(f"{BOT}/agents").status, mine.get("/auth/me").status) == (200, 200)
