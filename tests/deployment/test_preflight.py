"""`make deploy` finds the obstacles in an account before it changes anything."""

from typing import Any

import pytest

from infra.deployment.preflight import (
    certificate_uses,
    covers,
    judge_quota,
    judge_sign_on_secret,
    reserving,
    zone_uses,
)
from tests.deployment.commands import STACK, Operator, small_template
from tests.deployment.fake_account.aws import OWNER, REGION, Refused
from tests.deployment.fake_account.services import FakeAccount
from tests.template.expansion import packaged_template

DOMAIN = ("--parameter", "Domain=chat.example.test")


def arn(region: str = REGION) -> str:
    return f"arn:aws:acm:{region}:{OWNER}:certificate/1"


def refused(operator: Operator, *options: str) -> str:
    """The output of a deployment that changes nothing."""
    answer = operator.deploy("--yes", *options)
    assert answer.exit_code == 1, answer.output
    assert operator.aws.cloudformation.stacks == {}
    assert operator.aws.s3.owners == {}
    return answer.output


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("ExpiredToken", "The credentials have expired. Sign in again"),
        ("InvalidClientTokenId", "AWS does not know the access key."),
        ("SignatureDoesNotMatch", "The secret key does not belong to the access key."),
        ("UnrecognizedClientException", "or the region is not enabled in this account"),
    ],
)
def test_credentials_that_aws_refuses_are_named(
    operator: Operator, aws: FakeAccount, code: str, sentence: str
) -> None:
    aws.sts.refusal = Refused(code, "No.", 403)

    assert sentence in refused(operator)


def test_the_log_role_is_created_where_the_account_has_none(
    operator: Operator, aws: FakeAccount
) -> None:
    """Fact 3: a fresh account has none, and API Gateway then refuses stages with access logs."""
    aws.apigateway.role = None

    answer = operator.deploy("--yes")

    assert "the stack creates it (AccessLogRole=create)" in answer.output
    assert aws.cloudformation.stacks[STACK].parameters["AccessLogRole"] == "create"


def test_the_log_role_is_created_where_somebody_has_deleted_it(
    operator: Operator, aws: FakeAccount
) -> None:
    aws.iam.roles.clear()

    operator.deployed()

    assert aws.cloudformation.stacks[STACK].parameters["AccessLogRole"] == "create"


def test_a_log_role_that_exists_is_left_alone(operator: Operator, aws: FakeAccount) -> None:
    operator.deployed()

    assert aws.cloudformation.stacks[STACK].parameters["AccessLogRole"] == "exists"


@pytest.mark.parametrize(
    ("concurrent", "unreserved", "sentence"),
    [
        (10, 10, "may run only 10 Lambda invocations at once"),
        (1000, 50, "50 of 1000 invocations at once are left for Baton"),
    ],
)
def test_few_lambda_invocations_are_a_warning(
    operator: Operator, aws: FakeAccount, concurrent: int, unreserved: int, sentence: str
) -> None:
    aws.lambda_.concurrent, aws.lambda_.unreserved = concurrent, unreserved

    answer = operator.deploy("--yes")

    assert answer.exit_code == 0, answer.output
    assert sentence in answer.output


def test_the_alarm_on_concurrency_compares_with_the_quota_of_the_account(
    operator: Operator, aws: FakeAccount
) -> None:
    """Fact 9: an account may have 10 to 1,000."""
    aws.lambda_.concurrent = aws.lambda_.unreserved = 10
    operator.deployed()
    assert aws.cloudformation.stacks[STACK].parameters["LambdaConcurrency"] == "10"

    aws.lambda_.concurrent = 1000
    operator.deployed()
    assert aws.cloudformation.stacks[STACK].parameters["LambdaConcurrency"] == "1000"

    operator.deployed("--parameter", "LambdaConcurrency=500")
    assert aws.cloudformation.stacks[STACK].parameters["LambdaConcurrency"] == "500"


def test_a_reservation_that_lambda_would_refuse_stops_the_deployment(
    operator: Operator, aws: FakeAccount
) -> None:
    properties = {
        "CodeUri": "./x.zip",
        "ReservedConcurrentExecutions": {"Fn::If": ["HasReserved", {"Ref": "Reserved"}, 0]},
    }
    template = small_template(More={"Type": "AWS::Serverless::Function", "Properties": properties})
    template["Parameters"]["Reserved"] = {"Type": "String", "Default": ""}
    template["Conditions"] = {"HasReserved": {"Fn::Equals": [{"Ref": "Reserved"}, ""]}}
    operator.package(template)
    aws.lambda_.unreserved = 120

    said = refused(operator, "--parameter", "Reserved=50")
    operator.deployed("--parameter", "Reserved=20")
    aws.lambda_.unreserved = 100
    again = operator.deploy("--yes")

    assert "reserve 50 more concurrent Lambda executions, but of the 120" in said
    assert "Nothing to do" in again.output


def test_each_parameter_that_reserves_concurrency_is_checked() -> None:
    template = packaged_template("prod")

    wanted = {name for name in template["Parameters"] if name.startswith("Reserved")}
    assert reserving(template) == wanted | {"GateInstances"}


def test_a_full_quota_of_code_stops_the_deployment(operator: Operator, aws: FakeAccount) -> None:
    aws.lambda_.code = 80_530_636_800

    assert "GB of Lambda code more, but 80.53 of 80.53 are in use" in refused(operator)


def test_a_quota_that_is_nearly_full_is_a_warning() -> None:
    found = judge_quota("IAM roles", used=985, adds=8, limit=1000)

    assert found
    assert not found.stops
    assert "993 of 1000 IAM roles are in use" in found.text
    assert judge_quota("IAM roles", used=12, adds=8, limit=1000) is None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "but Certificate is empty"),
        (("--parameter", "Certificate=mine"), "must be the ARN of a certificate in ACM"),
        (
            ("--parameter", f"Certificate={arn('us-east-1')}"),
            f"Certificate is in us-east-1, but Domain needs a certificate in {REGION}",
        ),
        (("--parameter", f"Certificate={arn()}"), f"There is no certificate {arn()}"),
    ],
)
def test_a_wrong_certificate_stops_the_deployment(
    operator: Operator, options: tuple[str, ...], sentence: str
) -> None:
    assert sentence in refused(operator, *DOMAIN, *options)


@pytest.mark.parametrize(
    ("status", "names", "sentence"),
    [
        ("PENDING_VALIDATION", ["chat.example.test"], "is PENDING_VALIDATION, not ISSUED"),
        ("EXPIRED", ["chat.example.test"], "is EXPIRED, not ISSUED"),
        ("ISSUED", ["example.test", "*.other.test"], "is for *.other.test, example.test, not for"),
    ],
)
def test_a_certificate_that_does_not_serve_the_domain_stops_the_deployment(
    operator: Operator, aws: FakeAccount, status: str, names: list[str], sentence: str
) -> None:
    aws.acm.certificates[arn()] = (status, names)

    assert sentence in refused(operator, *DOMAIN, "--parameter", f"Certificate={arn()}")


def test_a_certificate_with_a_wildcard_serves_the_domain(
    operator: Operator, aws: FakeAccount
) -> None:
    aws.acm.certificates[arn()] = ("ISSUED", ["example.test", "*.example.test"])

    operator.deployed(*DOMAIN, "--parameter", f"Certificate={arn()}")
    again = operator.deploy("--yes")

    assert "Nothing to do" in again.output


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (None, "There is no hosted zone Z1 in this account."),
        ("other.test.", "The hosted zone Z1 is for other.test, so it cannot have a record for"),
        ("ample.test.", "The hosted zone Z1 is for ample.test"),
        ("example.test.", ""),
    ],
)
def test_the_hosted_zone_must_be_that_of_the_domain(
    operator: Operator, aws: FakeAccount, name: str | None, sentence: str
) -> None:
    aws.acm.certificates[arn()] = ("ISSUED", ["chat.example.test"])
    aws.route53.zones |= {"Z1": name} if name else {}
    given = (*DOMAIN, "--parameter", f"Certificate={arn()}", "--parameter", "HostedZone=Z1")

    if sentence:
        assert sentence in refused(operator, *given)
    else:
        operator.deployed(*given)


def test_the_hosted_zone_of_each_record_in_the_template_is_checked() -> None:
    template = packaged_template("prod")
    records = [r for r in template["Resources"].values() if r["Type"] == "AWS::Route53::RecordSet"]

    assert len(zone_uses(template)) == len(records) > 0


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("lost", "There is no table lost in this account and region."),
        ("restored", "The stream of restored is arn:aws:dynamodb:"),
        ("silent", "The table silent has no stream. To enable it: aws dynamodb update-table"),
    ],
)
def test_a_table_that_cannot_be_adopted_stops_the_deployment(
    operator: Operator, aws: FakeAccount, table: str, sentence: str
) -> None:
    aws.dynamodb.rows |= {"restored": [], "silent": []}
    aws.dynamodb.without_stream = {"silent"}
    given = ("--parameter", f"ExistingTable={table}", "--parameter", "ExistingStream=another")

    assert sentence in refused(operator, *given)


def test_a_bucket_that_does_not_exist_stops_the_deployment(operator: Operator) -> None:
    assert "There is no bucket lost." in refused(operator, "--parameter", "ExistingFiles=lost")


SECRETS = f"arn:aws:secretsmanager:{REGION}:{OWNER}:secret"


@pytest.mark.parametrize(
    ("arn", "sentence", "stops"),
    [
        (f"{SECRETS}:baton-sign-on-AbCdEf", None, False),
        (f"{SECRETS}:baton-okta-AbCdEf:SecretString:::0f2c", None, False),
        (f"{SECRETS}:SignOnSecret-AbCdEf", "names the secret SignOnSecret-AbCdEf", False),
        (f"{SECRETS}:okta-AbCdEf", "names the secret okta-AbCdEf", False),
        ("baton-sign-on", "must be the ARN of a secret", True),
        (SECRETS.replace(REGION, "xx-east-1") + ":baton-a-AbCdEf", f"in {REGION}, not", True),
    ],
)
def test_the_secret_of_single_sign_on_has_a_name_that_the_deployer_may_read(
    arn: str, sentence: str | None, stops: bool
) -> None:
    finding = judge_sign_on_secret(arn, REGION)

    assert (finding is None) is (sentence is None)
    if finding and sentence:
        assert sentence in finding.text
        assert finding.stops is stops


@pytest.mark.parametrize(
    ("name", "domain", "covered"),
    [
        ("chat.example.test", "Chat.example.test", True),
        ("*.example.test", "chat.example.test", True),
        ("*.example.test", "a.chat.example.test", False),
        ("*.example.test", "example.test", False),
        ("example.test", "chat.example.test", False),
    ],
)
def test_a_wildcard_stands_for_one_label(name: str, domain: str, covered: bool) -> None:
    assert covers(name, domain) is covered


def test_the_certificate_of_each_domain_in_the_template_is_checked() -> None:
    template = packaged_template("prod")
    uses = certificate_uses(template, REGION)

    certificates = {name for name in template["Parameters"] if "Certificate" in name}
    assert {each.certificate for each in uses} == certificates
    for use in uses:
        assert use.domain in template["Parameters"]


def test_cloudfront_needs_its_certificate_in_virginia() -> None:
    resource: dict[str, Any] = {
        "Type": "AWS::CloudFront::Distribution",
        "Properties": {
            "DistributionConfig": {
                "Aliases": {"Fn::If": ["Has", [{"Ref": "Domain"}], {"Ref": "AWS::NoValue"}]},
                "ViewerCertificate": {"AcmCertificateArn": {"Ref": "EdgeCertificate"}},
            }
        },
    }
    declared = dict.fromkeys(("Domain", "EdgeCertificate"), "a parameter")
    template = {"Parameters": declared, "Resources": {"Distribution": resource}}

    (use,) = certificate_uses(template, REGION)

    assert (use.certificate, use.domain, use.region) == ("EdgeCertificate", "Domain", "us-east-1")


@pytest.mark.parametrize("operation", ["apigateway:GetAccount", "lambda:GetAccountSettings"])
def test_a_check_that_is_not_permitted_is_a_warning(
    operator: Operator, aws: FakeAccount, operation: str
) -> None:
    aws.denied = {operation}

    answer = operator.deploy("--yes")

    assert answer.exit_code == 0, answer.output
    assert f"your role may not call {operation.partition(':')[2]}" in answer.output


def test_each_command_names_the_account_and_region_first(operator: Operator) -> None:
    for answer in (operator.deploy("--yes"), operator.rollback(), operator.destroy()):
        assert answer.output.startswith(f"{STACK} in {REGION}, account {OWNER}\n")


KEY = f"arn:aws:kms:{REGION}:{OWNER}:key/1"


@pytest.mark.parametrize("parameter", ["DataKey", "SecretsKey"])
@pytest.mark.parametrize(
    ("key", "state", "spec", "sentence"),
    [
        (KEY, None, "", f"names the key {KEY}, which does not exist"),
        (KEY, "Disabled", "SYMMETRIC_DEFAULT", "is Disabled, not Enabled"),
        (KEY, "PendingDeletion", "SYMMETRIC_DEFAULT", "is PendingDeletion, not Enabled"),
        (KEY, "Enabled", "RSA_2048", "is RSA_2048; it must be a symmetric key"),
        (KEY.replace(REGION, "us-east-1"), None, "", f"must be the ARN of a KMS key in {REGION}"),
    ],
)
def test_a_key_that_cannot_be_used_stops_the_deployment(
    operator: Operator,
    aws: FakeAccount,
    parameter: str,
    key: str,
    state: str | None,
    spec: str,
    sentence: str,
) -> None:
    if state:
        aws.kms.keys[key] = (state, spec)

    said = refused(operator, "--parameter", f"{parameter}={key}")

    assert parameter in said
    assert sentence in " ".join(said.split())


def test_a_key_of_the_customer_encrypts_the_uploaded_packages(
    operator: Operator, aws: FakeAccount
) -> None:
    aws.kms.keys[KEY] = ("Enabled", "SYMMETRIC_DEFAULT")

    operator.deployed("--parameter", f"DataKey={KEY}")
    operator.package(small_template("1.1.0"), b"another zip")
    operator.deployed()

    files = {key for _, key in aws.s3.files}
    assert set(aws.s3.sealed) == files
    assert set(aws.s3.sealed.values()) == {KEY}


def test_without_a_key_s3_encrypts_the_packages_itself(
    operator: Operator, aws: FakeAccount
) -> None:
    operator.deployed()

    assert aws.s3.sealed == {}
