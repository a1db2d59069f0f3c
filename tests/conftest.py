"""How the tests are shared out among processes that run at the same time."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TOGETHER = {"botpress", "browser", "deploy", "e2e"}
"""The tests in each of these have one running stack, or one package, made for all of them."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What shares something costly runs in one process, one after the other."""
    for item in items:
        place = item.path.relative_to(TESTS).parts
        group = place[0] if place[0] in TOGETHER else "/".join(place)
        item.add_marker(pytest.mark.xdist_group(group))
