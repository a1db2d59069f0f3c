"""docs/licences.md names the licence of each locked package."""

import re
from collections.abc import Mapping

from infra.generate.licences import (
    BROWSER,
    PAGE,
    PYTHON_LOCKS,
    Pin,
    Uses,
    installed_licence,
    javascript_licences,
    javascript_uses,
    page,
    python_uses,
)
from infra.packaging.slim import COMMAND_LINE
from tests.supply_chain.test_sbom import PERMISSIVE

OPERATOR = r" OR | AND |[()]"
LEFT_OUT = COMMAND_LINE | {"ansicon"}
"""Chalice's command line, and a library that it needs on Windows only."""
HINT = "run python -m infra.generate.licences"


def stated(section: str) -> dict[Pin, str]:
    """The rows of a table of the page."""
    text = PAGE.read_text(encoding="utf-8").partition(f"## {section}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\S+) \| (\S+) \| ([^|]+) \| [^|]+ \|$", text, re.MULTILINE)
    return {Pin(*row[:2]): row[2] for row in rows if row[0] != "package"}


def test_the_page_has_each_package_of_each_lock() -> None:
    python = stated("Python")

    assert set(python) == set(python_uses()), HINT
    assert page(python) == PAGE.read_text(encoding="utf-8"), HINT


def test_the_licences_of_installed_packages_are_those_on_the_page() -> None:
    python = stated("Python")
    installed = {pin: licence for pin in python if (licence := installed_licence(pin))}

    assert len(installed) > 100
    assert {pin: python[pin] for pin in installed} == installed, HINT


def test_what_is_deployed_has_permissive_licences_only() -> None:
    python, javascript = stated("Python"), javascript_licences()
    deployed = _used(python_uses(), python, PYTHON_LOCKS["requirements.txt"])
    deployed |= _used(javascript_uses(), javascript, BROWSER)
    deployed = {pin: licence for pin, licence in deployed.items() if pin.name not in LEFT_OUT}

    assert len(deployed) > 20
    others = {pin: licence for pin, licence in deployed.items() if not _is_permissive(licence)}
    assert others == {}


def _used(uses: Uses, licences: Mapping[Pin, str], use: str) -> dict[Pin, str]:
    return {pin: licences[pin] for pin in uses if use in uses[pin]}


def _is_permissive(licence: str) -> bool:
    return {each.strip() for each in re.split(OPERATOR, licence) if each.strip()} <= PERMISSIVE
