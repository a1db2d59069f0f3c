"""Pages that show figures show those of now."""

from pathlib import Path

import pytest

from bench.cost import HEARTBEAT
from bench.pages import PAGES, renewed, written
from tests.support.engines import CREDENTIALS

SOCKET = Path(__file__).parents[2] / "chalicelib/console/socket.js"


@pytest.mark.parametrize("name", PAGES)
def test_the_page_says_what_its_command_prints(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, text in CREDENTIALS.items():
        monkeypatch.setenv(variable, text)

    assert renewed(name) == written(name)


def test_a_console_pings_as_often_as_is_charged() -> None:
    line = f"const HEARTBEAT = {HEARTBEAT // 60} * 60_000;"

    assert line in SOCKET.read_text(encoding="utf-8")
