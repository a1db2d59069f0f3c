"""Web push messages, against the vectors of RFC 8291 and against an independent decoder."""

import base64
from typing import Any

import pytest

from chalicelib.adapters.security.web_push import WebPushEncoder
from tests.support.network.push_service import Browser, bytes_of, text_of

# RFC 8291, section 5 and appendix A.
PLAINTEXT = b"When I grow up, I want to be a watermelon"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RECEIVER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
RECEIVERS_KEY = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
MESSAGE = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
    "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
NOW = 1_700_000_000_000
ENDPOINT = "https://push.example.net:8443/send/abc?x=1"


def test_the_example_of_rfc_8291_gives_its_bytes() -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

    sender = derive_private_key(int.from_bytes(bytes_of(SENDER)), SECP256R1())
    encoder = WebPushEncoder(lambda size: bytes_of(SALT), lambda: sender)

    assert text_of(encoder.encrypt(RECEIVER, AUTH, PLAINTEXT)) == MESSAGE


def test_the_independent_decoder_reads_the_example_of_rfc_8291() -> None:
    browser = Browser(ENDPOINT, RECEIVERS_KEY, AUTH)

    assert browser.public == RECEIVER
    assert browser.decrypt(bytes_of(MESSAGE)) == PLAINTEXT


@pytest.mark.parametrize("length", [0, 1, 3993])
def test_a_browser_reads_a_message_of_any_length_that_fits(length: int) -> None:
    browser = Browser(ENDPOINT)
    plaintext = b"x" * length

    body = WebPushEncoder().encrypt(browser.public, browser.auth, plaintext)

    assert browser.decrypt(body) == plaintext


def test_a_message_that_no_push_service_takes_is_refused() -> None:
    browser = Browser(ENDPOINT)

    with pytest.raises(ValueError, match="4096"):
        WebPushEncoder().encrypt(browser.public, browser.auth, b"x" * 3994)


def test_two_messages_share_neither_salt_nor_key() -> None:
    browser, encoder = Browser(ENDPOINT), WebPushEncoder()
    first, second = (encoder.encrypt(browser.public, browser.auth, b"x") for _ in range(2))

    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]


@pytest.mark.parametrize("public", ["", "no key", RECEIVER[:-4], RECEIVER[:-2] + "A4"])
def test_a_key_that_is_no_point_of_the_curve_is_refused(public: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)key|point|base64|empty"):
        WebPushEncoder().encrypt(public, AUTH, b"x")


def test_the_authorization_names_the_push_service_and_proves_the_key() -> None:
    encoder = WebPushEncoder()
    private, public = encoder.new_key()
    subject = "https://baton.example.com/console/index.html"

    claims = verified(encoder.authorization(ENDPOINT, private, public, subject, NOW), public)

    assert claims["aud"] == "https://push.example.net:8443"
    assert claims["sub"] == subject
    assert 0 < claims["exp"] - NOW // 1000 <= 24 * 60 * 60


def verified(headers: Any, public: str) -> dict[str, Any]:
    """The claims. The signature is checked by `cryptography` alone."""
    import json

    from cryptography.hazmat.primitives.asymmetric.ec import (
        ECDSA,
        SECP256R1,
        EllipticCurvePublicKey,
    )
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    scheme, _, rest = headers["authorization"].partition(" ")
    fields = dict(field.strip().split("=", 1) for field in rest.split(","))
    assert (scheme, fields["k"]) == ("vapid", public)
    signed, _, signature = fields["t"].rpartition(".")
    raw = bytes_of(signature)
    numbers = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
    key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), bytes_of(public))
    key.verify(encode_dss_signature(*numbers), signed.encode(), ECDSA(SHA256()))
    head, _, claims = signed.partition(".")
    assert json.loads(bytes_of(head))["alg"] == "ES256"
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(claims + "=="))
    return found
