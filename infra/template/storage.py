"""The table and the signing secret, which CloudFormation must never delete."""

from chalicelib.adapters.dynamodb.schema import TTL_ATTRIBUTE, table_definition
from infra.template.metrics import Resource
from infra.template.names import SECRET
from infra.template.policies import TABLE

RETAINED = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
SECRET_LENGTH = 64


def storage() -> dict[str, Resource]:
    return {TABLE: _table(), SECRET: _secret()}


def _table() -> Resource:
    definition = table_definition()
    stream = {"StreamViewType": definition.pop("StreamSpecification")["StreamViewType"]}
    return {
        "Type": "AWS::DynamoDB::Table",
        **RETAINED,
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
        **RETAINED,
        "Properties": {
            "Description": "Signs tokens, tickets and cursors. May contain several secrets.",
            "GenerateSecretString": generated,
        },
    }
