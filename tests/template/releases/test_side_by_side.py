"""Functions of the last release work with the roles, the table and the queues of this one.

During a gradual rollout both releases run, and after a rollback the old one runs alone for a while.
`tests/contract/table/test_releases.py` reads each release's rows.
"""

import json
from copy import deepcopy
from typing import Any

import pytest

from infra.generate.release_contract import Contract, contract, misfits, needless, newest
from infra.template.policies import LEAVING, MAIL, SECRETS_KEY
from tests.template.expansion import packaged_template


@pytest.fixture(scope="module")
def now() -> Contract:
    return contract(packaged_template("prod")["Resources"])


@pytest.fixture
def last() -> Contract:
    found: Contract = json.loads(newest().read_text())
    return found


def test_this_release_takes_away_nothing_that_the_last_one_needs(
    last: Contract, now: Contract
) -> None:
    assert misfits(last, now) == [], (
        "keep it for one release: a permission in LEAVING of infra/template/policies.py"
    )
    assert needless(last) == [], "the last release does not need it: take it out of LEAVING"
    assert not {SECRETS_KEY, MAIL} & {each for of in LEAVING.values() for each in of}


def without(contract: Contract, *path: str) -> Contract:
    found = deepcopy(contract)
    part: Any = found
    for name in path[:-1]:
        part = part[name]
    if isinstance(part, list):
        part.remove(path[-1])
    else:
        del part[path[-1]]
    return found


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            ("permissions", "on_change", "Events", "Publish"),
            "on_change may no longer Publish on Events",
        ),
        (
            ("permissions", "api_handler", "Table/index/board"),
            "api_handler may no longer Query on Table/index/board",
        ),
        (("keys", "index due"), "keys: index due is gone"),
        (("attributes", "dk"), "attributes: dk is gone"),
        (("resources", "WebhookQueue"), "resources: WebhookQueue is gone"),
    ],
)
def test_what_is_taken_away_is_named(now: Contract, path: tuple[str, ...], said: str) -> None:
    assert misfits(now, without(now, *path)) == [said]


def test_what_is_added_is_no_misfit(now: Contract) -> None:
    old = without(without(now, "permissions", "on_change"), "keys", "index due")

    assert misfits(old, now) == []


def test_a_changed_type_is_named(now: Contract) -> None:
    changed = deepcopy(now)
    changed["attributes"]["dk"] = "S"

    assert misfits(now, changed) == ["attributes: dk is S, it was N"]
