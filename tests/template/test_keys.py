"""The parameters with KMS keys: what they encrypt, and which functions may use them."""

from typing import Any

import pytest

from infra.template.names import FUNCTIONS
from infra.template.policies import role_of
from tests.template.expansion import evaluated, packaged_template

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
OLD = "arn:aws:kms:eu-west-1:123456789012:key/0"


def resources(**parameters: str) -> dict[str, Any]:
    found: dict[str, Any] = evaluated(packaged_template("dev"), **parameters)["Resources"]
    return found


def policies(made: dict[str, Any], name: str) -> dict[str, list[dict[str, Any]]]:
    """The statements of the policies with this name, by function."""
    return {
        function: policy["PolicyDocument"]["Statement"]
        for function, logical in FUNCTIONS.items()
        for policy in made[role_of(logical)]["Properties"]["Policies"]
        if policy["PolicyName"] == name
    }


def of_type(made: dict[str, Any], type: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in made.values() if each["Type"] == type]


def test_without_keys_aws_keeps_the_keys_and_no_function_may_use_one() -> None:
    made = resources()

    (table,) = of_type(made, "AWS::DynamoDB::Table")
    assert "SSESpecification" not in table
    assert made["Events"]["Properties"]["KmsMasterKeyId"] == "alias/aws/sns"
    for queue in of_type(made, "AWS::SQS::Queue"):
        assert queue["SqsManagedSseEnabled"] is True
        assert "KmsMasterKeyId" not in queue
    assert policies(made, "data-key") == policies(made, "stored-secrets") == {}


def test_a_data_key_encrypts_the_table_the_files_the_topic_and_the_queues() -> None:
    made = resources(DataKey=KEY)

    (table,) = of_type(made, "AWS::DynamoDB::Table")
    encryption = {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}
    assert table["SSESpecification"] == encryption
    (rule,) = made["Files"]["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    assert rule["ServerSideEncryptionByDefault"] == key
    assert made["Events"]["Properties"]["KmsMasterKeyId"] == KEY
    queues = of_type(made, "AWS::SQS::Queue")
    assert len(queues) == 4
    for queue in queues:
        assert (queue["SqsManagedSseEnabled"], queue["KmsMasterKeyId"]) == (False, KEY)


def test_functions_use_the_data_key_through_the_services_only() -> None:
    used = policies(resources(DataKey=KEY), "data-key")

    assert set(used) == set(FUNCTIONS)
    for (statement,) in used.values():
        assert statement["Resource"] == KEY
        via = statement["Condition"]["StringLike"]["kms:ViaService"]
        assert via == [f"{each}.eu-west-1.*" for each in ("dynamodb", "s3", "sns", "sqs")]


@pytest.mark.parametrize(
    ("parameters", "seals", "opens"),
    [
        ({"SecretsKey": KEY}, [KEY], [KEY]),
        ({"SecretsKey": KEY, "OldSecretsKey": OLD}, [KEY], [KEY, OLD]),
        ({"OldSecretsKey": OLD}, [], [OLD]),
    ],
)
def test_only_functions_that_need_stored_secrets_may_use_their_key(
    parameters: dict[str, str], seals: list[str], opens: list[str]
) -> None:
    made = resources(**parameters)
    used = policies(made, "stored-secrets")

    assert set(used) == {"api_handler", "log_in", "on_webhook_queue", "on_push_queue"}
    of_rest = ["baton-bot", "baton-webhook", "baton-push"]
    for function, context in (("api_handler", of_rest), ("log_in", ["baton-person"])):
        rest = used[function]
        assert [s["Resource"] for s in rest if s["Action"] == ["kms:Encrypt"]] == seals
        assert [s["Resource"] for s in rest if s["Action"] == ["kms:Decrypt"]] == [opens]
        # ForAllValues alone is also true of a call without a context.
        ours = {
            "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": context},
            "Null": {"kms:EncryptionContextKeys": "false"},
        }
        assert [s["Condition"] for s in rest] == [ours] * len(rest)
    for function in ("on_webhook_queue", "on_push_queue"):
        opened = [(s["Action"], s["Resource"]) for s in used[function]]
        assert opened == [(["kms:Decrypt"], opens)]
    variables = made["APIHandler"]["Properties"]["Environment"]["Variables"]
    assert variables["BATON_SECRETS_KEY"] == parameters.get("SecretsKey", "")
