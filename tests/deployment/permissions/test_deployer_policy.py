"""The deployer's policy permits what deploying Baton needs, and is written for few resources."""

import json
from typing import Any

import pytest
from cfnlint.api import lint_all

from infra.packaging.package import ROOT
from infra.permissions import deployer_policy
from infra.permissions.deployer_policy import GRANTS, template
from infra.permissions.grants import LIMIT, LONG_ARN, policies, size
from tests.deployment.commands import Operator, small_template
from tests.deployment.fake_account.aws import OWNER, REGION
from tests.deployment.fake_account.services import FakeAccount
from tests.deployment.permissions.permits import Needed, needed_by, of_type, permits
from tests.template.expansion import Evaluation, expanded, packaged_template

EXAMPLE = ROOT / "examples" / "github" / "deployer.json"
DOCUMENTS: list[Any] = policies(GRANTS, "arn:aws:", REGION, OWNER)
STATEMENTS = [statement for document in DOCUMENTS for statement in document["Statement"]]
CERTIFICATE = f"arn:aws:acm:{REGION}:{OWNER}:certificate/1"


@pytest.fixture
def calls(operator: Operator, aws: FakeAccount) -> set[Needed]:
    """The rights that the commands need in the stories of a stack: a failed creation, an upgrade
    that loses a topic, a rollback that stops, and the end."""
    aws.acm.certificates[CERTIFICATE] = ("ISSUED", ["chat.example.test"])
    aws.route53.zones["Z1"] = "example.test."
    aws.cloudformation.failures = {"Events": "The quota of topics is used up."}
    operator.deploy("--yes")
    operator.deployed(
        *("--clear", "--parameter", "Domain=chat.example.test"),
        *("--parameter", f"Certificate={CERTIFICATE}", "--parameter", "HostedZone=Z1"),
    )
    changed = small_template("1.1.0")
    del changed["Resources"]["Events"]
    operator.package(changed)
    aws.s3.age(days=2)
    operator.deployed("--lose", "Events")
    operator.deploy("--yes")
    aws.cloudformation.stacks["baton-prod"].status = "UPDATE_ROLLBACK_FAILED"
    assert operator.rollback("--yes", "--clear").exit_code == 0
    aws.cloudformation.undeletable = {"Api"}
    assert operator.destroy("--unprotect", "--confirm", "prod").exit_code == 0
    assert operator.destroy("--with-data", "--confirm", "prod").exit_code == 0
    return {need for call in aws.calls for need in needed_by(*call)}


def test_every_call_of_the_commands_is_permitted(calls: set[Needed]) -> None:
    assert {each for each in calls if not permits(STATEMENTS, each)} == set()
    assert {each.action for each in calls} >= {
        "cloudformation:ContinueUpdateRollback",
        "cloudformation:SetStackPolicy",
        "cloudformation:DeleteStack",
        "dynamodb:DeleteTable",
        "s3:PutEncryptionConfiguration",
        "secretsmanager:DeleteSecret",
        "acm:DescribeCertificate",
    }


def test_cloudformation_may_do_what_the_resource_types_need() -> None:
    """The stage prod has all types of the other stages."""
    whole = expanded(packaged_template("prod"), {})
    types = {resource["Type"] for resource in whole["Resources"].values()}

    missing = {
        type: sorted(each for each in of_type(type) if not permits(STATEMENTS, Needed(each, "")))
        for type in types
    }

    assert {type: each for type, each in missing.items() if each} == {}, (
        "add the actions to GRANTS in infra/permissions/deployer_policy.py, "
        "or to UNUSED in tests/deployment/permissions/permits.py"
    )


def test_the_names_that_cloudformation_makes_are_in_the_policy() -> None:
    """Names begin with the stack's. Secrets have a name in the template, because the ones that
    CloudFormation makes begin with the logical name."""
    resources = packaged_template("prod")["Resources"]
    secrets = [
        r["Properties"]["Name"]["Fn::Sub"][0].replace("${AWS::StackName}", "baton-prod")
        for r in resources.values()
        if r["Type"] == "AWS::SecretsManager::Secret"
    ]
    arns = [f"arn:aws:secretsmanager:{REGION}:{OWNER}:secret:{name}-y2" for name in secrets]
    fixed = [
        resource["Properties"][key]
        for resource in resources.values()
        for key in ("TableName", "QueueName", "TopicName", "FunctionName", "RoleName")
        if isinstance(resource.get("Properties", {}).get(key), str)
    ]

    assert len(set(arns)) == 2
    for arn in arns:
        assert permits(STATEMENTS, Needed("secretsmanager:CreateSecret", arn))
    assert [name for name in fixed if not name.startswith("baton-")] == []


@pytest.mark.parametrize(
    ("action", "arn"),
    [
        ("dynamodb:DeleteTable", f"arn:aws:dynamodb:{REGION}:{OWNER}:table/orders"),
        ("dynamodb:PutItem", f"arn:aws:dynamodb:{REGION}:{OWNER}:table/baton-prod-Table-1"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{OWNER}:function:billing"),
        ("iam:CreateRole", f"arn:aws:iam::{OWNER}:role/admin"),
        ("iam:PassRole", f"arn:aws:iam::{OWNER}:role/admin"),
        ("iam:CreateUser", f"arn:aws:iam::{OWNER}:user/eve"),
        ("sqs:ReceiveMessage", f"arn:aws:sqs:{REGION}:{OWNER}:baton-prod-WebhookQueue-1"),
        ("s3:GetObject", "arn:aws:s3:::somebody-else/key"),
        (
            "secretsmanager:GetSecretValue",
            f"arn:aws:secretsmanager:{REGION}:{OWNER}:secret:PaymentSecret-x1",
        ),
        ("cloudformation:DeleteStack", f"arn:aws:cloudformation:{REGION}:{OWNER}:stack/network/1"),
        *(
            (f"iam:{operation}", f"arn:aws:iam::{OWNER}:role/baton-deployer-DeployRole-x1")
            for operation in ("AttachRolePolicy", "PutRolePolicy", "UpdateAssumeRolePolicy")
        ),
        *(
            (f"iam:{operation}", f"arn:aws:iam::{OWNER}:role/baton-deployer-DeployRole-x1")
            for operation in ("DeleteRolePermissionsBoundary", "PassRole", "CreateRole")
        ),
        *(
            (
                f"cloudformation:{operation}",
                f"arn:aws:cloudformation:{REGION}:{OWNER}:stack/baton-deployer/1",
            )
            for operation in ("CreateChangeSet", "ExecuteChangeSet", "DeleteStack")
        ),
    ],
)
def test_what_is_not_batons_is_not_permitted(action: str, arn: str) -> None:
    assert not permits(STATEMENTS, Needed(action, arn))


BOUNDARY = f"arn:aws:iam::{OWNER}:policy/bounds"
BOUND_DOCUMENTS: list[Any] = policies(GRANTS, "arn:aws:", REGION, OWNER, BOUNDARY)
BOUND = [statement for document in BOUND_DOCUMENTS for statement in document["Statement"]]
ROLE_ARN = f"arn:aws:iam::{OWNER}:role/baton-prod-APIHandlerRole-x1"


@pytest.mark.parametrize(
    "operation",
    [
        *("AttachRolePolicy", "CreateRole", "DeleteRolePolicy", "DetachRolePolicy"),
        *("PutRolePermissionsBoundary", "PutRolePolicy"),
    ],
)
def test_a_demanded_boundary_is_on_each_role_that_the_deployer_makes_or_changes(
    operation: str,
) -> None:
    needed = Needed(f"iam:{operation}", ROLE_ARN)

    assert permits(STATEMENTS, needed)
    assert permits(BOUND, needed, BOUNDARY)
    assert not permits(BOUND, needed)
    assert not permits(BOUND, needed, f"{BOUNDARY}-2")


def test_nobody_takes_off_or_changes_a_demanded_boundary() -> None:
    off = Needed("iam:DeleteRolePermissionsBoundary", ROLE_ARN)

    assert permits(STATEMENTS, off)
    assert not permits(BOUND, off, BOUNDARY)
    assert not permits(BOUND, Needed("iam:CreatePolicyVersion", BOUNDARY), BOUNDARY)


@pytest.mark.parametrize(("boundary", "statements"), [("", STATEMENTS), (BOUNDARY, BOUND)])
def test_the_template_makes_the_same_statements(boundary: str, statements: list[Any]) -> None:
    place = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": OWNER}
    made = Evaluation(template(), {**place, "PermissionsBoundary": boundary}).template["Resources"]

    assert [
        statement
        for each in made.values()
        if each["Type"] == "AWS::IAM::ManagedPolicy"
        for statement in each["Properties"]["PolicyDocument"]["Statement"]
    ] == statements


def test_each_policy_is_below_the_limit_of_iam() -> None:
    longest: list[Any] = policies(GRANTS, "arn:aws-us-gov:", "ap-southeast-2", OWNER, LONG_ARN)

    assert max(map(size, longest)) <= LIMIT


def test_the_example_is_the_generated_template() -> None:
    assert json.loads(EXAMPLE.read_text()) == template(), (
        f"run: python -m {deployer_policy.__name__} > {EXAMPLE.relative_to(ROOT)}"
    )


def test_the_example_is_valid_and_names_only_actions_of_iam() -> None:
    """cfn-lint knows the actions of IAM."""
    problems = [str(each) for each in lint_all(EXAMPLE.read_text()) if each.rule.id[0] != "I"]

    assert problems == []


def test_the_role_is_only_for_environments_of_the_repository() -> None:
    resources: Any = template()["Resources"]
    (trusted,) = resources["DeployRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    assert trusted["Condition"] == {
        "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
        "StringLike": {
            "token.actions.githubusercontent.com:sub": {
                "Fn::Sub": "repo:${Repository}:environment:*"
            }
        },
    }
