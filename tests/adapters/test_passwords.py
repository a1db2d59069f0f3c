from collections.abc import Callable
from time import process_time

import pytest

from chalicelib.adapters.security.passwords import NOBODY, Argon2Passwords
from chalicelib.domain.errors import InvalidRequest

PASSWORD = "correct horse battery staple"
MALFORMED = [
    "",
    "x",
    "plain:secret",
    "$argon2id$",
    "$argon2id$v=19$m=19456,t=2,p=1$",
    "$argon2id$v=19$m=19456,t=2,p=1$AAAA$",
    "$argon2id$v=19$m=1,t=0,p=0$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
    "$argon2id$v=19$m=99999999999999,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
    "$2b$12$KIXl.tTxkZ0aGJv1xUO9UOVg0gqvG0a0cW8v2VvB1d0gk6oZ1o5uW",
    "$argon2id$ü",
    "\x00",
    "\ud800",
]


@pytest.fixture(scope="module")
def passwords() -> Argon2Passwords:
    return Argon2Passwords()


@pytest.fixture(scope="module")
def hashed(passwords: Argon2Passwords) -> str:
    return passwords.hash(PASSWORD)


def test_a_password_matches_its_own_hash_and_no_other_does(
    passwords: Argon2Passwords, hashed: str
) -> None:
    assert passwords.matches(PASSWORD, hashed)
    for other in ("", PASSWORD + " ", PASSWORD.upper(), PASSWORD[:-1], hashed):
        assert not passwords.matches(other, hashed)


def test_a_hash_is_argon2id_with_the_parameters_that_owasp_names(hashed: str) -> None:
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_two_hashes_of_one_password_have_nothing_in_common(
    passwords: Argon2Passwords, hashed: str
) -> None:
    again = passwords.hash(PASSWORD)

    assert again != hashed
    assert passwords.matches(PASSWORD, again)


@pytest.mark.parametrize("password", ["", PASSWORD, NOBODY])
def test_nobody_has_no_password(passwords: Argon2Passwords, password: str) -> None:
    assert not passwords.matches(password, None)


@pytest.mark.parametrize("malformed", MALFORMED)
def test_what_is_not_a_hash_matches_nothing_and_raises_nothing(
    passwords: Argon2Passwords, malformed: str
) -> None:
    assert not passwords.matches(PASSWORD, malformed)
    assert not passwords.matches("", malformed)


@pytest.mark.parametrize("password", ["pässwörd ☂", "\ud800", "a\x00b", "x" * 1024])
def test_a_password_may_hold_any_character(passwords: Argon2Passwords, password: str) -> None:
    hashed = passwords.hash(password)

    assert passwords.matches(password, hashed)
    assert not passwords.matches(password + "!", hashed)


def test_a_password_over_one_kilobyte_is_refused_when_it_is_set(
    passwords: Argon2Passwords,
) -> None:
    with pytest.raises(InvalidRequest, match=r"at most 1,024 bytes"):
        passwords.hash("ä" * 513)


def test_a_password_over_one_kilobyte_matches_nothing(passwords: Argon2Passwords) -> None:
    empty = passwords.hash("")

    assert not passwords.matches("x" * 1025, empty)


@pytest.mark.parametrize(
    ("password", "stored"),
    [(PASSWORD, None), (PASSWORD, ""), (PASSWORD, "not a hash"), ("x" * 30_000_000, None)],
    ids=["nobody", "no hash", "malformed hash", "thirty megabytes"],
)
def test_every_comparison_costs_the_same(
    passwords: Argon2Passwords, hashed: str, password: str, stored: str | None
) -> None:
    usual = cost(lambda: passwords.matches("wrong", hashed))

    unusual = cost(lambda: passwords.matches(password, stored))

    assert 0.5 < unusual / usual < 2


def cost(compare: Callable[[], bool]) -> float:
    """Seconds of processor time, undisturbed by others on this machine."""
    return min(_once(compare) for _ in range(5))


def _once(compare: Callable[[], bool]) -> float:
    start = process_time()
    compare()
    return process_time() - start


@pytest.mark.parametrize("password", ["1234567890", "qwertyuiop", "password123", "1q2w3e4r5t"])
def test_passwords_that_many_people_have_are_common(
    passwords: Argon2Passwords, password: str
) -> None:
    assert passwords.is_common(password)


@pytest.mark.parametrize("password", [PASSWORD, "", "1234567890 ", "\ud800", "1234567890\n"])
def test_other_passwords_are_not_common(passwords: Argon2Passwords, password: str) -> None:
    assert not passwords.is_common(password)
