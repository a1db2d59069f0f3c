import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from chalicelib.usecases.webhooks.signing import new_secret, sign

SECRET = new_secret(bytes(range(32)))
OTHER = new_secret(bytes(range(32, 64)))
BODY = '{"type":"agent.message","data":{"text":"Grüße ☂"}}'.encode()


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def headers(signature: str, timestamp: int, webhook_id: str = "c_1:7") -> dict[str, str]:
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature,
    }


def test_the_reference_implementation_accepts_the_signature() -> None:
    timestamp = now()

    signature = sign([SECRET], "c_1:7", timestamp, BODY)

    assert Webhook(SECRET).verify(BODY, headers(signature, timestamp)) == json.loads(BODY)


def test_the_signature_is_the_one_that_the_specification_gives_as_its_example() -> None:
    # https://github.com/standard-webhooks/standard-webhooks, the libraries' common test vector
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'

    signature = sign([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("known", [SECRET, OTHER])
def test_during_a_rotation_either_secret_opens_it(known: str) -> None:
    timestamp = now()

    signature = sign([SECRET, OTHER], "c_1:7", timestamp, BODY)

    assert len(signature.split(" ")) == 2
    Webhook(known).verify(BODY, headers(signature, timestamp))


@given(bit=st.integers(0, 8 * len(BODY) - 1))
def test_a_body_with_any_bit_flipped_is_not_the_signed_one(bit: int) -> None:
    timestamp = now()
    signature = sign([SECRET], "c_1:7", timestamp, BODY)
    damaged = bytearray(BODY)
    damaged[bit // 8] ^= 1 << bit % 8

    with pytest.raises((WebhookVerificationError, UnicodeDecodeError)):
        Webhook(SECRET).verify(bytes(damaged), headers(signature, timestamp))


def test_another_id_time_or_secret_does_not_fit_the_signature() -> None:
    timestamp = now()
    signature = sign([SECRET], "c_1:7", timestamp, BODY)

    for given_headers, secret in (
        (headers(signature, timestamp, "c_1:8"), SECRET),
        (headers(signature, timestamp + 1), SECRET),
        (headers(signature, timestamp), OTHER),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(BODY, given_headers)


def test_any_body_at_all_can_be_signed() -> None:
    body = bytes(range(256))

    assert sign([SECRET], "c_1:7", 1, body) != sign([SECRET], "c_1:7", 1, body[::-1])


def test_a_new_secret_holds_the_given_bytes() -> None:
    secret = new_secret(b"x" * 24)

    assert base64.b64decode(secret.removeprefix("whsec_")) == b"x" * 24


@pytest.mark.parametrize("length", [0, 23, 65])
def test_a_secret_of_too_few_or_too_many_bytes_is_not_made(length: int) -> None:
    with pytest.raises(ValueError, match="24 to 64 bytes"):
        new_secret(bytes(length))


@pytest.mark.parametrize(
    "secret", ["", "whsec_", SECRET[1:], "whsec_short", f"{SECRET}!", f"whsec_{'ü' * 40}"]
)
def test_what_is_no_secret_signs_nothing(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        sign([secret], "c_1:7", 1, BODY)


def test_without_a_secret_nothing_is_signed() -> None:
    with pytest.raises(ValueError, match="without a secret"):
        sign([], "c_1:7", 1, BODY)
