"""The table, the bucket of files and the signing secret, which CloudFormation must never delete.

A stack makes its table and its bucket, or adopts existing ones: restored from a backup, or kept by
a stack that was deleted. All parts of the template refer to those that the stack makes; `adopting`
rewrites these references.
"""

import re
from collections.abc import Mapping
from typing import Any

from chalicelib.adapters.aws.s3 import NEW
from chalicelib.adapters.dynamodb.schema import TTL_ATTRIBUTE, table_definition
from infra.local.aws.bucket import UNUSED_DAYS
from infra.template.metrics import Resource
from infra.template.names import SECRET, secret_name
from infra.template.policies import (
    DATA_KEY,
    FILES,
    HAS_DATA_KEY,
    HAS_OLD_SECRETS_KEY,
    HAS_SECRETS_KEY,
    NO_VALUE,
    OLD_SECRETS_KEY,
    SECRETS_KEY,
    TABLE,
    USES_SECRETS_KEY,
)

RETAINED = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
SECRET_LENGTH = 64
CORS_SECONDS = 3600
PRIVATE = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
EXISTING_TABLE, EXISTING_STREAM = "ExistingTable", "ExistingStream"
EXISTING_FILES = "ExistingFiles"
MAKES_TABLE, MAKES_FILES = "MakesTable", "MakesFiles"
FILES_POLICY = f"{FILES}Policy"
KEY_ARN = "^$|^arn:[^:]+:kms:[^:]+:[0-9]+:key/.+$"
"""An alias is refused, because the functions' policies name keys."""
PARAMETERS: dict[str, Resource] = {
    EXISTING_TABLE: {
        "Type": "String",
        "Default": "",
        "Description": "The name of a table to use instead of a new one; see docs/operations.md.",
    },
    EXISTING_STREAM: {
        "Type": "String",
        "Default": "",
        "Description": "The ARN of the stream of ExistingTable.",
    },
    EXISTING_FILES: {
        "Type": "String",
        "Default": "",
        "Description": "The name of a bucket of files to use instead of a new one; see "
        "docs/operations.md.",
    },
    SECRETS_KEY: {
        "Type": "String",
        "Default": "",
        "AllowedPattern": KEY_ARN,
        "Description": "The ARN of the KMS key that seals the secrets of webhooks and second "
        "factors. Empty: they are not sealed; see docs/operations.md.",
    },
    DATA_KEY: {
        "Type": "String",
        "Default": "",
        "AllowedPattern": KEY_ARN,
        "Description": "The ARN of the KMS key that encrypts the table, the files, the topic, the "
        "queues and the uploaded packages. Empty: keys of AWS.",
    },
    OLD_SECRETS_KEY: {
        "Type": "String",
        "Default": "",
        "AllowedPattern": KEY_ARN,
        "Description": "The ARN of the SecretsKey before, while secrets are sealed with it.",
    },
}
HAS_TABLE, HAS_STREAM = (
    {"Fn::Not": [{"Fn::Equals": [{"Ref": name}, ""]}]} for name in (EXISTING_TABLE, EXISTING_STREAM)
)
CONDITIONS: dict[str, Resource] = {
    MAKES_TABLE: {"Fn::Equals": [{"Ref": EXISTING_TABLE}, ""]},
    MAKES_FILES: {"Fn::Equals": [{"Ref": EXISTING_FILES}, ""]},
    HAS_DATA_KEY: {"Fn::Not": [{"Fn::Equals": [{"Ref": DATA_KEY}, ""]}]},
    HAS_SECRETS_KEY: {"Fn::Not": [{"Fn::Equals": [{"Ref": SECRETS_KEY}, ""]}]},
    HAS_OLD_SECRETS_KEY: {"Fn::Not": [{"Fn::Equals": [{"Ref": OLD_SECRETS_KEY}, ""]}]},
    USES_SECRETS_KEY: {
        "Fn::Or": [{"Condition": HAS_SECRETS_KEY}, {"Condition": HAS_OLD_SECRETS_KEY}]
    },
}
RULES: dict[str, Resource] = {
    "TableWithStream": {
        "RuleCondition": {"Fn::Or": [HAS_TABLE, HAS_STREAM]},
        "Assertions": [
            {
                "Assert": {"Fn::And": [HAS_TABLE, HAS_STREAM]},
                "AssertDescription": f"{EXISTING_TABLE} needs {EXISTING_STREAM}, and vice versa.",
            }
        ],
    }
}
ADOPTED: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    TABLE: (
        MAKES_TABLE,
        {
            "": {"Ref": EXISTING_TABLE},
            "Arn": {
                "Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:"
                f"table/${{{EXISTING_TABLE}}}"
            },
            "StreamArn": {"Ref": EXISTING_STREAM},
        },
    ),
    FILES: (
        MAKES_FILES,
        {
            "": {"Ref": EXISTING_FILES},
            "Arn": {"Fn::Sub": f"arn:${{AWS::Partition}}:s3:::${{{EXISTING_FILES}}}"},
            "RegionalDomainName": {
                "Fn::Sub": f"${{{EXISTING_FILES}}}.s3.${{AWS::Region}}.${{AWS::URLSuffix}}"
            },
        },
    ),
}
"""The condition under which the stack makes a resource; and what else replaces a reference to it or
to one of its attributes."""

OWN = [makes for makes, _ in ADOPTED.values()]

CUSTOMER_KEY: Resource = {
    "SSEEnabled": True,
    "SSEType": "KMS",
    "KMSMasterKeyId": {"Ref": DATA_KEY},
}


def storage() -> dict[str, Resource]:
    return {TABLE: _table(), FILES: _files(), FILES_POLICY: _files_policy(), SECRET: _secret()}


def _table() -> Resource:
    definition = table_definition()
    stream = {"StreamViewType": definition.pop("StreamSpecification")["StreamViewType"]}
    return {
        "Type": "AWS::DynamoDB::Table",
        **RETAINED,
        "Condition": MAKES_TABLE,
        "Properties": {
            **definition,
            "StreamSpecification": stream,
            "TimeToLiveSpecification": {"AttributeName": TTL_ATTRIBUTE, "Enabled": True},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "DeletionProtectionEnabled": True,
            "SSESpecification": {"Fn::If": [HAS_DATA_KEY, CUSTOMER_KEY, NO_VALUE]},
        },
    }


def _files() -> Resource:
    """Everything in it is reached by signed addresses only. Pages of every origin may use those, as
    other programs may: the signature is what permits it, no cookie does. The bot's own web chat
    uploads from an origin that nobody here knows."""
    key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Ref": DATA_KEY}}
    default = {"Fn::If": [HAS_DATA_KEY, key, {"SSEAlgorithm": "AES256"}]}
    encryption = {"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": default}
    rules = [
        {
            "Id": "unused-uploads",
            "Status": "Enabled",
            "Prefix": NEW,
            "ExpirationInDays": UNUSED_DAYS,
        },
        {
            "Id": "broken-uploads",
            "Status": "Enabled",
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        },
    ]
    cors = {
        "AllowedOrigins": ["*"],
        "AllowedMethods": ["GET", "HEAD", "POST"],
        "AllowedHeaders": ["*"],
        "MaxAge": CORS_SECONDS,
    }
    return {
        "Type": "AWS::S3::Bucket",
        **RETAINED,
        "Condition": MAKES_FILES,
        "Properties": {
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
            "PublicAccessBlockConfiguration": dict.fromkeys(PRIVATE, True),
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "LifecycleConfiguration": {"Rules": rules},
            "CorsConfiguration": {"CorsRules": [cors]},
        },
    }


def _files_policy() -> Resource:
    """Refuses everything that does not use TLS."""
    bucket = {"Fn::GetAtt": [FILES, "Arn"]}
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket, {"Fn::Sub": f"${{{FILES}.Arn}}/*"}],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {
        "Type": "AWS::S3::BucketPolicy",
        **RETAINED,
        "Condition": MAKES_FILES,
        "Properties": {
            "Bucket": {"Ref": FILES},
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        },
    }


def _secret() -> Resource:
    generated = {"PasswordLength": SECRET_LENGTH, "ExcludePunctuation": True}
    return {
        "Type": "AWS::SecretsManager::Secret",
        **RETAINED,
        "Properties": {
            "Name": secret_name("signing"),
            "Description": "Signs tokens, tickets and cursors. May contain several secrets.",
            "GenerateSecretString": generated,
        },
    }


def adopting(value: Any) -> Any:
    """A part of the template in which each reference to the table and to the bucket of files
    depends on the parameters. What exists only beside a table or bucket of the stack's own refers
    to that one."""
    if isinstance(value, list):
        return [adopting(each) for each in value]
    if not isinstance(value, dict) or value.get("Condition") in OWN:
        return value
    if len(value) == 1 and value.get("Ref") in ADOPTED:
        return _either(value["Ref"], "")
    attribute = value.get("Fn::GetAtt")
    if attribute and attribute[0] in ADOPTED:
        return _either(*attribute)
    if "Fn::Sub" in value:
        return {"Fn::Sub": _substitution(value["Fn::Sub"])}
    return {name: adopting(each) for name, each in value.items()}


def _either(resource: str, attribute: str) -> Resource:
    makes, adopted = ADOPTED[resource]
    own = {"Fn::GetAtt": [resource, attribute]} if attribute else {"Ref": resource}
    return {"Fn::If": [makes, own, adopted[attribute]]}


def _substitution(given: Any) -> Any:
    text, variables = given if isinstance(given, list) else (given, {})
    used = sorted(set(re.findall(rf"\$\{{({'|'.join(ADOPTED)})(?:\.(\w+))?\}}", text)))
    if not used:
        return [text, adopting(variables)] if isinstance(given, list) else text
    for resource, attribute in used:
        text = text.replace(_placeholder(resource, attribute), f"${{The{resource}{attribute}}}")
    chosen = {f"The{each}{attribute}": _either(each, attribute) for each, attribute in used}
    return [text, {**adopting(variables), **chosen}]


def _placeholder(resource: str, attribute: str) -> str:
    return f"${{{resource}.{attribute}}}" if attribute else f"${{{resource}}}"
