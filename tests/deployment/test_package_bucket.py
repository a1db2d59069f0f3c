"""The package bucket is ours alone, and keeps what a rollback needs.

Fact 5 of docs/aws.md.
"""

import json

from infra.deployment.releases import KEPT
from tests.deployment.commands import STACK, Operator, small_template
from tests.deployment.fake_account.aws import OWNER, REGION
from tests.deployment.fake_account.services import SOMEBODY_ELSE, FakeAccount

BUCKET = f"baton-packages-{OWNER}-{REGION}"


def test_every_call_names_the_owner_that_it_expects(operator: Operator, aws: FakeAccount) -> None:
    operator.deployed()
    operator.package(small_template("1.1.0"))
    operator.deployed()
    assert operator.rollback("--yes").exit_code == 0

    calls = [(name, params) for service, name, params in aws.calls if service == "s3"]

    owners = {name: params.get("ExpectedBucketOwner") for name, params in calls}
    # S3 takes no owner for a bucket that does not exist yet.
    assert {name for name, owner in owners.items() if owner != OWNER} == {"CreateBucket"}


def test_the_bucket_is_private_encrypted_and_for_tls_only(
    operator: Operator, aws: FakeAccount
) -> None:
    operator.deployed()

    settings = aws.s3.settings
    blocked = settings["public access"]["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    assert len(blocked) == 4
    (rule,) = settings["encryption"]["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    (statement,) = json.loads(settings["policy"]["Policy"])["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]


def test_no_lifecycle_rule_deletes_a_package_by_its_age_alone(
    operator: Operator, aws: FakeAccount
) -> None:
    operator.deployed()

    rules = aws.s3.settings["lifecycle"]["LifecycleConfiguration"]["Rules"]
    filters = [rule["Filter"] for rule in rules if "Expiration" in rule]
    assert filters == [{"Tag": {"Key": "retired", "Value": "yes"}}]


def test_a_bucket_of_another_account_is_not_used(operator: Operator, aws: FakeAccount) -> None:
    aws.s3.owners[BUCKET] = SOMEBODY_ELSE

    answer = operator.deploy("--yes")

    assert answer.exit_code == 1
    assert f"The bucket {BUCKET} belongs to another account" in answer.output
    assert "ARGS='--bucket NAME'" in answer.output
    assert aws.s3.files == {}
    assert aws.cloudformation.stacks == {}


def test_the_settings_of_a_bucket_that_the_user_names_stay(
    operator: Operator, aws: FakeAccount
) -> None:
    aws.s3.owners["theirs"] = OWNER

    operator.deployed("--bucket", "theirs")

    assert aws.s3.settings == {}
    assert {bucket for bucket, _ in aws.s3.files} == {"theirs"}


def test_a_settings_change_by_somebody_is_repaired(operator: Operator, aws: FakeAccount) -> None:
    operator.deployed()
    aws.s3.settings.clear()
    operator.package(small_template("1.1.0"))

    operator.deployed()

    assert set(aws.s3.settings) == {"public access", "encryption", "policy", "lifecycle"}


def test_only_packages_that_no_recent_deployment_uses_are_retired(
    operator: Operator, aws: FakeAccount
) -> None:
    for number in range(KEPT + 2):
        operator.package(small_template(f"1.{number}.0"), b"zip %d" % number)
        operator.deployed()
        aws.s3.age(days=2)
    operator.package(small_template("2.0.0"), b"the last zip")
    operator.deployed()

    retired = {key for key, tags in aws.s3.tags.items() if tags}
    kept = {key for _, key in aws.s3.files if "/" not in key} - retired
    assert len(retired) == 2 * 3
    assert len(kept) == 2 * KEPT
    records = [key for _, key in aws.s3.files if key.startswith(f"deployments/{STACK}/")]
    assert len(records) == KEPT + 3


def test_the_package_of_an_interrupted_deployment_is_not_retired_by_another_stage(
    operator: Operator, aws: FakeAccount
) -> None:
    aws.cloudformation.interruption = KeyboardInterrupt()
    operator.deploy("--yes")
    aws.s3.age(days=2)
    dev = small_template()
    dev["Metadata"]["Baton"]["Stage"] = "dev"
    operator.package(dev, b"another zip")

    assert operator.deploy("--yes", stage="dev").exit_code == 0
    assert aws.s3.tags == {}


def test_a_young_package_is_not_retired(operator: Operator, aws: FakeAccount) -> None:
    for number in range(KEPT + 2):
        operator.package(small_template(f"1.{number}.0"), b"zip %d" % number)
        operator.deployed()

    assert aws.s3.tags == {}
