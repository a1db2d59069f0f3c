"""Guessing at one account from many addresses stops, and locks nobody out."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.domain.address import person_id
from chalicelib.entrypoints.http.client_address import EDGE_HEADER
from tests.api.conversation_setup import ok
from tests.api.sign_in.test_second_factor import set_up
from tests.support.api import Api, ApiAnswer
from tests.support.services import MemoryServices

ANA = {"email": "ana@example.test", "password": "ana-demo"}
WRONG = {**ANA, "password": "wrong"}
EDGE = "the secret of the edge"
ADDRESSES = [f"203.0.113.{number}" for number in range(1, 31)]
HOME, STRANGE = "198.51.100.7", "198.51.100.8"


@pytest.fixture(autouse=True)
def edge(services: MemoryServices) -> None:
    services.edge_token = EDGE


def log_in(nobody: Api, address: str, body: dict[str, str]) -> ApiAnswer:
    headers = {EDGE_HEADER: EDGE, "X-Forwarded-For": address}
    return nobody.post("/auth/login", body, **headers)


def guess(nobody: Api, email: str = ANA["email"], times: int = 10) -> Counter[int]:
    """So many guesses from each of 30 addresses."""
    body = {"email": email, "password": "wrong"}
    guesses = [address for _ in range(times) for address in ADDRESSES]
    return Counter(log_in(nobody, address, body).status for address in guesses)


def test_of_300_guesses_from_30_addresses_ten_are_compared(
    services: MemoryServices, nobody: Api
) -> None:
    before = services.passwords.compared

    answers = guess(nobody)

    assert answers == {401: 10, 429: 290}
    assert services.passwords.compared == before + 10


def test_guesses_at_the_same_moment_are_counted_one_by_one(
    services: MemoryServices, nobody: Api
) -> None:
    before = services.passwords.compared
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda address: log_in(nobody, address, WRONG), ADDRESSES * 3))

    assert services.passwords.compared == before + 10


def test_the_right_password_is_refused_from_a_strange_address_and_accepted_from_a_known_one(
    nobody: Api,
) -> None:
    ok(log_in(nobody, HOME, ANA))
    guess(nobody, times=1)

    refused = log_in(nobody, STRANGE, ANA)

    assert (refused.status, refused.json["errorCode"]) == (429, "BP_0011")
    assert refused.headers["Retry-After"] == "900"
    assert log_in(nobody, HOME, ANA).status == 200
    assert log_in(nobody, STRANGE, ANA).status == 429, "the guesser gets no further attempts"


def test_the_attempts_from_a_known_address_are_limited_as_ever(nobody: Api) -> None:
    ok(log_in(nobody, HOME, ANA))
    guess(nobody, times=1)

    answers = Counter(log_in(nobody, HOME, WRONG).status for _ in range(12))

    assert answers == {401: 10, 429: 2}


def test_the_limit_ends_after_a_quarter_of_an_hour(services: MemoryServices, nobody: Api) -> None:
    guess(nobody, times=1)
    services.clock.advance(15 * 60 * 1000)

    assert log_in(nobody, STRANGE, ANA).status == 200


def test_a_successful_login_before_the_limit_begins_anew(nobody: Api) -> None:
    for _ in range(3):
        for address in ADDRESSES[:9]:
            assert log_in(nobody, address, WRONG).status == 401
        ok(log_in(nobody, HOME, ANA))


def test_an_unknown_account_is_answered_like_a_known_one(nobody: Api) -> None:
    assert guess(nobody, "nobody@example.test", 1) == guess(nobody, times=1)


def test_another_account_is_not_limited(nobody: Api) -> None:
    guess(nobody, times=1)

    bo = {"email": "bo@example.test", "password": "bo-demo"}
    assert log_in(nobody, STRANGE, bo).status == 200


def test_a_password_reset_ends_the_limit(nobody: Api, owner: Api) -> None:
    guess(nobody, times=1)
    who = person_id(ANA["email"])
    token = ok(owner.post(f"/people/{who}/password-reset", {}))["token"]

    new = {"password": "a long enough password"}
    assert nobody.post("/auth/password/reset", {"token": token, **new}).status == 204

    assert log_in(nobody, STRANGE, {**ANA, **new}).status == 200


def test_a_limited_account_is_recorded_once(nobody: Api, owner: Api) -> None:
    guess(nobody)

    events = [each for each in ok(owner.get("/audit"))["items"] if each["action"] == "locked_out"]
    assert [(each["object"], each["facts"]) for each in events] == [
        (person_id(ANA["email"]), {"reason": "unknown_address"})
    ]


def test_above_the_limit_a_code_of_the_second_factor_admits_from_a_strange_address(
    services: MemoryServices, nobody: Api, ana: Api
) -> None:
    enrolled = set_up(services, ana)
    guess(nobody, times=1)
    code = enrolled.app.next_code()

    assert log_in(nobody, STRANGE, ANA).status == 429
    assert log_in(nobody, STRANGE, {**ANA, "code": "000000"}).status == 429
    assert log_in(nobody, STRANGE, {**WRONG, "code": code}).status == 401, "the code is used now"
    assert log_in(nobody, STRANGE, {**ANA, "code": code}).status == 429
    assert log_in(nobody, STRANGE, {**ANA, "code": enrolled.app.next_code()}).status == 200


def test_a_stranger_who_guesses_codes_uses_up_none_of_the_persons_own(
    services: MemoryServices, nobody: Api, ana: Api
) -> None:
    enrolled = set_up(services, ana)
    guess(nobody, times=1)

    for address in ADDRESSES:
        assert log_in(nobody, address, {**WRONG, "code": "000000"}).status == 429
    assert log_in(nobody, STRANGE, {**ANA, "code": enrolled.app.next_code()}).status == 429
    services.clock.advance(15 * 60 * 1000)
    assert enrolled.log_in(enrolled.app.next_code()).status == 200


def test_below_the_limit_a_code_is_left_for_the_second_step(
    services: MemoryServices, nobody: Api, ana: Api
) -> None:
    enrolled = set_up(services, ana)
    code = enrolled.app.next_code()

    refused = log_in(nobody, HOME, {**ANA, "code": code})

    assert (refused.status, refused.json["code"]) == (401, "second_factor_required")
    assert enrolled.answer(refused.json["challenge"], code).status == 200
