"""Pages that show figures show those of now."""

from pathlib import Path

import pytest

from bench.cost import HEARTBEAT
from bench.pages import MARK, renewed, written
from tests.support.engines import CREDENTIALS

SOCKET = Path(__file__).parents[2] / "chalicelib/console/socket.js"


def test_the_page_says_what_its_command_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the large day, `make scale`, takes too long for here."""
    for variable, text in CREDENTIALS.items():
        monkeypatch.setenv(variable, text)

    assert renewed("cost") == written("cost")


@pytest.mark.parametrize("name", ["cost", "scale"])
def test_each_page_says_where_its_figures_come_from(name: str) -> None:
    assert written(name).count(MARK.format(name=name)) == 1


def test_a_console_pings_as_often_as_is_charged() -> None:
    line = f"const HEARTBEAT = {HEARTBEAT // 60} * 60_000;"

    assert line in SOCKET.read_text(encoding="utf-8")
