"""Each function's policy permits exactly the AWS calls that its code makes."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from chalicelib.entrypoints.http.route import LOGIN_FUNCTION
from infra.template import policies
from infra.template.functions import HOLD_SECRET
from infra.template.names import FUNCTIONS
from infra.template.policies import PERMITTED, SOURCES, policy_of
from tests.deploy import stories
from tests.deploy.recording import AwsCall, Recorder, recording


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


def _statements() -> Iterator[dict[str, Any]]:
    for function, logical in FUNCTIONS.items():
        yield from policy_of(function, logical, traced=True)["Statement"]
