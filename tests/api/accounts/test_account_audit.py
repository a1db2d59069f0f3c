"""The installation's audit trail has the events of accounts."""

from collections import Counter
from typing import Any

import pytest

from chalicelib.domain.address import person_id
from tests.api.conversation_setup import ok
from tests.support.api import Api
from tests.support.services import MemoryServices

ANA = {"email": "ana@example.test", "password": "ana-demo"}
WHO = person_id("ana@example.test")
NEW = "a long enough password"


@pytest.fixture
def tokens(nobody: Api) -> dict[str, str]:
    payload: dict[str, str] = ok(nobody.post("/auth/login", ANA))["payload"]
    return payload


def trail(owner: Api, who: str = WHO) -> list[dict[str, Any]]:
    """The events of an account; Ana's without `who`."""
    items: list[dict[str, Any]] = ok(owner.get("/audit"))["items"]
    return [each for each in items if each["object"] == who]


def counted(owner: Api, who: str = WHO) -> Counter[tuple[str, str]]:
    """Events of the same millisecond have no order."""
    return Counter((each["action"], each["outcome"]) for each in trail(owner, who))


def test_a_login_and_a_logout_name_their_session(
    tokens: dict[str, str], nobody: Api, owner: Api
) -> None:
    ana = nobody.as_(tokens["token"])
    [session] = ok(ana.get("/auth/sessions"))["items"]

    ok(ana.post("/auth/logout", {}))

    came, out = sorted(trail(owner), key=lambda event: str(event["action"]))
    assert (came["action"], out["action"]) == ("logged_in", "logged_out")
    assert came["session"] == out["session"] == session["id"]
    assert came["actor"] == out["actor"] == WHO
    assert came["address"] == "127.0.0.1"


def test_wrong_passwords_and_the_first_attempt_that_is_refused_are_recorded(
    nobody: Api, owner: Api
) -> None:
    for _ in range(13):
        nobody.post("/auth/login", {**ANA, "password": "wrong"})

    assert counted(owner) == {("locked_out", "refused"): 1, ("login_failed", "refused"): 10}


def test_an_unknown_account_leaves_the_trace_of_a_known_one(nobody: Api, owner: Api) -> None:
    """Otherwise the time of the answer would tell which accounts exist."""
    for email in (ANA["email"], "nobody@example.test"):
        for _ in range(13):
            nobody.post("/auth/login", {"email": email, "password": "wrong"})

    nobodys = counted(owner, person_id("nobody@example.test"))
    assert (
        nobodys == counted(owner) == {("locked_out", "refused"): 1, ("login_failed", "refused"): 10}
    )
    assert "nobody@" not in str(ok(owner.get("/audit")))


def test_a_new_password_and_a_wrong_current_one_are_recorded(
    tokens: dict[str, str], nobody: Api, owner: Api
) -> None:
    ana = nobody.as_(tokens["token"])

    ana.post("/auth/password", {"current": "wrong", "new": NEW})
    ok(ana.post("/auth/password", {"current": ANA["password"], "new": NEW}))

    assert counted(owner) == {
        ("logged_in", "done"): 2,
        ("password_changed", "done"): 1,
        ("password_changed", "refused"): 1,
    }


def test_ended_sessions_are_recorded_one_by_one(
    tokens: dict[str, str], nobody: Api, owner: Api
) -> None:
    here, _ = (nobody.as_(ok(nobody.post("/auth/login", ANA))["payload"]["token"]) for _ in "ab")
    others = {each["id"] for each in ok(here.get("/auth/sessions"))["items"] if not each["current"]}

    assert here.send("DELETE", "/auth/sessions").status == 204

    ended = [each for each in trail(owner) if each["action"] == "session_ended"]
    assert {each["session"] for each in ended} == others
    assert len(ended) == 2


def test_a_refresh_token_that_is_used_twice_is_recorded_with_the_reason(
    tokens: dict[str, str], nobody: Api, owner: Api
) -> None:
    for _ in range(2):
        nobody.post("/auth/refresh", {"refresh": tokens["refresh"]})

    [ended] = [each for each in trail(owner) if each["action"] == "session_ended"]
    assert ended["outcome"] == "refused"
    assert ended["facts"] == {"reason": "refresh_token_used_twice"}


def test_the_trail_holds_no_password_and_no_token(
    tokens: dict[str, str], nobody: Api, owner: Api, services: MemoryServices
) -> None:
    ok(nobody.as_(tokens["token"]).post("/auth/password", {"current": "ana-demo", "new": NEW}))

    text = owner.get("/audit").text
    assert [secret for secret in (NEW, "ana-demo", "eyJ") if secret in text] == []
