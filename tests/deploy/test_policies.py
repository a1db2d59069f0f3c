"""Each function's policy permits exactly the AWS calls that its code makes."""

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import pytest

from chalicelib.adapters.dynamodb import audit, keys
from chalicelib.entrypoints.http.route import LOGIN_FUNCTION
from infra.template import policies
from infra.template.functions import HOLD_SECRET
from infra.template.names import FUNCTIONS
from infra.template.policies import PERMITTED, SOURCES, policy_of
from tests.deploy import stories
from tests.deploy.recording import AwsCall, Recorder, recording

pytestmark = pytest.mark.timeout(600)
"""The first test waits for the stories, which take four minutes on a busy machine."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorder:
    with recording(tmp_path_factory.mktemp("recording")) as services:
        stories.run_all(services)
    return services


@pytest.fixture(scope="module")
def calls(recorded: Recorder) -> set[AwsCall]:
    """The AWS calls that each function makes in the stories."""
    return {each for each in recorded.calls if each.function in FUNCTIONS}


def permitted(table: Mapping[str, policies.Permissions]) -> set[AwsCall]:
    return {
        AwsCall(function, resource, operation)
        for function, resources in table.items()
        for resource, operations in resources.items()
        for operation in operations
    }


def missing(calls: set[AwsCall], table: Mapping[str, policies.Permissions]) -> set[AwsCall]:
    return calls - permitted(table)


def unused(calls: set[AwsCall], table: Mapping[str, policies.Permissions]) -> set[AwsCall]:
    return permitted(table) - calls


def test_every_call_of_a_function_is_permitted(calls: set[AwsCall]) -> None:
    assert missing(calls, PERMITTED) == set()


def test_every_permission_is_used(calls: set[AwsCall]) -> None:
    assert unused(calls, PERMITTED) == set()


def test_only_the_login_function_hashes_passwords(recorded: Recorder) -> None:
    """A route that hashes a password names LOGIN_FUNCTION in its row."""
    assert recorded.hashed_by & set(FUNCTIONS) == {LOGIN_FUNCTION}


def test_only_functions_that_sign_or_verify_have_the_secret(recorded: Recorder) -> None:
    assert recorded.signed_by & set(FUNCTIONS) == HOLD_SECRET


def test_the_check_finds_missing_and_unused_permissions(calls: set[AwsCall]) -> None:
    too_little = {**PERMITTED, "connect": {}}
    too_much = {**PERMITTED, "connect": {"Table": frozenset({"Scan"})}}

    assert AwsCall("connect", "Table", "PutItem") in missing(calls, too_little)
    assert unused(calls, too_much) == {AwsCall("connect", "Table", "Scan")}


def test_every_function_has_a_policy() -> None:
    assert set(PERMITTED) == set(FUNCTIONS) >= set(SOURCES)
    assert set(policies.roles(FUNCTIONS)) == {f"{name}Role" for name in FUNCTIONS.values()}


def test_only_tracing_is_permitted_on_all_resources() -> None:
    actions = {action for each in _statements() for action in each["Action"]}
    on_all = [each["Action"] for each in _statements() if each["Resource"] == "*"]

    assert [action for action in actions if "*" in action] == []
    assert on_all == [policies.TRACES] * len(FUNCTIONS)


def first_parts(source: str) -> Iterator[tuple[str, str]]:
    """Each function that joins a key, and the first part of the key as the code has it."""
    for function in ast.parse(source).body:
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "joined":
                yield getattr(function, "name", ""), ast.unparse(node.args[0])


def test_the_policies_protect_the_audit_trail_and_no_other_row() -> None:
    """An id cannot forge a partition, because `joined` encodes each part."""
    first = set(first_parts(inspect.getsource(keys)))
    constants = {name for name, value in vars(keys).items() if value == keys.AUDIT}

    assert {maker for maker, part in first if part in ("AUDIT", "'AUDIT'")} == {"audit"}
    assert constants == {"AUDIT"}
    for partition in (keys.audit(None), keys.audit("shop"), keys.audit_event("#", "a_1").pk):
        assert any(fnmatchcase(partition, pattern) for pattern in policies.AUDIT_PARTITIONS)
    for partition in (keys.bot("AUDIT"), keys.audit_mark("AUDIT", "m").pk, keys.person("AUDIT#x")):
        assert not any(fnmatchcase(partition, each) for each in policies.AUDIT_PARTITIONS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_may_change_or_delete_an_event_of_the_audit_trail(function: str) -> None:
    statements = policy_of(function, FUNCTIONS[function])["Statement"]
    changing = {"dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:UpdateItem"}

    (denied,) = [each for each in statements if each["Effect"] == "Deny"]
    allowed = {each for s in statements if s["Effect"] == "Allow" for each in s["Action"]}

    assert set(denied["Action"]) == changing
    assert denied["Resource"] == {"Fn::GetAtt": ["Table", "Arn"]}
    assert not {each for each in allowed if "PartiQL" in each or each.endswith("*")}


def test_the_adapter_of_the_trail_only_adds_rows() -> None:
    source = inspect.getsource(audit)

    assert not re.search(r"\.(update|delete|batch)\w*\(", source)


def _statements() -> Iterator[dict[str, Any]]:
    for function, logical in FUNCTIONS.items():
        yield from policy_of(function, logical, traced=True)["Statement"]
