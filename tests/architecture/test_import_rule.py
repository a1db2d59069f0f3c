"""Imports point inwards, and each library has its room."""

from pathlib import Path

import pytest

from tests.architecture.import_rule import breaks
from tests.architecture.source import ROOT, planted


def test_imports_point_inwards() -> None:
    assert breaks(ROOT) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("chalicelib/domain/conversation/head.py", "from chalicelib.usecases import ports"),
        ("chalicelib/domain/conversation/head.py", "from chalicelib import usecases"),
        ("chalicelib/domain/conversation/head.py", "from ...usecases import ports"),
        ("chalicelib/domain/conversation/head.py", "import pydantic"),
        ("chalicelib/domain/conversation/head.py", "import chalicelib.settings"),
        ("chalicelib/usecases/conversations/queries.py", "from chalicelib.entrypoints import http"),
        ("chalicelib/usecases/conversations/queries.py", "from chalicelib import wiring"),
        (
            "chalicelib/usecases/conversations/queries.py",
            "def f(): import chalicelib.adapters.clock",
        ),
        ("chalicelib/usecases/conversations/queries.py", "import chalice"),
        ("chalicelib/usecases/conversations/queries.py", "import boto3"),
        ("chalicelib/adapters/clock.py", "from chalicelib.usecases import conversations"),
        ("chalicelib/adapters/clock.py", "from chalicelib.settings import settings"),
        ("chalicelib/adapters/clock.py", "from pynamodb.models import Model"),
        ("chalicelib/adapters/dynamodb/keys.py", "from chalicelib.entrypoints import http"),
        ("chalicelib/adapters/dynamodb/keys.py", "from chalice import app"),
        (
            "chalicelib/entrypoints/http/framework.py",
            "from chalicelib.adapters.clock import SystemClock",
        ),
        ("chalicelib/entrypoints/http/framework.py", "from chalicelib.wiring import services"),
        ("chalicelib/entrypoints/http/framework.py", "from botocore.config import Config"),
        ("chalicelib/entrypoints/http/framework.py", "from tests.support import clock"),
        ("chalicelib/wiring.py", "from infra.local import seed"),
        ("chalicelib/wiring.py", "from chalicelib.entrypoints import http"),
        ("chalicelib/settings.py", "from chalicelib.domain import head"),
        ("app.py", "from chalicelib.usecases import views"),
        ("app.py", "import boto3"),
    ],
)
def test_an_import_that_points_outwards_is_found(tmp_path: Path, file: str, line: str) -> None:
    found = breaks(planted(tmp_path, file, line))

    assert [each.partition(":")[0] for each in found] == [file]
