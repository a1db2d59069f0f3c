"""Webhook secrets are sealed with KMS: the adapter on moto and the fake keep the same promises."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from chalicelib.adapters.aws.kms import LIFETIME, KmsSecretSealer
from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases.ports.webhooks import SecretSealer
from chalicelib.usecases.records.webhooks import SecretOwner
from tests.support.clock import ManualClock
from tests.support.fakes import FakeSecretSealer

REGION = "eu-central-1"
SECRET = "whsec_" + "QUFB" * 11
OWNER = SecretOwner("demo", 1_767_225_600_000)


class CountingKms:
    """KMS in moto; counts the calls."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.decrypted = 0

    def encrypt(self, **arguments: Any) -> Any:
        return self._client.encrypt(**arguments)

    def decrypt(self, **arguments: Any) -> Any:
        self.decrypted += 1
        return self._client.decrypt(**arguments)


@pytest.fixture
def kms(aws: None) -> Any:
    return boto3.client("kms", region_name=REGION)


@pytest.fixture
def counting(kms: Any) -> CountingKms:
    return CountingKms(kms)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def made_key(kms: Any) -> str:
    arn: str = kms.create_key()["KeyMetadata"]["Arn"]
    return arn


@pytest.fixture(params=["fake", "kms"])
def sealer(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[SecretSealer]:
    if request.param == "fake":
        yield FakeSecretSealer("a-key")
        return
    kms = request.getfixturevalue("kms")
    yield KmsSecretSealer(lambda: kms, made_key(kms), clock)


def test_a_sealed_secret_does_not_show_the_secret_and_opens_again(sealer: SecretSealer) -> None:
    sealed = sealer.seal(OWNER, SECRET)

    assert sealed != SECRET
    assert not sealed.startswith("whsec_")
    assert sealer.open(OWNER, sealed) == SECRET


def test_an_unsealed_secret_is_returned_as_it_is(sealer: SecretSealer) -> None:
    assert sealer.open(OWNER, SECRET) == SECRET


@pytest.mark.parametrize("other", [SecretOwner("shop", OWNER.webhook), SecretOwner("demo", 8)])
def test_a_secret_opens_for_its_own_bot_and_webhook_only(
    sealer: SecretSealer, other: SecretOwner
) -> None:
    sealed = sealer.seal(OWNER, SECRET)

    with pytest.raises(TemporarilyUnavailable):
        sealer.open(other, sealed)


def test_a_refusal_is_not_avoided_by_a_secret_that_was_opened_before(sealer: SecretSealer) -> None:
    sealed = sealer.seal(OWNER, SECRET)
    sealer.open(OWNER, sealed)

    with pytest.raises(TemporarilyUnavailable):
        sealer.open(SecretOwner("shop", OWNER.webhook), sealed)


def test_without_a_key_nothing_is_sealed_and_what_is_sealed_still_opens(
    kms: Any, clock: ManualClock
) -> None:
    sealed = KmsSecretSealer(lambda: kms, made_key(kms), clock).seal(OWNER, SECRET)

    keyless = KmsSecretSealer(lambda: kms, "", clock)

    assert keyless.seal(OWNER, SECRET) == SECRET
    assert keyless.open(OWNER, sealed) == SECRET


def test_a_new_key_opens_what_the_old_one_has_sealed(kms: Any, clock: ManualClock) -> None:
    sealed = KmsSecretSealer(lambda: kms, made_key(kms), clock).seal(OWNER, SECRET)
    new = made_key(kms)

    sealer = KmsSecretSealer(lambda: kms, new, clock)
    resealed = sealer.seal(OWNER, sealer.open(OWNER, sealed))

    assert sealer.open(OWNER, resealed) == SECRET
    assert resealed != sealed


def test_a_new_version_of_the_key_opens_what_the_old_one_has_sealed(
    kms: Any, clock: ManualClock
) -> None:
    key = made_key(kms)
    sealed = KmsSecretSealer(lambda: kms, key, clock).seal(OWNER, SECRET)

    kms.rotate_key_on_demand(KeyId=key)

    assert KmsSecretSealer(lambda: kms, key, clock).open(OWNER, sealed) == SECRET


def test_an_opened_secret_is_remembered_for_five_minutes(
    kms: Any, counting: CountingKms, clock: ManualClock
) -> None:
    sealer = KmsSecretSealer(lambda: counting, made_key(kms), clock)
    sealed = sealer.seal(OWNER, SECRET)

    for _ in range(3):
        sealer.open(OWNER, sealed)
    assert counting.decrypted == 1

    clock.advance(LIFETIME)
    sealer.open(OWNER, sealed)
    assert counting.decrypted == 2


def test_a_key_that_refuses_is_told_as_temporarily_unavailable(
    kms: Any, clock: ManualClock
) -> None:
    """moto does not refuse a disabled key, but one that it does not know."""
    unknown = made_key(kms)[:-4] + "0000"

    with pytest.raises(TemporarilyUnavailable):
        KmsSecretSealer(lambda: kms, unknown, clock).seal(OWNER, SECRET)


def test_a_key_service_that_does_not_answer_is_told_as_temporarily_unavailable(
    clock: ManualClock,
) -> None:
    silent = boto3.client(
        "kms",
        region_name=REGION,
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )

    with pytest.raises(TemporarilyUnavailable):
        KmsSecretSealer(lambda: silent, "a-key", clock).seal(OWNER, SECRET)
