import base64
import json

import pytest

from chalicelib.adapters.security.tokens import JwtTokens
from chalicelib.domain.errors import Unauthenticated
from tests.adapters.hostile_tokens import (
    CLAIMS,
    GOOD,
    HEADER,
    ISSUER,
    NOW,
    SECRET,
    forge,
    hostile_tokens,
)
from tests.support.clock import ManualClock

HOUR = 3600
GIVEN: dict[str, object] = {
    "sub": "p_ana",
    "typ": "access",
    "tv": 1,
    "jti": "j1",
    "exp": NOW + HOUR,
}
HOSTILE = list(hostile_tokens())


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def tokens(clock: ManualClock) -> JwtTokens:
    return JwtTokens((SECRET,), ISSUER, clock)


def test_a_token_is_read_as_it_was_issued(tokens: JwtTokens) -> None:
    token = tokens.issue(GIVEN)

    claims = tokens.verify(token, "access")

    assert claims == {**GIVEN, "iss": ISSUER, "aud": "baton", "iat": NOW}


def test_a_clock_that_is_set_back_logs_nobody_out(tokens: JwtTokens, clock: ManualClock) -> None:
    token = tokens.issue(GIVEN)

    clock.advance(-30 * 60 * 1000)

    assert tokens.verify(token, "access")["sub"] == GIVEN["sub"]


def test_the_token_that_the_hostile_ones_are_made_from_is_a_good_one(tokens: JwtTokens) -> None:
    assert tokens.verify(GOOD, "access") == CLAIMS


def test_the_hostile_tokens_are_many() -> None:
    assert len({token for _, token in HOSTILE}) >= 200


@pytest.mark.parametrize(
    "token", [token for _, token in HOSTILE], ids=[ascii(wrong) for wrong, _ in HOSTILE]
)
def test_a_hostile_token_proves_nothing_and_breaks_nothing(tokens: JwtTokens, token: str) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        tokens.verify(token, "access")

    assert refusal.value.message in ("The token is not valid.", "The token has expired.")


def test_a_token_ends_when_it_says(tokens: JwtTokens, clock: ManualClock) -> None:
    token = tokens.issue(GIVEN)
    clock.advance(HOUR * 1000 - 1)
    assert tokens.verify(token, "access")

    clock.advance(1)

    with pytest.raises(Unauthenticated, match=r"^The token has expired\.$"):
        tokens.verify(token, "access")


def test_a_clock_that_was_ahead_by_half_a_minute_is_forgiven(
    tokens: JwtTokens, clock: ManualClock
) -> None:
    clock.advance(30_000)
    token = tokens.issue(GIVEN)
    clock.advance(-30_000)

    assert tokens.verify(token, "access")


@pytest.mark.parametrize(("typ", "wanted"), [("refresh", "access"), ("access", "refresh")])
def test_a_token_of_one_type_is_none_of_the_other(tokens: JwtTokens, typ: str, wanted: str) -> None:
    token = tokens.issue({**GIVEN, "typ": typ})

    with pytest.raises(Unauthenticated, match=r"^The token is not valid\.$"):
        tokens.verify(token, wanted)


def test_a_token_of_another_installation_is_worth_nothing(clock: ManualClock) -> None:
    token = JwtTokens((SECRET,), "https://other.test", clock).issue(GIVEN)

    with pytest.raises(Unauthenticated):
        JwtTokens((SECRET,), ISSUER, clock).verify(token, "access")


@pytest.mark.parametrize("name", GIVEN)
def test_an_incomplete_token_is_not_issued(tokens: JwtTokens, name: str) -> None:
    incomplete = {key: value for key, value in GIVEN.items() if key != name}

    with pytest.raises(ValueError, match="needs the claims"):
        tokens.issue(incomplete)


def test_issuer_and_audience_cannot_be_set_by_whoever_asks_for_a_token(tokens: JwtTokens) -> None:
    token = tokens.issue({**GIVEN, "iss": "https://evil.test", "aud": "other"})

    claims = tokens.verify(token, "access")

    assert (claims["iss"], claims["aud"]) == (ISSUER, "baton")


def test_a_token_says_nothing_but_its_algorithm_in_its_header(tokens: JwtTokens) -> None:
    header = tokens.issue(GIVEN).partition(".")[0]

    assert base64.urlsafe_b64decode(header) == HEADER.encode()


def test_claims_that_baton_does_not_know_do_no_harm(tokens: JwtTokens) -> None:
    token = forge(HEADER, json.dumps({**CLAIMS, "email": "ana@example.test"}))

    assert tokens.verify(token, "access")["email"] == "ana@example.test"


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "secret",
        SECRET[:31],
        "a" * 64,
        "abc" * 20,
        "changeme-changeme-changeme-changeme",
        "Please-Change_Me-before-you-go-to-production-1",
        "your-256-bit-secret-goes-here-0123456789",
        "super-secret-key-for-the-tokens-of-baton",
        "00000000000000000000000000000000",
        "this-is-only-a-placeholder-1234567890",
    ],
)
def test_a_secret_that_is_none_is_refused_before_the_first_token(
    clock: ManualClock, secret: str
) -> None:
    with pytest.raises(ValueError, match="The secret of the tokens") as refusal:
        JwtTokens((secret,), ISSUER, clock)

    assert len(secret) < 8 or secret not in str(refusal.value)


def test_a_random_secret_is_taken(clock: ManualClock) -> None:
    for secret in ("8f3a9c0d7b6e5142f1d0c9b8a7e6f5d4", "q7Yt-2mXvR9_dKwZ0pLsN4hBgJ6cFaEu-x1Yz"):
        JwtTokens((secret,), ISSUER, clock)


OLD, NEW = "8f3a9c0d7b6e5142f1d0c9b8a7e6f5d4", "q7Yt-2mXvR9_dKwZ0pLsN4hBgJ6cFaEu-x1Yz"


def test_while_a_secret_is_replaced_tokens_of_both_are_read_and_the_first_one_signs(
    clock: ManualClock,
) -> None:
    before, after = (JwtTokens((secret,), ISSUER, clock) for secret in (OLD, NEW))
    meanwhile = JwtTokens((NEW, OLD), ISSUER, clock)

    assert before.verify(JwtTokens((OLD, NEW), ISSUER, clock).issue(GIVEN), "access")
    assert meanwhile.verify(before.issue(GIVEN), "access")
    assert after.verify(meanwhile.issue(GIVEN), "access")


def test_once_the_old_secret_is_gone_its_tokens_prove_nothing(clock: ManualClock) -> None:
    before, after = (JwtTokens((secret,), ISSUER, clock) for secret in (OLD, NEW))

    with pytest.raises(Unauthenticated):
        after.verify(before.issue(GIVEN), "access")


def test_each_of_several_secrets_has_to_be_one(clock: ManualClock) -> None:
    with pytest.raises(ValueError, match="The secret of the tokens"):
        JwtTokens((NEW, "changeme" * 8), ISSUER, clock)
