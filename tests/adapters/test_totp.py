"""The codes of authenticator apps, and the picture that they scan."""

import pytest
import segno

from chalicelib.adapters.security.totp import TotpAuthenticator

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The secret of RFC 6238, appendix B. Our codes are the last six digits of its values."""
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_values_of_the_rfc_are_accepted(seconds: int, code: str) -> None:
    found = TotpAuthenticator().step_of(RFC_SECRET, code, seconds * 1000)

    assert found == seconds // 30


def test_a_code_of_the_step_before_or_after_names_its_own_step() -> None:
    authenticator, (seconds, code) = TotpAuthenticator(), VECTORS[1]

    at = [authenticator.step_of(RFC_SECRET, code, (seconds + 30 * by) * 1000) for by in (-2, -1, 2)]

    assert at == [None, 37037036, None]


@pytest.mark.parametrize("code", ["", "28708", "2870820", "abcdef", "２８７０８３", "\x00"])
def test_what_is_no_code_is_refused(code: str) -> None:
    assert TotpAuthenticator().step_of(RFC_SECRET, code, 59_000) is None


def test_each_secret_has_160_bits_and_is_new() -> None:
    secrets = {TotpAuthenticator().new_secret() for _ in range(9)}

    assert len(secrets) == 9
    assert {len(each) for each in secrets} == {32}


def test_the_rows_draw_the_qr_code_of_the_text() -> None:
    rows = TotpAuthenticator().qr_code("otpauth://totp/Baton:ana?secret=A")

    again = segno.make("otpauth://totp/Baton:ana?secret=A", error="m", micro=False)
    assert len(rows) == len(rows[0]) == again.symbol_size(border=0)[0]
    finder = ["1111111", "1000001", *["1011101"] * 3, "1000001", "1111111"]
    assert [row[:7] for row in rows[:7]] == finder
