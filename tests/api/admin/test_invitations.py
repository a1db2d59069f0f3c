"""An invitation belongs to the address: it replaces no password, and opens one bot alone."""

from typing import Any

import pytest

from chalicelib.domain.access import Role
from chalicelib.domain.address import person_id
from tests.api.conversation_setup import ok, person
from tests.support.api import Api, ApiAnswer
from tests.support.services import MemoryServices

CFO = {"email": "cfo@example.test", "name": "Cleo"}
WHO = person_id(CFO["email"])
PASSWORD = "a long enough password"
OWN = "the password of Cleo herself"


@pytest.fixture
def ada(services: MemoryServices, bot: Api) -> Api:
    """An admin of the bot `demo`."""
    person(services, "ada", Role.ADMIN)
    return bot.login("ada")


@pytest.fixture
def mallory(services: MemoryServices, bot: Api) -> Api:
    """An admin of the bot `other`."""
    person(services, "mallory", Role.ADMIN, bot="other")
    return bot.login("mallory")


def invite(caller: Api, bot: str, role: str = "agent") -> ApiAnswer:
    return caller.post(f"/bots/{bot}/agents", {**CFO, "role": role})


def accept(nobody: Api, invitation: str, password: str = PASSWORD) -> Any:
    return nobody.post("/auth/invitation", {"invitation": invitation, "password": password})


def log_in(nobody: Api, password: str) -> int:
    return nobody.post("/auth/login", {"email": CFO["email"], "password": password}).status


def remove(caller: Api, bot: str) -> None:
    assert caller.send("DELETE", f"/bots/{bot}/agents/{WHO}").status == 204


def test_an_admin_who_removes_and_invites_an_agent_again_cannot_set_their_password(
    ada: Api, nobody: Api
) -> None:
    first = ok(invite(ada, "demo"))["invitation"]
    ok(accept(nobody, first, OWN))
    remove(ada, "demo")

    again = ok(invite(ada, "demo"))

    assert again["invitation"] is None
    assert accept(nobody, first).status == 401
    renewed = ada.post(f"/bots/demo/agents/{WHO}/invitation", {})
    assert (renewed.status, renewed.json["code"]) == (409, "conflict")
    assert log_in(nobody, OWN) == 200


def test_nobody_gets_an_invitation_for_a_person_with_a_password(owner: Api) -> None:
    ana = person_id("ana@example.test")

    assert owner.post(f"/bots/demo/agents/{ana}/invitation", {}).status == 409


def test_an_account_that_an_admin_has_registered_serves_no_second_bot_before_it_is_proved(
    mallory: Api, nobody: Api, owner: Api
) -> None:
    """Mallory has set the password of the account that becomes admin of another bot."""
    ok(accept(nobody, ok(invite(mallory, "other"))["invitation"]))

    refused = invite(owner, "demo", "admin")

    assert (refused.status, refused.json["code"]) == (409, "conflict")
    assert "the bot other" in refused.json["detail"]
    assert [each["id"] for each in ok(owner.get("/bots/demo/agents"))["items"]].count(WHO) == 0


def test_the_owner_confirms_the_address_of_a_person_who_then_serves_a_second_bot(
    mallory: Api, nobody: Api, owner: Api
) -> None:
    ok(accept(nobody, ok(invite(mallory, "other"))["invitation"]))
    shown = {each["id"]: each["registered_by"] for each in ok(owner.get("/people"))["items"]}

    assert owner.post(f"/people/{WHO}/confirm", {}).status == 204

    assert shown[WHO] == "other"
    assert ok(invite(owner, "demo", "admin"))["invitation"] is None
    recorded = [(each["action"], each["object"]) for each in ok(owner.get("/audit"))["items"]]
    assert ("address_confirmed", WHO) in recorded


def test_an_account_without_a_password_cannot_be_confirmed(mallory: Api, owner: Api) -> None:
    """Mallory still has the invitation."""
    ok(invite(mallory, "other"))

    assert owner.post(f"/people/{WHO}/confirm", {}).status == 409


def test_an_account_that_has_left_its_bot_is_added_by_no_other_admin(
    mallory: Api, ada: Api, nobody: Api
) -> None:
    ok(accept(nobody, ok(invite(mallory, "other"))["invitation"]))
    remove(mallory, "other")

    assert invite(ada, "demo").status == 409
    assert ok(invite(mallory, "other"))["invitation"] is None


def test_an_address_that_was_never_proved_is_registered_anew_by_the_next_bot(
    mallory: Api, ada: Api, nobody: Api
) -> None:
    first = ok(invite(mallory, "other"))["invitation"]
    remove(mallory, "other")

    second = ok(invite(ada, "demo"))["invitation"]

    assert accept(nobody, first).status == 401
    ok(accept(nobody, second, OWN))
    assert invite(mallory, "other").status == 403


def test_an_invitation_of_the_owner_replaces_that_of_an_admin(
    mallory: Api, owner: Api, nobody: Api
) -> None:
    first = ok(invite(mallory, "other"))["invitation"]

    second = ok(invite(owner, "demo", "admin"))["invitation"]

    assert accept(nobody, first).status == 401
    ok(accept(nobody, second, OWN))
    assert log_in(nobody, OWN) == 200


def test_an_admin_gets_no_invitation_for_a_person_whom_the_owner_has_invited_to_another_bot(
    mallory: Api, owner: Api
) -> None:
    for bot in ("other", "demo"):
        ok(invite(owner, bot, "admin"))

    assert mallory.post(f"/bots/other/agents/{WHO}/invitation", {}).status == 403


def test_an_admin_who_renews_an_invitation_of_the_owner_counts_as_who_registered_the_account(
    mallory: Api, owner: Api, nobody: Api
) -> None:
    ok(invite(owner, "other"))
    renewed = ok(mallory.post(f"/bots/other/agents/{WHO}/invitation", {}))["invitation"]
    ok(accept(nobody, renewed))

    assert invite(owner, "demo", "admin").status == 409


def test_an_admin_cannot_add_a_member_of_another_bot_or_an_owner(ada: Api) -> None:
    for name in ("eve", "owner"):
        asked = {"email": f"{name}@example.test", "name": "Mallory"}
        assert ada.post("/bots/demo/agents", asked).status == 403
