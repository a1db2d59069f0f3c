"""Two processes with a cache each: no right secret is refused, and no replaced one logs in."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.domain.address import person_id
from tests.api.conversation_setup import BOT
from tests.api.live.socket_client import SocketClient
from tests.support.api import Api
from tests.support.services import MemoryServices, process_with_cache

EMAIL, OLD, NEW = "ana@example.test", "ana-demo", "a long enough password"
CY = {"email": "cy@example.test", "name": "Cy"}
Process = Callable[[], Api]


@pytest.fixture
def here(services: MemoryServices) -> Api:
    return Api(process_with_cache(services))


@pytest.fixture(params=["the same process", "another process"])
def there(request: pytest.FixtureRequest, services: MemoryServices, here: Api) -> Api:
    return here if request.param == "the same process" else Api(process_with_cache(services))


def log_in(api: Api, password: str, email: str = EMAIL) -> Any:
    return api.post("/auth/login", {"email": email, "password": password})


def known(api: Api) -> Api:
    """Logs in, and fills both caches with the person as they are."""
    ana = api.login("ana")
    assert [ana.get(path).status for path in ("/auth/me", f"{BOT}/agents")] == [200, 200]
    return ana


def change(ana: Api, current: str = OLD, new: str = NEW) -> Any:
    return ana.post("/auth/password", {"current": current, "new": new})


def test_a_new_password_is_the_only_one_as_soon_as_it_is_set(here: Api, there: Api) -> None:
    known(there)
    assert change(known(here)).status == 200

    statuses = [log_in(there, password).status for password in (OLD, NEW)]

    assert statuses == [401, 200]


def test_a_first_password_logs_in_as_soon_as_it_is_set(here: Api, there: Api) -> None:
    cy = here.login("owner").post(f"{BOT}/agents", CY).json
    assert log_in(there, NEW, CY["email"]).status == 401

    accepted = here.post("/auth/invitation", {"invitation": cy["invitation"], "password": NEW})

    assert accepted.status == 200
    for _ in range(10):  # One of them must not count as a wrong password.
        assert log_in(there, NEW, CY["email"]).status == 200


def test_the_old_password_is_not_the_current_one_for_another_change(here: Api, there: Api) -> None:
    elsewhere = known(there)
    assert change(known(here)).status == 200

    assert change(elsewhere, current=OLD, new="a third password").status == 401
    assert log_in(here, NEW).status == 200


def test_a_session_that_has_ended_elsewhere_changes_no_password(
    services: MemoryServices, here: Api
) -> None:
    there = Api(process_with_cache(services))
    elsewhere = known(there)
    assert known(here).send("DELETE", "/auth/sessions").status == 204

    assert change(elsewhere).status == 401
    assert log_in(here, OLD).status == 200


@pytest.mark.parametrize("ends", ["/auth/logout", "/auth/password"])
def test_an_ended_session_is_not_renewed(here: Api, there: Api, ends: str) -> None:
    known(there)
    payload = log_in(here, OLD).json["payload"]
    ana, refresh = here.as_(payload["token"]), payload["refresh"]
    assert (change(ana) if "password" in ends else ana.post(ends, {})).status == 200

    assert there.post("/auth/refresh", {"refresh": refresh}).status == 401


def test_a_used_invitation_is_refused_at_once(here: Api, there: Api) -> None:
    cy = _accept(here.login("owner").post(f"{BOT}/agents", CY).json)
    token = here.post("/auth/invitation", cy).json["payload"]["token"]
    assert there.as_(token).get("/auth/me").status == 200

    assert there.post("/auth/invitation", cy).status == 401


def test_a_session_that_has_just_begun_works_everywhere(here: Api, there: Api) -> None:
    known(there)
    token = change(known(here)).json["payload"]["token"]

    ana = there.as_(token)

    assert [ana.get(path).status for path in ("/auth/me", f"{BOT}/agents")] == [200, 200]
    socket = SocketClient(there.services, ana, "c-1")  # type: ignore[arg-type]
    assert socket.do("sync")["ok"] is True


def test_an_open_connection_ends_with_its_session_and_a_new_one_opens_at_once(
    here: Api, there: Api
) -> None:
    before = SocketClient(there.services, known(there), "c-1")  # type: ignore[arg-type]
    assert before.do("sync")["ok"] is True

    ana = there.as_(change(known(here)).json["payload"]["token"])

    after = SocketClient(there.services, ana, "c-2")  # type: ignore[arg-type]
    assert after.do("sync")["ok"] is True
    assert before.events == [{"event": "session_ended"}]


def test_a_person_who_is_enabled_again_is_let_in_at_once(
    services: MemoryServices, here: Api
) -> None:
    ana, person = known(here), services.memory.people[person_id(EMAIL)]
    services.directory.put_person(replace(person, disabled=True))
    services.clock.advance(5000)
    assert [ana.get(path).status for path in ("/auth/me", f"{BOT}/agents")] == [401, 401]

    services.directory.put_person(person)

    assert [ana.get(path).status for path in ("/auth/me", f"{BOT}/agents")] == [200, 200]
    assert log_in(here, OLD).status == 200


def test_a_new_member_is_let_in_at_once(services: MemoryServices, here: Api, there: Api) -> None:
    eve, path = there.login("eve"), "/bots/demo/agents"
    assert eve.get(path).status == 404

    added = here.login("owner").post(f"{BOT}/agents", {"email": "eve@example.test", "name": "Eve"})

    assert (added.status, eve.get(path).status) == (201, 200)


def test_a_new_bot_is_found_at_once(here: Api, there: Api) -> None:
    owner = there.login("owner")
    assert owner.get("/bots/new/agents").status == 404

    assert here.login("owner").post("/bots", {"id": "new"}).status == 201

    assert owner.get("/bots/new/agents").status == 200


def test_the_owner_learns_of_a_password_that_was_set_a_moment_ago(here: Api, there: Api) -> None:
    """Otherwise there would be an invitation for a person who already has a password."""
    cy = here.login("owner").post(f"{BOT}/agents", CY).json
    admin = there.login("owner").post(
        f"{BOT}/agents", {"email": "admin@example.test", "name": "Admin", "role": "admin"}
    )
    token = there.post("/auth/invitation", _accept(admin.json)).json["payload"]["token"]
    path = f"{BOT}/agents/{cy['id']}/invitation"
    renewed = there.as_(token).post(path)
    assert renewed.status == 201

    assert here.post("/auth/invitation", _accept(renewed.json)).status == 200

    assert there.as_(token).post(path).status == 409


def _accept(invited: Any) -> dict[str, str]:
    return {"invitation": invited["invitation"], "password": NEW}
