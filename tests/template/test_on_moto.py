"""The expanded template makes a stack in moto's CloudFormation, a second emulator beside the engine
of tests/deploy. `for_moto` lists what moto lacks."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from moto import mock_aws
from moto.cloudformation.parsing import resource_class_from_type

from chalicelib.adapters.dynamodb.schema import table_definition
from infra.template.names import FUNCTIONS
from infra.template.policies import (
    PUSH_QUEUE,
    STREAM_DEAD_LETTERS,
    TABLE,
    WEBHOOK_DEAD_LETTERS,
    WEBHOOK_QUEUE,
)
from infra.template.policies import role_of as role_name_of
from infra.template.rollout import AT_ONCE
from tests.template.expansion import Evaluation, expanded, packaged_template
from tests.template.moto_template import DEPLOYMENT, UNSUPPORTED, for_moto

pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse:UserWarning")
REGION, BUCKET, STACK = "us-east-1", "packages", "baton-prod"
PARAMETERS = {"Rollout": AT_ONCE}
MOTO_FAILS = (ClientError, ResponseParserError, TypeError)


def whole() -> dict[str, Any]:
    return expanded(packaged_template("prod"), PARAMETERS, REGION)


def create(template: Mapping[str, Any], parameters: Mapping[str, str], name: str) -> None:
    s3 = boto3.client("s3", REGION)
    s3.create_bucket(Bucket=BUCKET)
    for key, content in {"code.zip": b"x", "template.json": json.dumps(template).encode()}.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=content)
    boto3.client("cloudformation", REGION).create_stack(
        StackName=name,
        TemplateURL=f"https://s3.amazonaws.com/{BUCKET}/template.json",
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
    )


class MotoStack:
    """The stack that moto has made of the template of the stage prod."""

    def __init__(self) -> None:
        self.template = for_moto(whole(), PARAMETERS)
        create(self.template, PARAMETERS, STACK)
        formation = boto3.client("cloudformation", REGION)
        (self.description,) = formation.describe_stacks(StackName=STACK)["Stacks"]
        pages = formation.get_paginator("list_stack_resources").paginate(StackName=STACK)
        self.names = {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for page in pages
            for each in page["StackResourceSummaries"]
        }

    def client(self, service: str) -> Any:
        return boto3.client(service, REGION)

    def environment(self, logical: str) -> dict[str, str]:
        found = self.client("lambda").get_function_configuration(FunctionName=self.names[logical])
        variables: dict[str, str] = found["Environment"]["Variables"]
        return variables

    def queue(self, logical: str) -> dict[str, str]:
        found = self.client("sqs").get_queue_attributes(
            QueueUrl=self.names[logical], AttributeNames=["All"]
        )
        attributes: dict[str, str] = found["Attributes"]
        return attributes


@pytest.fixture(scope="module")
def stack() -> Iterator[MotoStack]:
    with mock_aws():
        yield MotoStack()


def test_the_stack_is_made_with_each_resource_that_moto_supports(stack: MotoStack) -> None:
    evaluation = Evaluation(stack.template, PARAMETERS)
    wanted = {
        name
        for name, each in stack.template["Resources"].items()
        if each["Type"] not in UNSUPPORTED
        and ("Condition" not in each or evaluation.condition(each["Condition"]))
    }

    assert stack.description["StackStatus"] == "CREATE_COMPLETE"
    assert wanted <= set(stack.names)
    assert len(wanted) > 50


def test_the_table_is_the_one_that_the_code_uses(stack: MotoStack) -> None:
    name, wanted = stack.names[TABLE], table_definition()

    table = stack.client("dynamodb").describe_table(TableName=name)["Table"]

    assert table["KeySchema"] == wanted["KeySchema"]
    assert table["DeletionProtectionEnabled"] is True
    assert table["StreamSpecification"] == wanted["StreamSpecification"]
    made = {each["IndexName"]: each["KeySchema"] for each in table["GlobalSecondaryIndexes"]}
    assert made == {e["IndexName"]: e["KeySchema"] for e in wanted["GlobalSecondaryIndexes"]}
    for logical in FUNCTIONS.values():
        assert stack.environment(logical)["BATON_TABLE"] == name


def test_the_queues_are_encrypted_and_lead_to_the_dead_letters(stack: MotoStack) -> None:
    dead = stack.queue(WEBHOOK_DEAD_LETTERS)["QueueArn"]
    queue = stack.queue(WEBHOOK_QUEUE)

    assert json.loads(queue["RedrivePolicy"])["deadLetterTargetArn"] == dead
    assert queue["FifoQueue"] == "true"
    for logical in (WEBHOOK_QUEUE, PUSH_QUEUE, WEBHOOK_DEAD_LETTERS, STREAM_DEAD_LETTERS):
        assert stack.queue(logical)["SqsManagedSseEnabled"].lower() == "true"


def test_the_stream_and_the_queues_reach_their_functions(stack: MotoStack) -> None:
    sources = stack.client("lambda").list_event_source_mappings()["EventSourceMappings"]

    reached = {each["FunctionArn"].rpartition(":")[2]: each["EventSourceArn"] for each in sources}
    table = stack.client("dynamodb").describe_table(TableName=stack.names[TABLE])["Table"]
    assert reached == {
        stack.names["OnChange"]: table["LatestStreamArn"],
        stack.names["OnWebhookQueue"]: stack.queue(WEBHOOK_QUEUE)["QueueArn"],
        stack.names["OnPushQueue"]: stack.queue(PUSH_QUEUE)["QueueArn"],
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_role_names_resources_of_the_stack(stack: MotoStack, function: str) -> None:
    """moto has evaluated all references in the policies."""
    role, iam = stack.names[role_name_of(FUNCTIONS[function])], stack.client("iam")

    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    found = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    # moto returns the text of a Python dictionary instead of JSON.
    policy = ast.literal_eval(found)

    table = f":table/{stack.names[TABLE]}"
    resources = [each["Resource"] for each in policy["Statement"]]
    flat = [r for each in resources for r in ([each] if isinstance(each, str) else each)]
    assert any(each.endswith(table) for each in flat)
    # The WebSocket API is of a type that moto lacks, so its id stays a placeholder.
    assert {n for each in flat for n in re.findall(r"\$\{(\w+)\}", each)} <= {"WebsocketAPI"}
    # Only tracing has no resources.
    assert [each for each in flat if not each.startswith("arn:aws:")] == ["*"]


# What moto lacks


def test_moto_passes_over_exactly_the_types_that_are_listed() -> None:
    types = {each["Type"] for each in whole()["Resources"].values()}

    lacking = {each for each in types if resource_class_from_type(each) is None}

    assert lacking == UNSUPPORTED, "correct UNSUPPORTED in tests/template/moto_template.py"


ROLE = {
    "AssumeRolePolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
}
POLICY = {
    "PolicyName": "own",
    "PolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": "*"}],
    },
}
NEVER = {"Never": {"Fn::Equals": ["a", "b"]}}
BODY = {
    "swagger": "2.0",
    "info": {"title": "x", "version": "1"},
    "paths": {"/": {"get": {"responses": {}}}},
}


def small(**resources: Any) -> dict[str, Any]:
    return {"Conditions": NEVER, "Resources": resources}


FIFO = small(Queue={"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True}})
ABSENT = small(
    Role={
        "Type": "AWS::IAM::Role",
        "Properties": {
            **ROLE,
            "Policies": [POLICY, {"Fn::If": ["Never", POLICY, {"Ref": "AWS::NoValue"}]}],
        },
    }
)
IMPORTED = small(
    Api={"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "x", "Body": BODY}},
    Deployment={"Type": DEPLOYMENT, "Properties": {"RestApiId": {"Ref": "Api"}}},
)


@pytest.mark.parametrize(
    "template", [FIFO, ABSENT, IMPORTED], ids=["fifo-names", "absent-in-lists", "body"]
)
def test_moto_still_needs_the_change(
    template: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    """If this fails, moto can do it: remove the change from `for_moto`, and its proof here."""
    with mock_aws(), pytest.raises(MOTO_FAILS):
        create(template, {}, f"small-{request.node.callspec.id}")


def test_the_small_templates_are_made_if_they_are_changed() -> None:
    """The proofs above fail for the reason that they name."""
    for number, template in enumerate((FIFO, ABSENT, IMPORTED)):
        with mock_aws():
            create(for_moto({**template, "Parameters": {}}, {}), {}, f"changed-{number}")
