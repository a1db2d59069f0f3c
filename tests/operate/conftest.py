"""A template with only the resources that the alarms and the dashboard refer to."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.aws.engine import Engine
from infra.template.metrics import Names
from infra.template.monitoring import CONDITIONS, PARAMETERS, monitoring
from infra.template.names import FUNCTIONS

NAMES = Names(
    stage="prod",
    functions=FUNCTIONS,
    log_groups={function: f"{logical}Log" for function, logical in FUNCTIONS.items()},
    table="Table",
    webhook_queue="WebhookQueue",
    dead_letters={"webhooks": "WebhookDeadLetters", "stream": "StreamDeadLetters"},
    rest_api="baton-prod",
    rest_stage="api",
    topic="Events",
    socket_api="WebsocketAPI",
)


@pytest.fixture
def monitoring_resources() -> dict[str, Any]:
    """The monitoring resources, by logical name."""
    return monitoring(NAMES)


@pytest.fixture
def template(monitoring_resources: dict[str, Any]) -> dict[str, Any]:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True}}
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        },
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": PARAMETERS,
        "Conditions": CONDITIONS,
        "Resources": {
            "Table": table,
            "Events": {"Type": "AWS::SNS::Topic"},
            "WebsocketAPI": {
                "Type": "AWS::ApiGatewayV2::Api",
                "Properties": {
                    "Name": "sockets",
                    "ProtocolType": "WEBSOCKET",
                    "RouteSelectionExpression": "$request.body.action",
                },
            },
            **dict.fromkeys(("WebhookQueue", *NAMES.dead_letters.values()), queue),
            **{name: {"Type": "AWS::Logs::LogGroup"} for name in NAMES.log_groups.values()},
            **_functions(),
            **monitoring_resources,
        },
    }


def _functions() -> dict[str, Any]:
    """Functions with one line of code, because alarms need only their names."""
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
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
        },
    }
    properties = {
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Code": {"ZipFile": "def handler(event, context): ..."},
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
    }
    function = {"Type": "AWS::Lambda::Function", "Properties": properties}
    return {"Role": role, **dict.fromkeys(FUNCTIONS.values(), function)}


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(tmp_path_factory.mktemp("engine"), services=None) as running:
        yield running
