"""Tells whether IAM statements permit a call, and which permissions CloudFormation needs."""

import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

import cfnlint

from infra.permissions.grants import BOUND_BY
from tests.deployment.fake_account.aws import OWNER, REGION

Params = Mapping[str, Any]
SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"

ACTIONS = {
    "apigateway:GetAccount": "apigateway:GET",
    "resourcegroupstaggingapi:GetResources": "tag:GetResources",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}
"""IAM's names for operations that have other ones in the API."""

UNUSED_SERVICES = frozenset(
    {
        *("amplify", "apprunner", "appsync", "bedrock-agentcore", "cognito-idp", "ec2"),
        *("elasticfilesystem", "elasticloadbalancing", "firehose", "kinesis"),
        *("s3files", "s3tables"),
    }
)
"""Services with which the schemas reckon, and that the template does not use."""

UNUSED = (
    *("apigateway:TagResource", "apigateway:UntagResource"),  # no actions of IAM
    *("dynamodb:AssociateTableReplica", "dynamodb:BatchWriteItem", "dynamodb:CreateTableReplica"),
    *("dynamodb:DeleteItem", "dynamodb:*ResourcePolicy", "dynamodb:*KinesisStreamingDestination"),
    *("dynamodb:GetItem", "dynamodb:ImportTable", "dynamodb:PutItem", "dynamodb:Query"),
    "dynamodb:UpdateItem",
    *("iam:CreateServiceLinkedRole",),
    *("lambda:GetLayerVersion", "lambda:*CodeSigningConfig", "lambda:PassCapacityProvider"),
    *("logs:AssociateKmsKey", "logs:DisassociateKmsKey", "logs:*IndexPolicy"),
    *("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
    *("logs:DeleteDataProtectionPolicy", "logs:PutDataProtectionPolicy"),
    *("logs:DeleteResourcePolicy", "logs:PutBearerTokenAuthentication"),
    "s3:GetObjectMetadata",
    *("s3:*MetadataTableConfiguration", "s3:UpdateBucketMetadata*", "s3:PutObjectAcl"),
    "s3:REST.PUT.OBJECT",
    *("secretsmanager:RemoveRegionsFromReplication", "secretsmanager:ReplicateSecretToRegions"),
    "sns:PutDataProtectionPolicy",
    "codedeploy:RegisterOnPremisesInstance",
)
"""Permissions for features of the resource types that the template does not use: replicas, imports,
layers, code signing, VPCs, streams to Kinesis, data protection, tables of S3's metadata, ACLs."""


class Needed(NamedTuple):
    """An IAM action and the ARN that it is for; "" if the call names none."""

    action: str
    arn: str


def permits(statements: Iterable[Params], needed: Needed, boundary: str = "") -> bool:
    """As IAM decides: a Deny counts more than an Allow. `boundary` is the permissions boundary of
    the role that the call is for; other conditions are taken as fulfilled."""
    effects = {
        each["Effect"]
        for each in statements
        if _concerns(each, needed) and _demanded(each) in (None, boundary)
    }
    return effects == {"Allow"}


def _demanded(statement: Params) -> str | None:
    found: str | None = statement.get("Condition", {}).get("StringEquals", {}).get(BOUND_BY)
    return found


def _concerns(statement: Params, needed: Needed) -> bool:
    action = needed.action.lower()
    named = any(fnmatchcase(action, each.lower()) for each in statement["Action"])
    arns = statement["Resource"]
    if not needed.arn:
        # The call may have any resource, so a Deny of some of them does not forbid it.
        return named and statement["Effect"] == "Allow"
    return named and any(fnmatchcase(needed.arn, each) for each in arns)


def needed_by(
    service: str, operation: str, params: Params, *, region: str = REGION, owner: str = OWNER
) -> list[Needed]:
    """The permission that a call of the deployment commands needs in this region and account."""
    name = f"{service}:{operation}"
    found = _arns(service, params, region, owner)
    return [Needed(ACTIONS.get(name, name), arn) for arn in found or [""]]


def _arns(service: str, params: Params, region: str, owner: str) -> list[str]:
    own = f"{region}:{owner}"
    if service == "cloudformation":
        stack = params["StackName"].rpartition("stack/")[2].partition("/")[0]
        return [f"arn:aws:cloudformation:{own}:stack/{stack}/an-id"]
    if service == "s3":
        path = f"/{params['Key']}" if "Key" in params else ""
        return [f"arn:aws:s3:::{params['Bucket']}{path}"]
    if service == "iam" and "RoleName" in params:
        return [f"arn:aws:iam::{owner}:role/{params['RoleName']}"]
    if service == "iam":
        return [params[key] for key in ("PolicySourceArn", "PolicyArn") if key in params]
    if service == "dynamodb":
        return [f"arn:aws:dynamodb:{own}:table/{params['TableName']}"]
    if service == "secretsmanager":
        name = params["SecretId"]
        return [name if ":" in name else f"arn:aws:secretsmanager:{own}:secret:{name}"]
    if service == "logs" and "logGroupName" in params:
        return [f"arn:aws:logs:{own}:log-group:{params['logGroupName']}"]
    if service == "route53":
        return [f"arn:aws:route53:::hostedzone/{params['Id'].rpartition('/')[2]}"]
    if service == "kms":
        return [params["KeyId"]]
    if service == "acm":
        return [params["CertificateArn"]]
    return [f"arn:aws:apigateway:{region}::/account"] if service == "apigateway" else []


def of_type(type: str) -> set[str]:
    """The permissions that CloudFormation needs for a resource type, by AWS's own schema."""
    files = json.loads((SCHEMAS / "providers" / "us-east-1.json").read_text())
    schema = json.loads((SCHEMAS / "resources" / f"{files[type]}.json").read_text())
    handlers = {name: each for name, each in schema["handlers"].items() if name != "list"}
    named = {permission for each in handlers.values() for permission in each["permissions"]}
    named |= set(schema.get("tagging", {}).get("permissions", ()))
    return {each for each in named if not _is_unused(each)}


def _is_unused(action: str) -> bool:
    service = action.partition(":")[0]
    return service in UNUSED_SERVICES or any(fnmatchcase(action, each) for each in UNUSED)
