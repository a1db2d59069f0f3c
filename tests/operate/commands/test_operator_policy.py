"""The operator's policy permits what the operator's commands call, and nothing else."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from infra.packaging.package import ROOT
from infra.permissions import deployer_policy, operator_policy
from infra.permissions.grants import LIMIT, policies, size
from infra.template.policies import PERMITTED, PUSH_QUEUE, SOCKETS, TABLE, TOPIC, WEBHOOK_QUEUE
from tests.deployment.fake_account.aws import OWNER
from tests.deployment.permissions.permits import Needed, permits
from tests.operate.commands.stage_in_moto import NAME, REGION, STAGE, StageInMoto, stage_in_moto

EXAMPLE = ROOT / "examples" / "github" / "operator.json"
DOCUMENTS: list[Any] = policies(operator_policy.GRANTS, "arn:aws:", REGION, OWNER)
STATEMENTS = [statement for document in DOCUMENTS for statement in document["Statement"]]
DEPLOYER: list[Any] = [
    statement
    for document in policies(deployer_policy.GRANTS, "arn:aws:", REGION, OWNER)
    for statement in document["Statement"]  # type: ignore[attr-defined]
]
PLACE = f"{REGION}:{OWNER}"
TABLE_ARN = f"arn:aws:dynamodb:{PLACE}:table/{NAME}"
IN_TRANSACTION = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}
BY_ADMINISTRATORS = {
    "budgets:CreateBudget",
    "cloudformation:Deploy",  # of the policies themselves
    "kms:CreateKey",
    "kms:EnableKeyRotation",
    "wafv2:CreateWebAcl",
}
"""The commands of the pages for which neither policy is meant."""
Params = Mapping[str, Any]


def needed_by(service: str, operation: str, params: Params) -> Iterator[Needed]:
    """The permissions for a call, with the ARNs that it names."""
    match service:
        case "cloudformation":
            arn = f"arn:aws:cloudformation:{PLACE}:stack/{params['StackName']}/an-id"
            yield Needed(f"cloudformation:{operation}", arn)
        case "lambda":
            name = f"{params['FunctionName']}:{params['Qualifier']}"
            yield Needed(f"lambda:{operation}", f"arn:aws:lambda:{PLACE}:function:{name}")
        case "dynamodb" if operation == "TransactWriteItems":
            for step in (name for item in params["TransactItems"] for name in item):
                yield Needed(f"dynamodb:{IN_TRANSACTION[step]}", TABLE_ARN)
        case "dynamodb" if "IndexName" in params:
            yield Needed(f"dynamodb:{operation}", f"{TABLE_ARN}/index/{params['IndexName']}")
        case "dynamodb":
            yield Needed(f"dynamodb:{operation}", TABLE_ARN)
        case "dynamodbstreams":
            yield Needed(f"dynamodb:{operation}", params.get("StreamArn", f"{TABLE_ARN}/stream/1"))
        case "sqs":
            queue = params["QueueUrl"].rpartition("/")[2]
            yield Needed(f"sqs:{operation}", f"arn:aws:sqs:{PLACE}:{queue}")
        case "kms":
            yield Needed(f"kms:{operation}", f"arn:aws:kms:{PLACE}:key/1")
        case "sns":
            yield Needed(f"sns:{operation}", params["TopicArn"])
        case _:
            yield Needed(f"{service}:{operation}", "a service that this test does not know")


class RecordedStage:
    """Runs commands on the stage, and remembers the permissions that they need."""

    def __init__(self, stage: StageInMoto) -> None:
        self.stage = stage
        self.needed = set[Needed]()

    def run(self, command: Any, *options: str) -> str:
        from botocore.client import BaseClient

        make = BaseClient._make_api_call  # type: ignore[attr-defined]

        def note(client: Any, operation: str, params: Params) -> Any:
            service = client.meta.service_model.service_name
            self.needed.update(needed_by(service, operation, params))
            return make(client, operation, params)

        with patch.object(BaseClient, "_make_api_call", note):
            return self.stage.run(command, *options)

    def baton(self, *options: str) -> str:
        from infra.baton import main

        return self.run(main, "--stage", STAGE, *options)


@pytest.fixture(scope="module")
def needed(tmp_path_factory: pytest.TempPathFactory) -> set[Needed]:
    """The permissions that the commands need in the story of a stage."""
    with stage_in_moto() as stage:
        recorded = RecordedStage(stage)
        _set_up(recorded)
        _move_data(recorded, tmp_path_factory.mktemp("files") / "shop.jsonl")
        _handle_dead_letters(recorded)
    return recorded.needed


def _set_up(recorded: RecordedStage) -> None:
    from chalicelib import wiring
    from chalicelib.usecases.records.webhooks import Webhook

    recorded.baton("init", "--email", "olga@example.test", "--name", "Olga")
    recorded.baton("add-bot", "shop")
    webhook = Webhook("https://bot.example.test/", ("whsec_" + "QUFB" * 11,), active_since=1)
    wiring.services().administration.update_webhook("shop", None, webhook)
    for key in (recorded.stage.new_key(), ""):
        recorded.stage.deploy(key)
        assert "1 webhooks" in recorded.baton("seal-secrets")
    assert "BATON_SECRET=" in recorded.baton("env")


def _move_data(recorded: RecordedStage, file: Path) -> None:
    from chalicelib import wiring
    from chalicelib.domain.access import Caller, Role
    from chalicelib.domain.address import Address
    from chalicelib.domain.conversation.commands import Pause
    from chalicelib.domain.conversation.handoff import Request
    from chalicelib.usecases.conversations.execute import execute

    bot, place = Caller("shop", "Shop", Role.BOT, "shop"), Address("shop", "web", "u-1")
    execute(wiring.services(), bot, place, Pause(Request(reason="lost")))
    file.write_text(recorded.baton("export", "shop"))
    assert "lost" in recorded.baton("export", "shop", "--channel", "web", "--user", "u-1")
    assert "1 conversations" in recorded.baton("import", str(file), "--bot", "copy")
    assert "hidden: 1" in recorded.baton("erase", "copy", "web", "u-1")


def _handle_dead_letters(recorded: RecordedStage) -> None:
    from chalicelib.domain.address import Address
    from infra import dead_letters
    from infra.table import prepare

    conversation = Address("shop", "web", "u-1").conversation_id
    place = {"bot": "shop", "conversation_id": conversation, "seq": 1}
    for body in ({**place, "type": "handoff.requested"}, recorded.stage.stream_batch()):
        recorded.stage.bury(body)
    assert "delivery" in recorded.run(dead_letters.main, "list")
    said = recorded.run(dead_letters.main, "replay")
    assert said.count("replayed: ") == 2, said
    recorded.run(dead_letters.main, "purge", "--yes")
    assert NAME in recorded.run(prepare.main, NAME)


def of_replayed_reactions() -> Iterator[Needed]:
    """The permissions of the stream's function: `replay` runs reactions on this machine."""
    arns = {
        TOPIC: f"arn:aws:sns:{PLACE}:{NAME}",
        SOCKETS: f"arn:aws:execute-api:{PLACE}:api1/api/POST/@connections/c1",
        **dict.fromkeys((PUSH_QUEUE, WEBHOOK_QUEUE), f"arn:aws:sqs:{PLACE}:{NAME}"),
        "Files/kept/*": "arn:aws:s3:::baton-prod-files-1/kept/shop/1",
        TABLE: TABLE_ARN,
        f"{TABLE}/index/board": f"{TABLE_ARN}/index/board",
    }
    for resource, operations in PERMITTED["on_change"].items():
        arn = arns[resource]
        for operation in operations:
            action = "ManageConnections" if resource == SOCKETS else operation
            yield Needed(f"{arn.split(':')[2]}:{action}", arn)


def documented() -> set[str]:
    """The IAM actions of the commands of the AWS CLI on the pages for operators."""
    pages = [(ROOT / "docs" / name).read_text() for name in ("operations.md", "deploy.md")]
    blocks = [block for page in pages for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL)]
    found = {each for block in blocks for each in re.findall(r"\baws (\w+) ([a-z][a-z-]+)", block)}
    named = {
        (service, "".join(part.capitalize() for part in command.split("-")))
        for service, command in found
    }
    return {
        "apigateway:PATCH" if operation == "UpdateStage" else f"{service}:{operation}"
        for service, operation in named
    }


def test_every_call_of_the_commands_is_permitted(needed: set[Needed]) -> None:
    assert {each for each in needed if not permits(STATEMENTS, each)} == set()
    assert {each.action for each in needed} >= {
        *("kms:Encrypt", "kms:Decrypt", "dynamodb:GetRecords", "sqs:PurgeQueue", "sqs:SendMessage"),
        *("dynamodb:UpdateTimeToLive", "lambda:GetFunctionConfiguration"),
    }


def test_the_reactions_that_a_replay_runs_are_permitted() -> None:
    assert [each for each in of_replayed_reactions() if not permits(STATEMENTS, each)] == []


def test_the_commands_of_the_pages_are_permitted_to_operators_or_deployers() -> None:
    lacking = {
        each
        for each in documented() - BY_ADMINISTRATORS
        if not permits([*STATEMENTS, *DEPLOYER], Needed(each, ""))
    }

    assert lacking == set(), "add them to infra/permissions/operator_policy.py"
    assert "dynamodb:RestoreTableToPointInTime" in documented()


USED_BY_AWS = {
    *("dynamodb:Scan", "kms:CreateGrant", "kms:DescribeKey", "kms:GenerateDataKey"),
    *("kms:ReEncryptFrom", "kms:ReEncryptTo"),
}
"""DynamoDB uses these in the name of whoever restores a table, or uses a table with a DataKey."""


def test_every_permission_is_used(needed: set[Needed]) -> None:
    used = {each.action for each in (*needed, *of_replayed_reactions())}
    permitted = {action for statement in STATEMENTS for action in statement["Action"]}

    assert permitted - used - documented() - USED_BY_AWS == set()


@pytest.mark.parametrize(
    ("action", "arn"),
    [
        ("dynamodb:DeleteTable", TABLE_ARN),
        ("dynamodb:GetItem", f"arn:aws:dynamodb:{PLACE}:table/orders"),
        ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{PLACE}:function:{NAME}"),
        ("lambda:GetFunctionConfiguration", f"arn:aws:lambda:{PLACE}:function:billing:live"),
        ("cloudformation:DeleteStack", f"arn:aws:cloudformation:{PLACE}:stack/baton-prod/1"),
        ("sqs:SendMessage", f"arn:aws:sqs:{PLACE}:orders"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{PLACE}:secret:baton-a"),
        ("iam:PassRole", f"arn:aws:iam::{OWNER}:role/baton-prod-Role-1"),
    ],
)
def test_operators_cannot_deploy_delete_or_reach_other_software(action: str, arn: str) -> None:
    assert not permits(STATEMENTS, Needed(action, arn))


def test_each_policy_is_below_the_limit_of_iam() -> None:
    longest: list[Any] = policies(
        operator_policy.GRANTS, "arn:aws-us-gov:", "ap-southeast-2", OWNER
    )

    assert max(map(size, longest)) <= LIMIT


def test_the_example_is_the_generated_template() -> None:
    assert json.loads(EXAMPLE.read_text()) == operator_policy.template(), (
        f"run: python -m {operator_policy.__name__} > {EXAMPLE.relative_to(ROOT)}"
    )


def test_the_example_is_valid_and_names_only_actions_of_iam() -> None:
    """cfn-lint knows the actions of IAM."""
    from cfnlint.api import lint_all

    problems = [str(each) for each in lint_all(EXAMPLE.read_text()) if each.rule.id[0] != "I"]

    assert problems == []
