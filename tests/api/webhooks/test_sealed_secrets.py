"""Webhook secrets are sealed in the table, if the installation has a key for them."""

import pytest

from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases.ports.webhooks import Owner
from chalicelib.usecases.records.webhooks import SecretOwner, Webhook
from chalicelib.usecases.webhooks.sealing import Sealed, seal_stored_secrets
from chalicelib.usecases.webhooks.worker import deliver
from tests.api.conversation_setup import id_of, ok, owned
from tests.api.webhooks.test_webhooks import URL, WEBHOOK, put, signed_by
from tests.support.api import Api
from tests.support.fakes import FakeSecretSealer
from tests.support.services import MemoryServices


def stored(services: MemoryServices) -> Webhook:
    webhook = services.administration.webhook("demo")
    assert webhook is not None
    return webhook


def all_stored(services: MemoryServices) -> list[str]:
    webhook = stored(services)
    return [*webhook.secrets, *(each.secret for each in webhook.retiring_secrets)]


def test_the_table_holds_a_new_secret_sealed_and_calls_are_signed_with_it(
    owner: Api, services: MemoryServices
) -> None:
    services.secret_sealer.key = "key-1"

    secret = put(owner)["secret"]
    ok(owner.post(f"{WEBHOOK}/test", {}))

    assert secret.startswith("whsec_")
    assert [each.split("|")[:2] for each in all_stored(services)] == [["sealed", "key-1"]]
    assert signed_by(services.webhook_client.requests[0], secret)


def test_without_a_key_secrets_are_stored_as_they_are(owner: Api, services: MemoryServices) -> None:
    secret = put(owner)["secret"]

    assert all_stored(services) == [secret]


def test_an_unsealed_secret_signs_on_and_is_sealed_by_the_next_change(
    owner: Api, services: MemoryServices
) -> None:
    secret = put(owner)["secret"]
    services.secret_sealer.key = "key-1"

    ok(owner.post(f"{WEBHOOK}/test", {}))
    assert all_stored(services) == [secret]
    put(owner, URL + "2")
    ok(owner.post(f"{WEBHOOK}/test", {}))

    assert [each.split("|")[0] for each in all_stored(services)] == ["sealed"]
    assert all(signed_by(each, secret) for each in services.webhook_client.requests)


def test_a_rotation_seals_the_new_and_the_old_secret_with_the_present_key(
    owner: Api, services: MemoryServices
) -> None:
    services.secret_sealer.key = "key-1"
    old = put(owner)["secret"]
    services.secret_sealer.key = "key-2"

    new = ok(owner.post(f"{WEBHOOK}/rotate", {"overlap_s": 60}))["secret"]
    ok(owner.post(f"{WEBHOOK}/test", {}))

    assert [each.split("|")[1] for each in all_stored(services)] == ["key-2", "key-2"]
    (request,) = services.webhook_client.requests
    assert signed_by(request, old)
    assert signed_by(request, new)


def test_a_secret_that_was_copied_from_another_bot_signs_nothing(
    owner: Api, services: MemoryServices
) -> None:
    services.secret_sealer.key = "key-1"
    put(owner)
    mine = stored(services)
    theirs = services.secret_sealer.seal(SecretOwner("shop", mine.active_since), "whsec_x")
    services.administration.update_webhook(
        "demo", mine, Webhook(mine.url, (theirs,), mine.active_since)
    )

    assert owner.post(f"{WEBHOOK}/test", {}).status == 503
    assert services.webhook_client.requests == []


def test_a_key_that_refuses_keeps_the_entries_and_their_attempts(
    owner: Api, bot: Api, ana: Api, services: MemoryServices
) -> None:
    services.secret_sealer = sealer = RefusingSealer("key-1")
    put(owner)
    conversation_id = id_of(owned(bot, ana))
    services.clock.advance(1)

    sealer.refuses = True
    with pytest.raises(TemporarilyUnavailable):
        deliver(services, "demo", conversation_id, "receipt")
    assert services.deliveries.cursor("demo", conversation_id).attempts == 0

    sealer.refuses = False
    assert deliver(services, "demo", conversation_id, "receipt") is True
    assert services.webhook_client.requests != []


class RefusingSealer(FakeSecretSealer):
    refuses = False

    def open(self, owner: Owner, stored: str) -> str:
        if self.refuses:
            raise TemporarilyUnavailable("refused", retry_after=1)
        return super().open(owner, stored)


def test_the_operator_seals_all_stored_secrets_and_unseals_them_without_a_key(
    owner: Api, services: MemoryServices
) -> None:
    secret = put(owner)["secret"]

    for key, begins in (("key-1", "sealed|key-1|"), ("key-2", "sealed|key-2|"), ("", secret)):
        services.secret_sealer.key = key
        assert seal_stored_secrets(services) == Sealed(1, 0, 0, 0)
        assert [each.startswith(begins) for each in all_stored(services)] == [True]
