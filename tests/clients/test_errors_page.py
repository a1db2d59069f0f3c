"""docs/errors.md has a row for each error code, and says what the API and the clients do."""

import json
import re

import pytest

from baton_client.errors import BY_CODE
from chalicelib.domain import errors
from chalicelib.entrypoints.http.problems import status_of
from infra.generate.openapi import SERVED
from tests.support.stack import ROOT

ROW = re.compile(r"^\| `(\w+)` \| (\d+) \| .* \| (yes|no) \|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs/errors.md").read_text(encoding="utf-8"))


def kinds(of: type[errors.BatonError]) -> dict[str, type[errors.BatonError]]:
    found = {of.code: of}
    for kind in of.__subclasses__():
        found |= {code: each for code, each in kinds(kind).items() if code not in found}
    return found


KINDS = kinds(errors.BatonError)


def test_each_code_of_the_api_has_one_row() -> None:
    codes = json.loads(SERVED.read_text())["components"]["schemas"]["ErrorCode"]["enum"]

    assert sorted(code for code, _, _ in ROWS) == sorted(codes)


@pytest.mark.parametrize(("code", "status", "retried"), ROWS)
def test_a_row_says_what_the_api_and_the_client_do(code: str, status: str, retried: str) -> None:
    if code in KINDS:
        kind = KINDS[code]
        assert status_of(kind("…")) == int(status)
    else:
        assert (code, status) == ("internal_error", "500")
    assert BY_CODE[code].retried == (retried == "yes"), "compare with clients/python/…/errors.py"
