"""Password resets: who starts one, and what its link does."""

from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.domain.address import person_id
from chalicelib.usecases.accounts.reset_links import LIFE_MS
from tests.api.conversation_setup import ok
from tests.api.live.socket_client import SocketClient
from tests.support.api import Api, ApiAnswer
from tests.support.services import MemoryServices

ANA = {"email": "ana@example.test", "password": "ana-demo"}
WHO = person_id(ANA["email"])
NEW = "a long enough password"


@pytest.fixture
def token(owner: Api) -> str:
    started: dict[str, Any] = ok(owner.post(f"/people/{WHO}/password-reset", {}))
    return str(started["token"])


def reset(nobody: Api, token: str, password: str = NEW) -> ApiAnswer:
    return nobody.post("/auth/password/reset", {"token": token, "password": password})


def test_a_link_sets_the_password_and_ends_all_sessions(
    services: MemoryServices, token: str, ana: Api, nobody: Api
) -> None:
    client = SocketClient(services, ana, "c-ana")

    assert reset(nobody, token).status == 204

    assert ana.unchecked("GET", "/auth/me").status == 401
    assert client.events[-1] == {"event": "session_ended"}
    assert nobody.post("/auth/login", ANA).status == 401
    assert nobody.post("/auth/login", {**ANA, "password": NEW}).status == 200


def test_a_link_works_once(token: str, nobody: Api) -> None:
    assert reset(nobody, token).status == 204

    assert reset(nobody, token, "another long password").status == 401


def test_of_two_links_the_second_one_ends_with_the_first(
    token: str, owner: Api, nobody: Api
) -> None:
    other = ok(owner.post(f"/people/{WHO}/password-reset", {}))["token"]
    assert reset(nobody, other).status == 204

    assert reset(nobody, token, "another long password").status == 401


def test_a_link_expires_after_an_hour(services: MemoryServices, token: str, nobody: Api) -> None:
    services.clock.advance(LIFE_MS)

    assert reset(nobody, token).status == 401


@pytest.mark.parametrize("password", ["short", "password123", "ana@example.test"])
def test_a_password_that_is_refused_leaves_the_link_as_it_is(
    token: str, nobody: Api, password: str
) -> None:
    refused = reset(nobody, token, password)

    assert refused.status == 400
    assert refused.json["errors"][0]["field"] == "password"
    assert reset(nobody, token).status == 204


def test_a_link_of_a_disabled_person_is_refused(token: str, owner: Api, nobody: Api) -> None:
    owner.post(f"/people/{WHO}/disable", {})

    assert reset(nobody, token).status == 401


def test_only_a_hash_of_the_token_is_stored(services: MemoryServices, token: str) -> None:
    assert token not in str(services.memory.password_resets)


def test_a_reset_is_recorded_with_who_started_it(token: str, owner: Api, nobody: Api) -> None:
    reset(nobody, token)

    answer = owner.get("/audit")
    found = {each["action"]: each["actor"] for each in answer.json["items"]}
    assert found["password_reset_started"] == ok(owner.get("/auth/me"))["id"]
    assert found["password_reset"] == WHO
    assert token not in answer.text


def test_a_reset_proves_the_address(
    services: MemoryServices, token: str, owner: Api, nobody: Api
) -> None:
    services.directory.put_person(replace(services.memory.people[WHO], registered_by="demo"))

    reset(nobody, token)

    [ana] = [each for each in ok(owner.get("/people"))["items"] if each["id"] == WHO]
    assert ana["registered_by"] is None


def test_an_owner_does_not_reset_their_own_password_without_the_current_one(owner: Api) -> None:
    """A stolen session must not replace it."""
    me = ok(owner.get("/auth/me"))["id"]

    assert owner.post(f"/people/{me}/password-reset", {}).status == 409
    assert owner.post("/people/p_nobody/password-reset", {}).status == 404
