"""The passwords that a person may choose, in each call that sets one."""

from collections.abc import Callable

import pytest

from tests.api.conversation_setup import BOT, ok
from tests.support.api import Api, ApiAnswer
from tests.support.services import HOUR, MemoryServices

NELL = {"email": "nell.okafor@example.test", "name": "Nell Patricia Okafor", "role": "agent"}
FIRST = "the first password"
REFUSED = [
    ("ninechars", "10 to 256 characters"),
    ("x" * 257, "10 to 256 characters"),
    ("1234567890", "most common"),
    ("Password123", "most common"),
    (NELL["email"].upper(), "your e-mail address or your name"),
    ("nell.okafor", "your e-mail address or your name"),
    ("nell patricia okafor", "your e-mail address or your name"),
]
SetPassword = Callable[[str], ApiAnswer]


@pytest.fixture
def invitation(owner: Api) -> str:
    token: str = ok(owner.post(f"{BOT}/agents", NELL))["invitation"]
    return token


@pytest.fixture(params=["invitation", "change"])
def set_password(request: pytest.FixtureRequest, nobody: Api, invitation: str) -> SetPassword:
    def accept(password: str) -> ApiAnswer:
        return nobody.post("/auth/invitation", {"invitation": invitation, "password": password})

    if request.param == "invitation":
        return accept
    nell = nobody.as_(ok(accept(FIRST))["payload"]["token"])
    return lambda password: nell.post("/auth/password", {"current": FIRST, "new": password})


@pytest.mark.parametrize(("password", "why"), REFUSED)
def test_a_password_that_is_easy_to_guess_is_refused(
    password: str, why: str, set_password: SetPassword, services: MemoryServices
) -> None:
    before = dict(services.memory.people)

    refused = set_password(password)

    assert (refused.status, refused.json["code"]) == (400, "invalid_request")
    assert refused.json["errors"][0]["field"] in ("password", "new")
    assert why in refused.text
    assert services.memory.people == before


@pytest.mark.parametrize("password", ["ten chars!", "x" * 256, "пароль из слов", "🔑" * 10])
def test_any_other_text_is_a_password(password: str, set_password: SetPassword) -> None:
    assert ok(set_password(password))["payload"]["token"]


def test_a_password_never_expires(services: MemoryServices, nobody: Api) -> None:
    services.clock.advance(3 * 365 * 24 * HOUR)

    assert ok(nobody.post("/auth/login", {"email": "ana@example.test", "password": "ana-demo"}))
