"""The table and the signing secret, which CloudFormation must never delete.

A stack makes its table, or adopts an existing one: restored from a backup, or kept by a stack that
was deleted. All parts of the template refer to the table that the stack makes; `adopting` rewrites
these references.
"""

import re
from collections.abc import Mapping
from typing import Any

from chalicelib.adapters.dynamodb.schema import TTL_ATTRIBUTE, table_definition
from infra.template.metrics import Resource
from infra.template.names import SECRET
from infra.template.policies import (
    DATA_KEY,
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
EXISTING_TABLE, EXISTING_STREAM = "ExistingTable", "ExistingStream"
MAKES_TABLE = "MakesTable"
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
    SECRETS_KEY: {
        "Type": "String",
        "Default": "",
        "AllowedPattern": KEY_ARN,
        "Description": "The ARN of the KMS key that seals webhook secrets. Empty: they are not "
        "sealed; see docs/operations.md.",
    },
    DATA_KEY: {
        "Type": "String",
        "Default": "",
        "AllowedPattern": KEY_ARN,
        "Description": "The ARN of the KMS key that encrypts the table, the topic, the queues and "
        "the uploaded packages. Empty: keys of AWS.",
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
ADOPTED: Mapping[str, Any] = {
    "": {"Ref": EXISTING_TABLE},
    "Arn": {
        "Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:"
        f"table/${{{EXISTING_TABLE}}}"
    },
    "StreamArn": {"Ref": EXISTING_STREAM},
}
"""Returns what replaces a reference to the stack's own table or to one of its attributes."""


CUSTOMER_KEY: Resource = {
    "SSEEnabled": True,
    "SSEType": "KMS",
    "KMSMasterKeyId": {"Ref": DATA_KEY},
}


def storage() -> dict[str, Resource]:
    return {TABLE: _table(), SECRET: _secret()}


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


def _secret() -> Resource:
    generated = {"PasswordLength": SECRET_LENGTH, "ExcludePunctuation": True}
    return {
        "Type": "AWS::SecretsManager::Secret",
        **RETAINED,
        "Properties": {
            "Description": "Signs tokens, tickets and cursors. May contain several secrets.",
            "GenerateSecretString": generated,
        },
    }


def adopting(value: Any) -> Any:
    """A part of the template in which each reference to the table depends on the parameters."""
    if isinstance(value, list):
        return [adopting(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value == {"Ref": TABLE}:
        return _either("")
    attribute = value.get("Fn::GetAtt")
    if attribute and attribute[0] == TABLE:
        return _either(attribute[1])
    if "Fn::Sub" in value:
        return {"Fn::Sub": _substitution(value["Fn::Sub"])}
    return {name: adopting(each) for name, each in value.items()}


def _either(attribute: str) -> Resource:
    own = {"Fn::GetAtt": [TABLE, attribute]} if attribute else {"Ref": TABLE}
    return {"Fn::If": [MAKES_TABLE, own, ADOPTED[attribute]]}


def _substitution(given: Any) -> Any:
    text, variables = given if isinstance(given, list) else (given, {})
    used = set(re.findall(rf"\$\{{{TABLE}(?:\.(\w+))?\}}", text))
    if not used:
        return [text, adopting(variables)] if isinstance(given, list) else text
    for attribute in used:
        text = text.replace(_placeholder(attribute), f"${{The{TABLE}{attribute}}}")
    chosen = {f"The{TABLE}{attribute}": _either(attribute) for attribute in sorted(used)}
    return [text, {**adopting(variables), **chosen}]


def _placeholder(attribute: str) -> str:
    return f"${{{TABLE}.{attribute}}}" if attribute else f"${{{TABLE}}}"
