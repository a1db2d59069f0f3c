"""The table, and the secret that signs: what a stack must never lose by an update."""

from chalicelib.adapters.dynamodb.schema import TTL_ATTRIBUTE, table_definition
from infra.template.metrics import Resource
from infra.template.names import SECRET
from infra.template.policies import TABLE

KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
SECRET_LENGTH = 64


def storage() -> dict[str, Resource]:
    return {TABLE: _table(), SECRET: _secret()}


def _table() -> Resource:
    definition = table_definition()
    stream = {"StreamViewType": definition.pop("StreamSpecification")["StreamViewType"]}
    return {
        "Type": "AWS::DynamoDB::Table",
        **KEPT,
        "Properties": {
            **definition,
            "StreamSpecification": stream,
            "TimeToLiveSpecification": {"AttributeName": TTL_ATTRIBUTE, "Enabled": True},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "DeletionProtectionEnabled": True,
        },
    }


def _secret() -> Resource:
    generated = {"PasswordLength": SECRET_LENGTH, "ExcludePunctuation": True}
    return {
        "Type": "AWS::SecretsManager::Secret",
        **KEPT,
        "Properties": {
            "Description": "Signs Baton's tokens, tickets and cursors; several, the first signs.",
            "GenerateSecretString": generated,
        },
    }
