"""The second factor, with pyotp as the app that shows the codes."""

from collections import Counter
from dataclasses import dataclass

import pyotp
import pytest
from msgspec.structs import replace

from chalicelib.domain.access import Role
from chalicelib.domain.address import person_id
from chalicelib.usecases.accounts.second_factor import (
    JUST_SIGNED_IN_MS,
    PER_ACCOUNT,
    PER_CHALLENGE,
)
from chalicelib.usecases.records.second_factor import SecondFactorRule
from chalicelib.usecases.webhooks.sealing import Sealed, seal_stored_secrets
from tests.api.conversation_setup import BOT, ok, person
from tests.support.api import Api, ApiAnswer
from tests.support.services import HOUR, MemoryServices

ANA = {"email": "ana@example.test", "password": "ana-demo"}
PASSWORD = {"password": ANA["password"]}
WHO = person_id("ana@example.test")
STEP = 30 * 1000
BASIC = "/auth/login/basic/default"


@dataclass
class App:
    """An authenticator app that has scanned a secret. Its clock is that of the server."""

    services: MemoryServices
    url: str

    def code(self, steps: int = 0) -> str:
        totp = pyotp.parse_uri(self.url)
        assert isinstance(totp, pyotp.TOTP)
        return totp.at(self.services.clock.now() // 1000 + 30 * steps)

    def next_code(self) -> str:
        self.services.clock.advance(STEP)
        return self.code()


@dataclass
class Enrolled:
    api: Api
    app: App
    recovery: list[str]

    def challenge(self, login: dict[str, str] = ANA) -> str:
        refused = self.api.as_(None).post("/auth/login", login)
        assert (refused.status, refused.json["code"]) == (401, "second_factor_required")
        challenge: str = refused.json["challenge"]
        return challenge

    def answer(self, challenge: str, code: str) -> ApiAnswer:
        return self.api.as_(None).post("/auth/login/totp", {"challenge": challenge, "code": code})

    def log_in(self, code: str) -> ApiAnswer:
        return self.answer(self.challenge(), code)


def set_up(services: MemoryServices, caller: Api) -> Enrolled:
    app = App(services, ok(caller.post("/auth/totp", PASSWORD))["url"])
    payload = ok(caller.post("/auth/totp/confirm", {"code": app.code()}))["payload"]
    return Enrolled(caller.as_(payload["token"]), app, payload["recovery_codes"])


@pytest.fixture
def enrolled(services: MemoryServices, ana: Api) -> Enrolled:
    return set_up(services, ana)


def changes(owner: Api) -> Counter[tuple[str, str]]:
    """The events of Ana's second factor, and their actors. Events of the same millisecond have no
    order."""
    items = ok(owner.get("/audit"))["items"]
    return Counter(
        (each["facts"]["change"], each["actor"])
        for each in items
        if each["action"] == "factor_changed" and each["object"] == WHO
    )


def test_an_app_scans_the_url_and_a_login_then_takes_a_code(enrolled: Enrolled) -> None:
    assert "Baton:ana%40example.test" in enrolled.app.url

    payload = ok(enrolled.log_in(enrolled.app.next_code()))["payload"]

    assert ok(enrolled.api.as_(payload["token"]).get("/auth/me"))["id"] == WHO


def test_nothing_changes_before_the_first_code(services: MemoryServices, ana: Api) -> None:
    ok(ana.post("/auth/totp", PASSWORD))
    app = App(services, ok(ana.post("/auth/totp", PASSWORD))["url"])

    wrong = ana.post("/auth/totp/confirm", {"code": app.code(steps=5)})

    assert (wrong.status, wrong.json["errors"][0]["field"]) == (400, "code")
    assert ok(ana.get("/auth/totp"))["confirmed_at"] is None
    assert ana.as_(None).post("/auth/login", ANA).status == 200


@pytest.mark.parametrize("body", [{}, {"password": None}, {"password": "wrong"}])
def test_nobody_sets_one_up_without_the_password(
    ana: Api, owner: Api, body: dict[str, str | None]
) -> None:
    """A session may be stolen."""
    refused = ana.post("/auth/totp", body)

    assert (refused.status, refused.json["errors"][0]["field"]) == (400, "password")
    assert ana.post("/auth/totp/confirm", {"code": "123456"}).status == 409
    assert ok(ana.get("/auth/totp"))["needs_password"] is True


def test_a_stolen_session_does_not_guess_the_password(ana: Api) -> None:
    tries = [ana.post("/auth/totp", {"password": "wrong"}).status for _ in range(PER_ACCOUNT + 1)]

    assert tries == [400] * PER_ACCOUNT + [429]
    assert ana.post("/auth/totp", PASSWORD).status == 429
    assert ana.as_(None).post("/auth/login", ANA).status == 200, "the person can still sign in"


def test_without_a_password_only_a_sign_in_of_the_last_minutes_sets_one_up(
    services: MemoryServices, ana: Api
) -> None:
    person = services.directory.person(WHO)
    assert person is not None
    services.directory.put_person(replace(person, password_hash=""))
    services.directory.invalidate_cache()

    assert ana.post("/auth/totp", {}).status == 201
    services.clock.advance(JUST_SIGNED_IN_MS + 1)
    refused = ana.post("/auth/totp", {})

    assert (refused.status, refused.json["code"]) == (403, "forbidden")
    assert ok(ana.get("/auth/totp"))["needs_password"] is False


def test_with_a_key_the_secret_is_sealed_for_its_person(
    services: MemoryServices, ana: Api, bo: Api
) -> None:
    services.secret_sealer.key = "key-1"
    enrolled = set_up(services, ana)
    factor = services.second_factors.get(WHO)
    assert factor is not None
    assert factor.secret.startswith(f"sealed|key-1|{WHO}|")
    services.secret_sealer.key = "key-2"
    assert seal_stored_secrets(services) == Sealed(0, 1, 0, 0)
    sealed = services.second_factors.get(WHO)

    assert sealed == replace(factor, secret=factor.secret.replace("key-1", "key-2"))
    assert enrolled.log_in(enrolled.app.next_code()).status == 200
    used = services.second_factors.get(WHO)
    services.second_factors.replace(used, replace(sealed, secret="sealed|key-2|p_bo|JBSWY3DP"))
    assert enrolled.log_in(enrolled.app.next_code()).status == 503, "it was copied from Bo"


def test_confirming_gives_new_tokens_of_the_same_session(
    services: MemoryServices, ana: Api, nobody: Api
) -> None:
    old = ana.refresh
    app = App(services, ok(ana.post("/auth/totp", PASSWORD))["url"])

    payload = ok(ana.post("/auth/totp/confirm", {"code": app.code()}))["payload"]

    assert len(ok(nobody.as_(payload["token"]).get("/auth/sessions"))["items"]) == 1
    assert nobody.post("/auth/refresh", {"refresh": payload["refresh"]}).status == 200
    assert nobody.post("/auth/refresh", {"refresh": old}).status == 401


def test_a_code_works_once(enrolled: Enrolled) -> None:
    code = enrolled.app.next_code()
    assert enrolled.log_in(code).status == 200

    again = enrolled.log_in(code)

    assert (again.status, again.json["code"]) == (401, "invalid_code")
    assert enrolled.log_in(enrolled.app.next_code()).status == 200


def test_the_code_that_confirmed_the_app_opens_nothing(enrolled: Enrolled) -> None:
    assert enrolled.log_in(enrolled.app.code()).status == 401


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 200), (0, 200), (1, 200), (2, 401)])
def test_clocks_may_differ_by_one_step(enrolled: Enrolled, steps: int, status: int) -> None:
    enrolled.api.services.clock.advance(10 * STEP)  # type: ignore[attr-defined]

    assert enrolled.log_in(enrolled.app.code(steps)).status == status


def test_a_code_of_an_earlier_step_than_the_last_one_is_refused(enrolled: Enrolled) -> None:
    enrolled.app.next_code()
    early = enrolled.app.next_code()
    assert enrolled.log_in(enrolled.app.code(steps=1)).status == 200

    assert enrolled.log_in(early).status == 401


def test_a_recovery_code_works_once_in_any_spelling(enrolled: Enrolled, owner: Api) -> None:
    first, second, *others = enrolled.recovery

    assert enrolled.log_in(first).status == 200
    assert enrolled.log_in(first).status == 401
    assert enrolled.log_in(second.upper().replace("-", " ")).status == 200

    assert len(others) == 8
    assert ok(enrolled.api.get("/auth/totp"))["recovery_codes_left"] == 8
    assert changes(owner) == {("added", WHO): 1, ("recovery_code_used", WHO): 2}


def test_recovery_codes_are_stored_as_hashes_and_never_shown_again(
    enrolled: Enrolled, services: MemoryServices, owner: Api
) -> None:
    stored = str(services.memory.second_factors)
    shown = enrolled.api.get("/auth/totp").text + owner.get("/audit").text
    secret = pyotp.parse_uri(enrolled.app.url).secret

    assert [each for each in enrolled.recovery if each.replace("-", "") in stored] == []
    assert {len(each.replace("-", "")) for each in enrolled.recovery} == {24}, "120 bits each"
    assert secret in stored
    assert [each for each in (*enrolled.recovery, secret) if each in shown] == []


def test_a_challenge_takes_five_codes(enrolled: Enrolled) -> None:
    challenge = enrolled.challenge()
    answers = [enrolled.answer(challenge, "000000").status for _ in range(PER_CHALLENGE)]

    refused = enrolled.answer(challenge, enrolled.app.next_code())

    assert answers == [401] * PER_CHALLENGE
    assert refused.status == 429
    assert enrolled.log_in(enrolled.app.code()).status == 200


def test_an_account_takes_ten_wrong_codes_an_hour(enrolled: Enrolled, owner: Api) -> None:
    for _ in range(PER_ACCOUNT):
        assert enrolled.log_in("000000").status == 401

    refused = enrolled.log_in(enrolled.app.next_code())
    assert (refused.status, refused.headers["Retry-After"]) == (429, "3600")
    items = ok(owner.get("/audit"))["items"]
    assert [each["action"] for each in items].count("locked_out") == 1
    enrolled.api.services.clock.advance(HOUR)  # type: ignore[attr-defined]
    assert enrolled.log_in(enrolled.app.code()).status == 200


def test_a_right_code_starts_the_count_anew(enrolled: Enrolled) -> None:
    for _ in range(3):
        for _ in range(PER_ACCOUNT - 1):
            assert enrolled.log_in("000000").status == 401
        assert enrolled.log_in(enrolled.app.next_code()).status == 200


def test_a_challenge_expires_and_is_no_token(enrolled: Enrolled, services: MemoryServices) -> None:
    challenge = enrolled.challenge()
    assert enrolled.api.as_(challenge).get("/auth/me").status == 401
    services.clock.advance(5 * 60 * 1000)

    late = enrolled.answer(challenge, enrolled.app.code())

    assert (late.status, late.json["code"]) == (401, "unauthenticated")


def test_a_challenge_ends_with_the_password_that_it_was_given_for(enrolled: Enrolled) -> None:
    challenge = enrolled.challenge()
    new = {"current": ANA["password"], "new": "a long enough password"}
    assert enrolled.api.post("/auth/password", new).status == 200

    assert enrolled.answer(challenge, enrolled.app.next_code()).status == 401


def test_a_wrong_password_learns_nothing_of_the_second_factor(enrolled: Enrolled) -> None:
    refused = enrolled.api.as_(None).post("/auth/login", {**ANA, "password": "wrong"})

    assert (refused.status, refused.json["errorCode"]) == (401, "BP_0009")
    assert "challenge" not in refused.json


def test_a_way_of_logging_in_without_a_second_step_is_refused(enrolled: Enrolled) -> None:
    refused = enrolled.api.as_(None).post(BASIC, ANA)

    assert (refused.status, refused.json["code"]) == (401, "second_factor_required")
    assert "challenge" not in refused.json
    assert "bot's key" in refused.json["message"]


@pytest.mark.parametrize("proof", ["password", "code", "recovery"])
def test_a_person_removes_it_with_the_password_or_a_code(
    enrolled: Enrolled, proof: str, owner: Api
) -> None:
    body = {
        "password": {"password": ANA["password"]},
        "code": {"code": enrolled.app.next_code()},
        "recovery": {"code": enrolled.recovery[0]},
    }[proof]

    assert enrolled.api.send("DELETE", "/auth/totp", body).status == 204

    assert enrolled.api.as_(None).post("/auth/login", ANA).status == 200
    assert changes(owner)["removed", WHO] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": "wrong"}, "password"),
        ({"code": "000000"}, "code"),
        ({}, "code"),
        ({"password": ANA["password"], "code": "000000"}, "code"),
    ],
)
def test_nobody_removes_it_without_a_proof(
    enrolled: Enrolled, body: dict[str, str], field: str
) -> None:
    refused = enrolled.api.send("DELETE", "/auth/totp", body)

    assert (refused.status, refused.json["errors"][0]["field"]) == (400, field)
    enrolled.challenge()


def test_a_stolen_session_cannot_replace_the_second_factor(enrolled: Enrolled) -> None:
    assert enrolled.api.post("/auth/totp", {}).status == 409
    assert enrolled.api.post("/auth/totp/confirm", {"code": enrolled.app.next_code()}).status == 409


def test_the_owner_removes_it_for_a_person_who_has_lost_their_device(
    enrolled: Enrolled, owner: Api
) -> None:
    assert enrolled.api.send("DELETE", f"/people/{WHO}/totp").status == 403
    assert owner.send("DELETE", f"/people/{WHO}/totp").status == 204

    assert enrolled.api.as_(None).post("/auth/login", ANA).status == 200
    assert owner.send("DELETE", f"/people/{WHO}/totp").status == 404
    assert changes(owner)["removed", person_id("owner@example.test")] == 1


def test_a_reset_password_does_not_pass_the_second_factor(enrolled: Enrolled, owner: Api) -> None:
    token = ok(owner.post(f"/people/{WHO}/password-reset", {}))["token"]
    new, nobody = {"password": "a long enough password"}, enrolled.api.as_(None)
    assert nobody.post("/auth/password/reset", {"token": token, **new}).status == 204

    refused = nobody.post("/auth/login", {**ANA, **new})

    assert (refused.status, refused.json["code"]) == (401, "second_factor_required")
    assert enrolled.answer(refused.json["challenge"], enrolled.app.next_code()).status == 200


def test_switched_off_nobody_is_asked_and_nobody_sets_one_up(
    enrolled: Enrolled, services: MemoryServices, bo: Api
) -> None:
    services.second_factor_rule = SecondFactorRule.OFF

    assert enrolled.api.as_(None).post("/auth/login", ANA).status == 200
    assert bo.post("/auth/totp", {}).status == 403
    services.second_factor_rule = SecondFactorRule.OPTIONAL
    enrolled.challenge()


def test_people_who_must_enrol_reach_only_their_account(services: MemoryServices, bot: Api) -> None:
    services.second_factor_rule = SecondFactorRule.EVERYBODY
    ana = bot.login("ana")

    for path in ("/agents/me", f"{BOT}/conversations", "/bots"):
        refused = ana.get(path)
        assert (refused.status, refused.json["code"]) == (403, "second_factor_enrolment_required")
    assert ana.post("/socket/ticket", {}).status == 403
    assert ok(ana.get("/auth/totp"))["required"] is True

    enrolled = set_up(services, ana)
    assert enrolled.api.get(f"{BOT}/conversations").status == 200


def test_a_session_that_began_before_the_rule_is_limited_when_it_is_refreshed(
    services: MemoryServices, ana: Api
) -> None:
    services.second_factor_rule = SecondFactorRule.EVERYBODY
    assert ana.get("/agents/me").status == 200

    services.clock.advance(15 * 60 * 1000)

    assert ana.get("/agents/me").status == 403
    assert ana.get("/auth/me").status == 200


def test_the_rule_for_admins_concerns_admins_of_any_bot_and_the_owner(
    services: MemoryServices, bot: Api
) -> None:
    person(services, "ada", Role.ADMIN)
    services.second_factor_rule = SecondFactorRule.ADMINS

    reached = {name: bot.login(name).get("/agents/me").status for name in ("ana", "sam")}
    limited = {name: bot.login(name).get("/agents/me").status for name in ("ada", "owner")}

    assert reached == {"ana": 200, "sam": 200}
    assert limited == {"ada": 403, "owner": 403}


def test_of_two_requests_with_one_code_one_is_refused(
    enrolled: Enrolled, services: MemoryServices
) -> None:
    """The other request is first, between the reading and the writing of this one."""
    code = enrolled.app.next_code()
    store = services.second_factors
    before = store.get(WHO)
    assert before
    assert enrolled.log_in(code).status == 200

    assert store.replace(before, before) is False
