"""The permissions of whoever operates a deployed stage: `make init`, `infra.baton`,
`infra.dead_letters`, and the commands of docs/operations.md. They are none to deploy.

`python -m infra.permissions.operator_policy` prints examples/github/operator.json, a template with
these policies. Tests compare the statements with the calls that the commands make.
"""

import json
from collections.abc import Sequence

import click

from chalicelib.adapters.aws.s3 import KEPT
from infra.permissions.grants import Grant, managed, of, own
from infra.template.policies import DATA_KEY_USES, OF_WEBHOOKS, SECRET_CONTEXTS, VIA

CONTEXT = "kms:EncryptionContextKeys"
SEALED_FOR = sorted({*OF_WEBHOOKS, *(name for each in SECRET_CONTEXTS.values() for name in each)})

GRANTS: Sequence[Grant] = (
    Grant(
        of("cloudformation", "DescribeStackResource", "DescribeStacks"),
        own("cloudformation", "stack/baton-*"),
    ),
    # The settings of the stage, with its signing secret.
    Grant(of("lambda", "GetFunctionConfiguration"), own("lambda", "function:baton-*")),
    Grant(
        of(
            "dynamodb",
            *("BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem", "GetItem"),
            *("PutItem", "Query", "UpdateItem"),
        ),
        own("dynamodb", "table/baton-*"),
    ),
    # `infra.dead_letters replay` reads the records that a function has failed to handle.
    Grant(
        of("dynamodb", "GetRecords", "GetShardIterator"), own("dynamodb", "table/baton-*/stream/*")
    ),
    # The restore of a table; DynamoDB fills the new table in the name of the caller.
    Grant(
        of(
            "dynamodb",
            *("DescribeTable", "DescribeTimeToLive", "RestoreTableToPointInTime", "Scan"),
            *("UpdateContinuousBackups", "UpdateTable", "UpdateTimeToLive"),
        ),
        own("dynamodb", "table/baton-*"),
    ),
    Grant(of("events", "DisableRule", "EnableRule"), own("events", "rule/baton-*")),
    # API Gateway chooses the ids of APIs, so no policy can name those of Baton.
    Grant(
        of("apigateway", "PATCH"),
        [f"apigateway:REGION::/{kind}/*/stages/*" for kind in ("apis", "restapis")],
    ),
    Grant(
        of("execute-api", "ManageConnections"),
        own("execute-api", "*/*/POST/@connections/*"),
    ),
    Grant(
        of(
            "sqs",
            *("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "PurgeQueue"),
            *("ReceiveMessage", "SendMessage"),
        ),
        own("sqs", "baton-*"),
    ),
    Grant(of("sns", "Publish", "Subscribe"), own("sns", "baton-*")),
    # Links in webhooks and exports are signed with the rights of whoever makes them.
    Grant(of("s3", "GetObject"), [f"s3:::baton-*-files-*/{KEPT}*"]),
    Grant(of("secretsmanager", "PutSecretValue"), own("secretsmanager", "secret:baton-*")),
    Grant(of("cloudwatch", "SetAlarmState"), own("cloudwatch", "alarm:baton-*")),
    # Any key, but only for what Baton has sealed, or through a service that stores its data.
    Grant(
        of("kms", "Decrypt", "Encrypt"),
        own("kms", "key/*"),
        {"ForAllValues:StringEquals": {CONTEXT: SEALED_FOR}, "Null": {CONTEXT: "false"}},
    ),
    Grant(
        [*DATA_KEY_USES, "kms:CreateGrant"],
        own("kms", "key/*"),
        {"StringLike": {"kms:ViaService": [f"{service}.*" for service in VIA]}},
    ),
)


def template() -> dict[str, object]:
    """A CloudFormation template with the policies."""
    made = managed("Operator", "What operating Baton needs", GRANTS)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Who may operate Baton: policies for people's roles.",
        "Resources": made,
        "Outputs": {"Policies": {"Value": {"Fn::Join": [" ", [{"Ref": name} for name in made]]}}},
    }


@click.command(help=__doc__)
def main() -> None:
    click.echo(json.dumps(template(), indent=1))


if __name__ == "__main__":
    main()
