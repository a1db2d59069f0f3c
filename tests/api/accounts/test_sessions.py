"""A session is one login on one device: its list, its tokens, its limits and its end."""

from collections.abc import Callable

import pytest

from chalicelib.domain.errors import Unauthenticated
from chalicelib.usecases.live import sockets
from tests.api.conversation_setup import BOT, ok
from tests.api.live.socket_client import SocketClient
from tests.support.api import Api, ApiAnswer
from tests.support.services import HOUR, MemoryServices

ANA = {"email": "ana@example.test", "password": "ana-demo"}
MINUTE = 60 * 1000
LogIn = Callable[[], dict[str, str]]


@pytest.fixture
def log_in(nobody: Api) -> LogIn:
    """Returns the tokens."""

    def as_ana() -> dict[str, str]:
        payload: dict[str, str] = ok(nobody.post("/auth/login", ANA))["payload"]
        return payload

    return as_ana


def refreshed(nobody: Api, token: str) -> ApiAnswer:
    return nobody.post("/auth/refresh", {"refresh": token})


def is_in(nobody: Api, token: str) -> bool:
    return nobody.as_(token).get("/auth/me").status == 200


def listed(ana: Api) -> list[dict[str, object]]:
    items: list[dict[str, object]] = ok(ana.get("/auth/sessions"))["items"]
    return items


def test_each_login_is_a_session_with_its_device(nobody: Api) -> None:
    answer = nobody.post("/auth/login", ANA, **{"User-Agent": "Firefox/140 " + "x" * 500})
    other = ok(nobody.post("/auth/login", ANA))["payload"]

    found = {each["current"]: each for each in listed(nobody.as_(other["token"]))}

    assert ok(answer)
    assert len(found) == 2
    assert str(found[False]["device"]).startswith("Firefox/140 x")
    assert len(str(found[False]["device"])) == 200
    assert found[True]["created_at"] == found[True]["used_at"] == "2026-01-01T00:00:00.000Z"
    assert found[True]["expires_at"] == "2026-01-08T00:00:00.000Z"


def test_an_access_token_lives_for_fifteen_minutes(
    services: MemoryServices, nobody: Api, log_in: LogIn
) -> None:
    token = log_in()["token"]

    services.clock.advance(15 * MINUTE - 1)
    assert is_in(nobody, token)
    services.clock.advance(1)
    assert not is_in(nobody, token)


def test_a_refresh_token_gives_the_next_pair_once(nobody: Api, log_in: LogIn) -> None:
    first = log_in()

    second = ok(refreshed(nobody, first["refresh"]))["payload"]
    third = ok(refreshed(nobody, second["refresh"]))["payload"]

    assert len({first["refresh"], second["refresh"], third["refresh"]}) == 3
    assert is_in(nobody, third["token"])


def test_a_refresh_token_that_is_used_twice_ends_its_session(nobody: Api, log_in: LogIn) -> None:
    first, other = log_in(), log_in()
    second = ok(refreshed(nobody, first["refresh"]))["payload"]

    stolen = refreshed(nobody, first["refresh"])

    assert (stolen.status, stolen.json["code"]) == (401, "unauthenticated")
    assert "used before" in stolen.json["detail"]
    assert refreshed(nobody, second["refresh"]).status == 401
    assert not is_in(nobody, second["token"])
    assert is_in(nobody, other["token"])


def test_a_session_that_is_not_used_ends_after_twelve_hours(
    services: MemoryServices, nobody: Api, log_in: LogIn
) -> None:
    ended, used = log_in()["refresh"], log_in()["refresh"]
    services.clock.advance(6 * HOUR)
    used = ok(refreshed(nobody, used))["payload"]["refresh"]
    services.clock.advance(6 * HOUR)

    assert refreshed(nobody, ended).status == 401
    ana = nobody.as_(ok(refreshed(nobody, used))["payload"]["token"])
    assert len(listed(ana)) == 1


def test_a_session_ends_after_seven_days_although_it_is_used(
    services: MemoryServices, nobody: Api, log_in: LogIn
) -> None:
    tokens, hours = log_in(), 0
    while (answer := refreshed(nobody, tokens["refresh"])).status == 200:
        tokens, hours = answer.json["payload"], hours + 6
        services.clock.advance(6 * HOUR)

    assert hours == 7 * 24
    assert not is_in(nobody, tokens["token"])


def test_a_session_can_be_ended_from_another_device(nobody: Api, log_in: LogIn) -> None:
    lost, here = log_in(), log_in()
    ana = nobody.as_(here["token"])
    [lost_id] = [each["id"] for each in listed(ana) if not each["current"]]

    assert ana.send("DELETE", f"/auth/sessions/{lost_id}").status == 204

    assert not is_in(nobody, lost["token"])
    assert refreshed(nobody, lost["refresh"]).status == 401
    assert [each["current"] for each in listed(ana)] == [True]
    assert ana.send("DELETE", f"/auth/sessions/{lost_id}").status == 404


def test_nobody_ends_the_session_of_another_person(ana: Api, bo: Api) -> None:
    [mine] = [each["id"] for each in listed(ana)]

    assert bo.send("DELETE", f"/auth/sessions/{mine}").status == 404

    assert ana.get("/auth/me").status == 200


def test_all_other_sessions_can_be_ended_at_once(nobody: Api, log_in: LogIn) -> None:
    others, here = [log_in(), log_in()], log_in()
    ana = nobody.as_(here["token"])

    assert ana.send("DELETE", "/auth/sessions").status == 204

    assert [is_in(nobody, each["token"]) for each in (*others, here)] == [False, False, True]
    assert len(listed(ana)) == 1


def test_a_new_password_ends_all_other_sessions(nobody: Api, log_in: LogIn) -> None:
    other, here = log_in(), log_in()
    body = {"current": ANA["password"], "new": "a long enough password"}

    new = ok(nobody.as_(here["token"]).post("/auth/password", body))["payload"]

    assert [is_in(nobody, each["token"]) for each in (other, here, new)] == [False, False, True]
    assert len(listed(nobody.as_(new["token"]))) == 1


def test_the_fifty_first_login_ends_the_session_that_was_not_used_for_the_longest(
    services: MemoryServices, nobody: Api, log_in: LogIn
) -> None:
    oldest = log_in()
    services.clock.advance(1)
    second = log_in()
    for _ in range(48):
        services.clock.advance(1)
        log_in()
    assert is_in(nobody, oldest["token"])
    services.clock.advance(1)

    last = log_in()

    assert [is_in(nobody, each["token"]) for each in (oldest, second, last)] == [False, True, True]
    assert len(listed(nobody.as_(last["token"]))) == 50


def test_only_the_connections_of_an_ended_session_are_closed(
    services: MemoryServices, nobody: Api, log_in: LogIn
) -> None:
    there, here = (nobody.as_(log_in()["token"]) for _ in range(2))
    ended, kept = (SocketClient(services, *one) for one in ((there, "there"), (here, "here")))

    ok(there.post("/auth/logout", {}))

    assert ended.events == [{"event": "session_ended"}]
    assert "there" not in services.memory.connections
    assert kept.events == []
    assert kept.do("ping")["ok"] is True


def test_an_agent_who_logs_out_on_one_device_stays_connected_on_the_other(
    services: MemoryServices, bot: Api, nobody: Api, log_in: LogIn
) -> None:
    there, here = (nobody.as_(log_in()["token"]) for _ in range(2))
    SocketClient(services, here, "here")

    ok(there.post("/auth/logout", {}))
    assert ok(bot.get(f"{BOT}/availability"))["online"] == 1
    ok(here.post("/auth/logout", {}))

    assert ok(bot.get(f"{BOT}/availability"))["online"] == 0


def test_a_ticket_of_an_ended_session_opens_nothing(
    services: MemoryServices, nobody: Api, log_in: LogIn
) -> None:
    there, here = (nobody.as_(log_in()["token"]) for _ in range(2))
    ticket = ok(there.post("/socket/ticket", {}))["ticket"]

    assert here.send("DELETE", "/auth/sessions").status == 204

    with pytest.raises(Unauthenticated):
        sockets.connect(services, "late", ticket)
