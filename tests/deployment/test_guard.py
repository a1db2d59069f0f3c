"""Nothing that holds data or an address is replaced or removed by accident.

Fact 23 of docs/aws.md.
"""

from typing import Any

import pytest

from infra.deployment.precious import PRECIOUS, REPLACEABLE, stack_policy
from tests.deployment.commands import STACK, Operator, small_template
from tests.deployment.fake_account.aws import OWNER, REGION
from tests.deployment.fake_account.services import FakeAccount
from tests.template.expansion import expanded, packaged_template

HELD = ("DynamoDB", "S3", "SecretsManager", "SQS", "SNS::Topic", "KMS::Key", "RestApi", "Domain")
"""Parts of the names of types that hold data or an address in every template."""


def replaced(name: str = "Events") -> dict[str, Any]:
    """The small template with a topic or a table that must be replaced."""
    template = small_template("1.1.0")
    properties = template["Resources"][name]["Properties"]
    for key in properties:
        properties[key] = "other"
    return template


def test_each_type_in_the_template_is_precious_or_replaceable() -> None:
    """The stage prod has all types of the other stages."""
    template = packaged_template("prod")
    whole = expanded(template, {})
    types = {r["Type"] for each in (template, whole) for r in each["Resources"].values()}

    unknown = types - set(PRECIOUS) - REPLACEABLE
    assert not unknown, "add the types to one of the tables in infra/deployment/precious.py"
    assert not set(PRECIOUS) & REPLACEABLE
    assert [t for t in REPLACEABLE if any(part in t for part in HELD)] == []
    resources = whole["Resources"].values()
    retained = {r["Type"] for r in resources if r.get("DeletionPolicy") == "Retain"}
    shared = {"AWS::ApiGateway::Account", "AWS::IAM::Role"}
    assert retained - shared <= set(PRECIOUS)


@pytest.mark.parametrize("name", ["Table", "Events"])
def test_a_replacement_needs_the_word_even_with_yes(
    operator: Operator, aws: FakeAccount, name: str
) -> None:
    operator.deployed()
    operator.package(replaced(name))

    answer = operator.deploy("--yes", answers="\n")

    assert answer.exit_code == 1
    what = PRECIOUS[small_template()["Resources"][name]["Type"]]
    assert f"{name} would be replaced or removed: {what}." in answer.output
    assert f"ARGS=--lose={name}" in answer.output
    assert aws.cloudformation.stacks[STACK].tags["version"] == "1.0.0"


def test_a_removal_needs_the_word(operator: Operator, aws: FakeAccount) -> None:
    operator.deployed()
    template = small_template("1.1.0")
    del template["Resources"]["Events"]
    operator.package(template)

    denied = operator.deploy("--yes", answers="dev\n")
    allowed = operator.deploy("--yes", answers="prod\n")

    assert denied.exit_code == 1
    assert allowed.exit_code == 0, allowed.output
    assert aws.cloudformation.stacks[STACK].resources["Events"][2] == "DELETE_COMPLETE"


def test_a_permitted_loss_opens_the_stack_policy_only_while_it_happens(
    operator: Operator, aws: FakeAccount
) -> None:
    operator.deployed()
    operator.package(replaced())

    answer = operator.deploy("--yes", "--lose", "Events")

    assert answer.exit_code == 0, answer.output
    assert aws.cloudformation.policies_while_executing[-1] == stack_policy({"Events"})
    assert aws.cloudformation.stacks[STACK].policy == stack_policy()


def test_a_failed_loss_closes_the_stack_policy_again(operator: Operator, aws: FakeAccount) -> None:
    operator.deployed()
    operator.package(replaced())
    aws.cloudformation.failures = {"Events": "The quota of topics is used up."}

    assert operator.deploy("--yes", "--lose", "Events").exit_code == 1

    assert aws.cloudformation.stacks[STACK].policy == stack_policy()


def test_the_word_for_one_resource_does_not_permit_another(operator: Operator) -> None:
    operator.deployed()
    operator.package(replaced())

    answer = operator.deploy("--yes", "--lose", "Table")

    assert answer.exit_code == 1
    assert "Events would be replaced" in answer.output


def test_prod_is_protected_and_tagged(operator: Operator, aws: FakeAccount) -> None:
    operator.deployed()

    stack = aws.cloudformation.stacks[STACK]
    assert stack.protected
    assert stack.policy == stack_policy()
    assert stack.tags == {"project": "baton", "stage": "prod", "version": "1.0.0"}


def test_the_protection_can_be_switched_off(operator: Operator, aws: FakeAccount) -> None:
    operator.deployed()

    answer = operator.deploy("--yes", "--no-protect")

    assert answer.exit_code == 0, answer.output
    assert not aws.cloudformation.stacks[STACK].protected


def test_another_stage_is_not_protected(operator: Operator, aws: FakeAccount) -> None:
    template = small_template()
    template["Metadata"]["Baton"]["Stage"] = "dev"
    operator.package(template)

    assert operator.deploy("--yes", stage="dev").exit_code == 0

    stack = aws.cloudformation.stacks["baton-dev"]
    assert (stack.protected, stack.policy) == (False, None)


def test_changes_of_tags_alone_are_counted_and_not_listed(operator: Operator) -> None:
    operator.deployed()
    template = small_template("1.1.0", News={"Type": "AWS::SNS::Topic", "Properties": {}})
    operator.package(template)

    answer = operator.deploy("--yes")

    shown = answer.output.partition("Deploy")[0]
    assert "News" in shown
    assert "AWS::DynamoDB::Table" not in shown
    assert "more resources only get other tags" in shown


def with_indexes(*names: str, key: str = "gk") -> dict[str, Any]:
    """The small template with these indexes of its table."""
    template = small_template()
    shape = {"KeySchema": [{"AttributeName": key, "KeyType": "HASH"}], "Projection": {}}
    template["Resources"]["Table"]["Properties"]["GlobalSecondaryIndexes"] = [
        {"IndexName": name, **shape} for name in names
    ]
    return template


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        (with_indexes("board", "due", "name"), "would create due, name and delete none of Table"),
        (with_indexes("due"), "would create due and delete board of Table"),
        (with_indexes("board", key="other"), "would create board and delete board of Table"),
    ],
)
def test_two_changes_of_indexes_at_once_are_refused(
    operator: Operator, aws: FakeAccount, after: dict[str, Any], sentence: str
) -> None:
    """Fact 21: DynamoDB creates or deletes one index in each update of a table."""
    operator.package(with_indexes("board"))
    operator.deployed()
    before = aws.cloudformation.stacks[STACK].template
    operator.package(after)

    answer = operator.deploy("--yes")

    assert answer.exit_code == 1
    assert sentence in answer.output
    assert "first what is new, last what no function uses any more" in answer.output
    assert aws.cloudformation.stacks[STACK].template == before


@pytest.mark.parametrize("after", [("board", "due"), (), ("board",)])
def test_one_change_of_an_index_is_deployed(operator: Operator, after: tuple[str, ...]) -> None:
    operator.package(with_indexes("board"))
    operator.deployed()
    operator.package(with_indexes(*after))

    operator.deployed()


KEYS = [f"arn:aws:kms:{REGION}:{OWNER}:key/{number}" for number in (1, 2)]


@pytest.fixture
def sealing(operator: Operator, aws: FakeAccount) -> Operator:
    """A stage whose webhook secrets are sealed with the first of two keys."""
    aws.kms.keys = dict.fromkeys(KEYS, ("Enabled", "SYMMETRIC_DEFAULT"))
    operator.deployed("--parameter", f"SecretsKey={KEYS[0]}")
    return operator


@pytest.mark.parametrize("key", ["", KEYS[1]])
def test_a_key_that_sealed_secrets_is_given_up_only_if_it_still_opens_them(
    sealing: Operator, aws: FakeAccount, key: str
) -> None:
    change = ("--parameter", f"SecretsKey={key}")

    answer = sealing.deploy("--yes", *change)

    assert answer.exit_code == 1
    assert f"--parameter OldSecretsKey={KEYS[0]}" in " ".join(answer.output.split())
    assert aws.cloudformation.stacks[STACK].parameters["SecretsKey"] == KEYS[0]
    sealing.deployed(*change, "--parameter", f"OldSecretsKey={KEYS[0]}")
    sealing.deployed("--parameter", "OldSecretsKey=")


def test_a_release_that_cannot_open_sealed_secrets_is_refused(
    sealing: Operator, aws: FakeAccount
) -> None:
    older = small_template("0.9.0")
    del older["Parameters"]["SecretsKey"], older["Parameters"]["OldSecretsKey"]
    sealing.package(older)

    answer = sealing.deploy("--yes")

    assert answer.exit_code == 1
    assert "Unseal the secrets with the present release first" in " ".join(answer.output.split())
    assert aws.cloudformation.stacks[STACK].tags["version"] == "1.0.0"
