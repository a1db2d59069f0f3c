"""A layer imports only inner layers, and only some layers import certain libraries."""

import pytest

from tests.architecture.import_circles import import_circle
from tests.architecture.import_rule import forbidden_imports
from tests.architecture.source import EVERYTHING, planted, sources


def test_every_layer_imports_inner_layers_only() -> None:
    assert forbidden_imports(sources()) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert import_circle(sources(*EVERYTHING)) == []


@pytest.mark.parametrize(
    "line",
    [
        "from chalicelib.usecases.reactions import react",
        "from chalicelib.usecases import reactions",
        "def later():\n    import chalicelib.usecases.reactions",
    ],
)
def test_a_planted_import_circle_is_found(line: str) -> None:
    """`reactions` imports `push`."""
    file = "chalicelib/usecases/live/push.py"
    others = [source for source in sources() if source.file != file]

    circle = import_circle([*others, planted(file, line)])

    assert {"chalicelib.usecases.live.push", "chalicelib.usecases.reactions"} <= set(circle)


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
def test_a_planted_import_of_an_outer_layer_is_found(file: str, line: str) -> None:
    found = forbidden_imports([planted(file, line)])

    assert [each.partition(":")[0] for each in found] == [file]
