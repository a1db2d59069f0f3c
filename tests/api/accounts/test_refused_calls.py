"""A refused call changes nothing but the audit trail, which records wrong passwords: each route
authorises its caller before it writes."""

import pytest

from tests.api.calls import NATIVE, ROWS, Resource
from tests.api.refusals import REFUSED, attempts


@pytest.mark.parametrize("resource", NATIVE, ids=" ".join)
def test_a_refused_call_changes_nothing_in_the_store(resource: Resource) -> None:
    row = ROWS[resource]

    refused = [each for each in attempts(resource, row.body, row.at) if each.status in REFUSED]

    assert [each for each in refused if set(each.changed) - {"audit"}] == []
