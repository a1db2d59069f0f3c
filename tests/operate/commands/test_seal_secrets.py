"""`seal-secrets` on a stage: the stack's output names a function, whose environment has the key."""

import base64
from collections.abc import Iterator

import pytest

from chalicelib import wiring
from chalicelib.adapters.aws.kms import SEALED
from chalicelib.usecases.records.bots import Bot
from chalicelib.usecases.records.mail import PushKey, PushKeyOwner
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.second_factor import FactorOwner, SecondFactor
from chalicelib.usecases.records.webhooks import SecretOwner, Webhook
from infra.baton import main
from tests.operate.commands.stage_in_moto import STAGE, StageInMoto, stage_in_moto

SECRET, SINCE = "whsec_" + "QUFB" * 11, 1_767_225_600_000
URL = "https://bot.example.test/hook"


@pytest.fixture
def stage() -> Iterator[StageInMoto]:
    with stage_in_moto() as made:
        yield made


def sealed_anew(stage: StageInMoto) -> str:
    """The output of `seal-secrets`."""
    return stage.run(main, "--stage", STAGE, "seal-secrets")


def key_of(stage: StageInMoto, bot: str, sealed: str) -> str:
    """The key that opens it."""
    blob = base64.b64decode(sealed.removeprefix(SEALED))
    context = {"baton-bot": bot, "baton-webhook": str(SINCE)}
    found: str = stage.kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)["KeyId"]
    return found


def stored(bot: str) -> str:
    webhook = wiring.services().administration.webhook(bot)
    assert webhook is not None
    (secret,) = webhook.secrets
    return secret


def opened(bot: str) -> str:
    return wiring.services().secret_sealer.open(SecretOwner(bot, SINCE), stored(bot))


def sealed(webhooks: int, others: int, key: str) -> str:
    return (
        f"{webhooks} webhooks, {others} second factors and {others} keys of web push are sealed "
        f"with {key}."
    )


def test_the_command_seals_unseals_and_changes_the_key_of_all_secrets(stage: StageInMoto) -> None:
    bots, keys = ("shop", "bank"), [stage.new_key() for _ in range(2)]
    assert sealed(0, 0, "no key") in sealed_anew(stage)
    for bot in bots:
        services = wiring.services()
        services.administration.create_bot(Bot(bot, bot))
        services.administration.update_webhook(
            bot, None, Webhook(URL, (SECRET,), active_since=SINCE)
        )

    factor, owner = SecondFactor("p_ana", "JBSWY3DP"), FactorOwner("p_ana")
    services.administration.create_person(Person("p_ana", "ana@example.test", "Ana", "hash"))
    assert services.second_factors.replace(None, factor)

    push_key = PushKey("private", "public")
    assert services.push_subscriptions.replace_key(None, push_key)

    for key in keys:
        stage.deploy(key)
        assert sealed(2, 1, key) in sealed_anew(stage)
        assert {key_of(stage, bot, stored(bot)) for bot in bots} == {key}
        assert [opened(bot) for bot in bots] == [SECRET, SECRET]
        stored_factor = wiring.services().second_factors.get("p_ana")
        assert stored_factor
        assert stored_factor.secret.startswith(SEALED)
        assert wiring.services().secret_sealer.open(owner, stored_factor.secret) == factor.secret
        stored_key = wiring.services().push_subscriptions.key()
        assert stored_key
        assert stored_key.private.startswith(SEALED)
        assert wiring.services().secret_sealer.open(PushKeyOwner(), stored_key.private) == "private"

    stage.deploy(key="")
    assert sealed(2, 1, "no key") in sealed_anew(stage)
    assert [stored(bot) for bot in bots] == [SECRET, SECRET]
    assert wiring.services().second_factors.get("p_ana") == factor
    assert wiring.services().push_subscriptions.key() == push_key
