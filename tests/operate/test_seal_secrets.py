"""`seal-secrets` on a stage: the stack's output names a function, whose environment has the key.

The stage is made in moto: a stack with two outputs, a function with an alias, a table and keys.
"""

import base64
import io
import json
import os
import zipfile
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from click.testing import CliRunner
from moto import mock_aws

from chalicelib import wiring
from chalicelib.adapters.aws.kms import SEALED
from chalicelib.adapters.dynamodb.schema import table_definition
from chalicelib.settings import settings
from chalicelib.usecases.records.bots import Bot
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.second_factor import FactorOwner, SecondFactor
from chalicelib.usecases.records.webhooks import SecretOwner, Webhook
from infra.baton import main
from infra.deployment.stage import FUNCTION
from infra.template.names import stack_of
from infra.template.rollout import ALIAS
from tests.support.engines import CREDENTIALS

STAGE, REGION, TABLE = "prod", "eu-central-1", "table-of-the-stage"
FUNCTION_NAME = "message-function"
SECRET, SINCE = "whsec_" + "QUFB" * 11, 1_767_225_600_000
URL = "https://bot.example.test/hook"


class Stage:
    """A deployed stage as the command sees it."""

    def __init__(self) -> None:
        self._kms: Any = boto3.client("kms", REGION)
        self._lambda: Any = boto3.client("lambda", REGION)
        boto3.client("dynamodb", REGION).create_table(TableName=TABLE, **table_definition())
        role = boto3.client("iam", REGION).create_role(
            RoleName="a-role", AssumeRolePolicyDocument="{}"
        )
        self._lambda.create_function(
            FunctionName=FUNCTION_NAME,
            Runtime="python3.13",
            Role=role["Role"]["Arn"],
            Handler="app.message",
            Code={"ZipFile": _zip()},
        )
        self.deploy(key="")
        values = {FUNCTION: FUNCTION_NAME, "Url": "https://baton.example.test"}
        template = {
            "Resources": {"Events": {"Type": "AWS::SNS::Topic"}},
            "Outputs": {name: {"Value": value} for name, value in values.items()},
        }
        boto3.client("cloudformation", REGION).create_stack(
            StackName=stack_of(STAGE), TemplateBody=json.dumps(template)
        )

    def new_key(self) -> str:
        arn: str = self._kms.create_key()["KeyMetadata"]["Arn"]
        return arn

    def key_of(self, bot: str, sealed: str) -> str:
        """The key that opens it."""
        blob = base64.b64decode(sealed.removeprefix(SEALED))
        context = {"baton-bot": bot, "baton-webhook": str(SINCE)}
        found: str = self._kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)["KeyId"]
        return found

    def deploy(self, key: str) -> None:
        """Publishes a version with this key, and lets the alias name it."""
        variables = {
            "BATON_STAGE": STAGE,
            "BATON_TABLE": TABLE,
            "BATON_TOPIC_ARN": "arn:aws:sns:eu-central-1:000000000000:t",
            **{f"BATON_{name}_URL": "https://queue" for name in ("QUEUE", "DEAD_LETTER")},
            "BATON_SOCKET_URL": "wss://sockets",
            "BATON_SOCKET_ENDPOINT": "https://sockets",
            "BATON_SECRETS_KEY": key,
        }
        self._lambda.update_function_configuration(
            FunctionName=FUNCTION_NAME, Environment={"Variables": variables}
        )
        version = self._lambda.publish_version(FunctionName=FUNCTION_NAME)["Version"]
        known = self._lambda.list_aliases(FunctionName=FUNCTION_NAME)["Aliases"]
        change = self._lambda.update_alias if known else self._lambda.create_alias
        change(FunctionName=FUNCTION_NAME, Name=ALIAS, FunctionVersion=version)

    def run(self) -> str:
        """What `seal-secrets` prints."""
        forget_settings()
        answer = CliRunner().invoke(main, ["--stage", STAGE, "seal-secrets"])
        assert answer.exit_code == 0, answer.output
        return answer.output


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "")
    return packed.getvalue()


def forget_settings() -> None:
    settings.cache_clear()
    wiring.services.cache_clear()


@pytest.fixture
def stage() -> Iterator[Stage]:
    environment = {**CREDENTIALS, "AWS_DEFAULT_REGION": REGION}
    with patch.dict(os.environ, environment), mock_aws():
        yield Stage()
    forget_settings()


def stored(bot: str) -> str:
    webhook = wiring.services().administration.webhook(bot)
    assert webhook is not None
    (secret,) = webhook.secrets
    return secret


def opened(bot: str) -> str:
    return wiring.services().secret_sealer.open(SecretOwner(bot, SINCE), stored(bot))


def test_the_command_seals_unseals_and_changes_the_key_of_all_secrets(stage: Stage) -> None:
    bots, keys = ("shop", "bank"), [stage.new_key() for _ in range(2)]
    assert "0 webhooks and 0 second factors are sealed with no key." in stage.run()
    for bot in bots:
        services = wiring.services()
        services.administration.create_bot(Bot(bot, bot))
        services.administration.update_webhook(
            bot, None, Webhook(URL, (SECRET,), active_since=SINCE)
        )

    factor, owner = SecondFactor("p_ana", "JBSWY3DP"), FactorOwner("p_ana")
    services.administration.create_person(Person("p_ana", "ana@example.test", "Ana", "hash"))
    assert services.second_factors.replace(None, factor)

    for key in keys:
        stage.deploy(key)
        assert f"2 webhooks and 1 second factors are sealed with {key}." in stage.run()
        assert {stage.key_of(bot, stored(bot)) for bot in bots} == {key}
        assert [opened(bot) for bot in bots] == [SECRET, SECRET]
        sealed = wiring.services().second_factors.get("p_ana")
        assert sealed
        assert sealed.secret.startswith(SEALED)
        assert wiring.services().secret_sealer.open(owner, sealed.secret) == factor.secret

    stage.deploy(key="")
    assert "2 webhooks and 1 second factors are sealed with no key." in stage.run()
    assert [stored(bot) for bot in bots] == [SECRET, SECRET]
    assert wiring.services().second_factors.get("p_ana") == factor
