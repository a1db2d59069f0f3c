"""What a function may do is what its code asks for: no less, and no more."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from infra.template import policies
from infra.template.policies import PERMITTED, SOURCES, policy_of
from tests.deploy import stories
from tests.deploy.recording import Asked, recording

FUNCTIONS = {
    "api_handler": "APIHandler",
    "connect": "WebsocketConnect",
    "message": "WebsocketMessage",
    "disconnect": "WebsocketDisconnect",
    "on_change": "OnChange",
    "on_webhook_queue": "OnWebhookQueue",
    "on_minute": "OnMinute",
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> set[Asked]:
    """By each function in the stories."""
    with recording(tmp_path_factory.mktemp("recording")) as services:
        stories.tell_all(services)
    return {each for each in services.asked if each.function in FUNCTIONS}


def permitted(table: Mapping[str, policies.Permitted]) -> set[Asked]:
    return {
        Asked(function, resource, operation)
        for function, resources in table.items()
        for resource, operations in resources.items()
        for operation in operations
    }


def missing(asked: set[Asked], table: Mapping[str, policies.Permitted]) -> set[Asked]:
    return asked - permitted(table)


def idle(asked: set[Asked], table: Mapping[str, policies.Permitted]) -> set[Asked]:
    """What nobody asks for."""
    return permitted(table) - asked


def test_whatever_a_function_asks_for_is_permitted(asked: set[Asked]) -> None:
    assert missing(asked, PERMITTED) == set()


def test_whatever_is_permitted_a_function_asks_for(asked: set[Asked]) -> None:
    assert idle(asked, PERMITTED) == set()


def test_a_permission_that_is_missing_or_idle_is_found(asked: set[Asked]) -> None:
    gate_less = {**PERMITTED, "connect": {}}
    too_much = {**PERMITTED, "connect": {"Table": frozenset({"Scan"})}}

    assert Asked("connect", "Table", "PutItem") in missing(asked, gate_less)
    assert idle(asked, too_much) == {Asked("connect", "Table", "Scan")}


def test_every_function_has_a_policy() -> None:
    assert set(PERMITTED) == set(FUNCTIONS) >= set(SOURCES)
    assert set(policies.roles(FUNCTIONS)) == {f"{name}Role" for name in FUNCTIONS.values()}


def test_no_policy_speaks_of_everything_but_of_traces() -> None:
    actions = {action for each in _statements() for action in each["Action"]}
    everything = [each["Action"] for each in _statements() if each["Resource"] == "*"]

    assert [action for action in actions if "*" in action] == []
    assert everything == [policies.TRACES] * len(FUNCTIONS)


def _statements() -> Iterator[dict[str, Any]]:
    for function, logical in FUNCTIONS.items():
        yield from policy_of(function, logical, traced=True)["Statement"]
