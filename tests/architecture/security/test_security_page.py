"""docs/security.md names every item of its lists, and what holds it, and it is true."""

import ast
import re

import pytest

from chalicelib.adapters.security import passwords, tokens, totp
from chalicelib.entrypoints.http import route_table, turn_tickets
from chalicelib.entrypoints.http.route import Access
from chalicelib.entrypoints.http.schemas.accounts import PASSWORD
from chalicelib.plugins import PLUGINS
from chalicelib.settings import IDLE_HOURS, SESSION_HOURS
from chalicelib.usecases.accounts import account_limit, second_factor, sessions
from infra.packaging.slim import SERVICES
from infra.template.functions import RETENTION_DAYS
from tests.architecture.security.controls import (
    ITEMS,
    LISTS,
    Control,
    controls,
    counts,
    missing_tests,
)
from tests.architecture.source import ROOT, sources

PAGE = ROOT / "docs/security.md"
TEXT = PAGE.read_text()
CRYPTOGRAPHY = frozenset(
    ("argon2", "cryptography", "hashlib", "hmac", "jwt", "pyotp", "secrets", "ssl")
)
OPTIONAL = tuple(name.replace(".", "/") + "/" for name in PLUGINS)
MINUTE = 60 * 1000


def test_each_item_has_one_row() -> None:
    assert [row.item for row in controls(TEXT)] == list(ITEMS)


def test_each_row_has_one_of_the_three_answers() -> None:
    wrong = [row.item for row in controls(TEXT) if not row.kind or not row.asks_for or not row.does]

    assert wrong == [], "Name tests, or write 'deployment: …' or 'not done, because …'."


def test_each_test_that_a_row_names_exists() -> None:
    assert missing_tests(ROOT, controls(TEXT)) == []


@pytest.mark.parametrize("name", [*LISTS, "all"])
def test_the_summary_counts_the_rows(name: str) -> None:
    wanted = counts(controls(TEXT), LISTS.get(name, ITEMS))

    assert f"| {name} | {' | '.join(map(str, wanted))} |" in TEXT


FILE = "tests/architecture/security/test_security_page.py"
EXISTING = f"{FILE}::test_each_item_has_one_row"
ELSEWHERE = "tests/architecture/security/test_x.py::test_each_item_has_one_row"
ROW = f"| P1 | nothing else | It is so. | `{EXISTING}` |"


@pytest.mark.parametrize(
    ("held_by", "kind"),
    [
        (f"`{EXISTING}`", "test"),
        (f"`{EXISTING}`, `{EXISTING}`", "test"),
        (f"`{EXISTING}`; deployment: set `SecretsKey`", "test"),
        ("deployment: set `SecretsKey`", "deployment"),
        (f"not done, because nobody had time; the rest: `{EXISTING}`", "not done"),
        ("", ""),
        ("done", ""),
        ("not done", ""),
        ("not done, because ", ""),
        ("deployment: x", ""),
        (f"mostly `{EXISTING}`", ""),
        (f"`{EXISTING}` and by reading", ""),
        ("`test_each_item_has_one_row`", ""),
    ],
)
def test_an_answer_is_a_test_the_deployment_or_a_reason(held_by: str, kind: str) -> None:
    assert Control("P1", "x", "x", held_by).kind == kind


@pytest.mark.parametrize(
    ("right", "wrong", "missing"),
    [
        ("one_row", "one_rows", [EXISTING + "s"]),
        ("/test_security_page.py", "/test_x.py", [f"{ELSEWHERE} is now in {FILE}"]),
        ("| P1", "| P1", []),
    ],
)
def test_a_test_that_does_not_exist_is_found(right: str, wrong: str, missing: list[str]) -> None:
    assert missing_tests(ROOT, controls(ROW.replace(right, wrong))) == missing


def test_a_row_without_four_cells_is_refused() -> None:
    with pytest.raises(ValueError, match="P1 has 3 cells"):
        controls("| P1 | nothing | It is so. |")


def section(title: str) -> str:
    """The text of one section of the page."""
    found = re.search(rf"^##+ {re.escape(title)}\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def test_the_page_lists_exactly_the_routes_that_need_no_token() -> None:
    routes = (*route_table.NATIVE, *route_table.PAGES)
    public = {str(route) for route in routes if route.access is Access.PUBLIC}

    assert set(re.findall(r"`((?:GET|POST) [^`]+)`", section("Routes without a token"))) == public


def test_the_inventory_names_each_module_that_uses_cryptography() -> None:
    """Plug-ins, which can be left out, have a sentence. AWS's client calls KMS."""
    using = {
        source.file
        for source in sources()
        if not source.file.startswith(OPTIONAL) and any(map(_uses_cryptography, source.nodes))
    } | {"chalicelib/adapters/aws/kms.py"}

    assert set(re.findall(r"`(chalicelib/[\w/]+\.py)`", section("Cryptography"))) == using


def _uses_cryptography(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(each.name.partition(".")[0] in CRYPTOGRAPHY for each in node.names)
    return isinstance(node, ast.ImportFrom) and node.module in CRYPTOGRAPHY


def test_the_page_names_each_service_that_baton_calls() -> None:
    named = section("What Baton connects to")

    assert [service for service in SERVICES if f"`{service}`" not in named] == []


@pytest.mark.parametrize(
    "said",
    [
        f"| {sessions.ACCESS_LIFE_MS // MINUTE} minutes | an access token |",
        f"| {IDLE_HOURS} hours | a session without use |",
        f"| {SESSION_HOURS // 24} days | a session |",
        f"| {sessions.PER_ACCOUNT_AND_ADDRESS} in {sessions.WINDOW_MS // MINUTE} minutes |",
        f"| {account_limit.PER_ACCOUNT} in {account_limit.WINDOW_MS // MINUTE} minutes | login",
        f"| {sessions.PER_ADDRESS} in {sessions.WINDOW_MS // MINUTE} minutes |",
        f"| {sessions.MAX_SESSIONS} | sessions of one person |",
        f"| {PASSWORD.start} to {PASSWORD.stop - 1} characters | a password |",
        f"| {second_factor.PER_CHALLENGE} | codes for one login |",
        f"| {second_factor.PER_ACCOUNT} an hour | wrong codes for one account |",
        f"| {second_factor.GROUPS * second_factor.GROUP * 5} bits | a recovery code |",
        f"| {totp.STEP_MS // 1000} seconds | a step of an authenticator app |",
        f"| {RETENTION_DAYS} days | logs |",
        f"{passwords.MEMORY_KIB // 1024} MiB, {passwords.ROUNDS} rounds",
        f"signs with {tokens.ALGORITHM}",
        f"cut to {turn_tickets.SIGNATURE_BYTES * 8} bits",
    ],
)
def test_the_numbers_of_the_page_are_those_of_the_code(said: str) -> None:
    assert said in TEXT
